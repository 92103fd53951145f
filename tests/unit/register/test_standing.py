"""What anybody may learn about a certificate, and what is never called good."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from esign.errors import (
    NotAPdf,
    NotOurs,
    TooLarge,
    VerificationFailed,
    VerificationUnavailable,
)
from esign.verification.report import Report
from server.catalogue.loading import load_catalogue
from server.catalogue.matters import MatterCode
from server.register.certificates import (
    Allotted,
    Certificate,
    CertificateId,
    CertificateStatus,
)
from server.register.ports import PublicRegister
from server.register.standing import (
    StandingStatus,
    sought,
    standing_of,
    standing_of_document,
)

if TYPE_CHECKING:
    from server.register.standing import DocumentStanding

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
CATALOGUE = load_catalogue()
NUMBER = "（2026）云昆内证字第1号"
CONTENT = b"%PDF sealed"
VALID = Certificate(
    id=CertificateId("n-1"),
    office="kunming-demo",
    case="c-1",
    matter="WT03",
    number=Allotted(year=2026, series="domestic", sequence=1, text=NUMBER),
    issue_date=date(2026, 3, 2),
    public_id="P",
    check_code="AB12CD",
    status=CertificateStatus.VALID,
    intended_at=NOW,
    sealed_sha256=hashlib.sha256(CONTENT).hexdigest(),
)


class OneCertificate(PublicRegister):
    """A register of one certificate, found by exactly what is printed on it."""

    def by_public_id(self, public_id: str) -> Certificate | None:
        return VALID if public_id == VALID.public_id else None

    def by_number(self, number: str, check_code: str) -> Certificate | None:
        return VALID if (number, check_code) == (NUMBER, VALID.check_code) else None

    def by_sealed_digest(self, sha256: str) -> Certificate | None:
        return VALID if sha256 == VALID.sealed_sha256 else None


@pytest.mark.parametrize(
    ("number", "code"),
    [
        # As printed.
        (NUMBER, "AB12CD"),
        # With the brackets of another keyboard.
        ("(2026)云昆内证字第1号", "AB12CD"),
        ("〔2026〕云昆内证字第1号", "AB12CD"),
        ("【2026】云昆内证字第1号", "AB12CD"),
        # With spaces where people put them.
        (" （2026） 云昆内证字 第1号 ", "AB12CD"),
        # In small letters, in groups.
        (NUMBER, "ab-12 cd"),
    ],
)
def test_a_certificate_is_found_by_what_people_type(number: str, code: str) -> None:
    assert sought(OneCertificate(), number, code) == VALID


@pytest.mark.parametrize(
    ("number", "code"),
    [
        # A number alone tells nobody anything.
        (NUMBER, ""),
        # The code of another certificate.
        (NUMBER, "AB12CE"),
        # Another number.
        (NUMBER.replace("1", "2"), "AB12CD"),
    ],
)
def test_nothing_else_finds_it(number: str, code: str) -> None:
    assert standing_of(sought(OneCertificate(), number, code), CATALOGUE).status == "unknown"


@pytest.mark.parametrize(
    "status", [s for s in CertificateStatus if s is not CertificateStatus.INTENDED]
)
def test_a_certificate_stands_as_the_register_says(status: CertificateStatus) -> None:
    standing = standing_of(replace(VALID, status=status), CATALOGUE)
    assert standing.status.value == status.value
    assert standing.registered is not None
    assert standing.registered.demo
    assert standing.registered.matter == CATALOGUE.matter(MatterCode("WT03")).name


def test_an_office_that_left_is_called_by_what_is_on_record() -> None:
    gone = replace(VALID, office="gone-office", matter="ZZ99")
    registered = standing_of(gone, CATALOGUE).registered
    assert registered is not None
    assert (registered.office.zh, registered.matter.en) == ("gone-office", "ZZ99")
    assert not registered.demo


def judged(verdict: type[Exception] | None, content: bytes = CONTENT) -> DocumentStanding:
    def verify(document: bytes) -> Report:
        if verdict is not None:
            raise verdict
        return Report(
            document=hashlib.sha256(document).hexdigest(),
            verified_for=NOW,
            signatures=(),
            archive_stamps=(),
            steps=(),
        )

    return standing_of_document(
        content,
        catalogue=CATALOGUE,
        verify_document=verify,
        look_up=OneCertificate().by_sealed_digest,
    )


@pytest.mark.parametrize(
    ("verdict", "status"),
    [
        # A picture, a letter, anything.
        (NotAPdf, StandingStatus.UNKNOWN),
        # Somebody else's signature, and a good one.
        (NotOurs, StandingStatus.UNKNOWN),
        # More than we would read.
        (TooLarge, StandingStatus.UNKNOWN),
        # We could not look, so we do not say.
        (VerificationUnavailable, StandingStatus.UNKNOWN),
        # It claims to be ours and is not as it was signed.
        (VerificationFailed, StandingStatus.TAMPERED),
    ],
)
def test_a_file_that_is_not_genuine_is_not_looked_up(
    verdict: type[Exception], status: StandingStatus
) -> None:
    found = judged(verdict)
    assert (found.standing.status, found.reason) == (status, verdict.__name__)
    assert found.standing.registered is None
    assert found.report is None


def test_a_genuine_file_stands_as_its_certificate() -> None:
    found = judged(None)
    assert found.standing.status is StandingStatus.VALID
    assert found.report is not None
    assert found.report.document == found.sha256


def test_a_genuine_file_that_the_register_does_not_know_is_unknown() -> None:
    assert judged(None, b"%PDF genuine and never issued").standing.status == "unknown"
