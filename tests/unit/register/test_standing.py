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
    StamperStolen,
    StampLapsed,
    Tampered,
    TooLarge,
    VerificationFailed,
    VerificationUnavailable,
)
from esign.verification.report import Report
from esign.verification.steps import At, passed
from server.catalogue.loading import load_catalogue
from server.catalogue.matters import MatterCode
from server.register.certificates import (
    Allotted,
    Certificate,
    CertificateId,
    CertificateStatus,
)
from server.register.checked import DIGESTS, REGISTER, Outcome
from server.register.document_standing import OnRecord, on_record, standing_of_document
from server.register.generations import (
    FileKind,
    Generation,
    GenerationState,
    SignedFile,
    sm3_of,
)
from server.register.ports import PublicRegister
from server.register.standing import StandingStatus, sought, standing_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.register.document_standing import DocumentStanding

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


RENEWED = replace(VALID, renewed_sha256="e" * 64)
"""The same, carried on: what is delivered now is another file."""

KEPT = Generation(
    id="g-1",
    office="kunming-demo",
    file=SignedFile(kind=FileKind.CERTIFICATE, case="c-1", subject=VALID.id),
    number=1,
    state=GenerationState.KEPT,
    intended_at=NOW,
    sha256=VALID.sealed_sha256,
    sm3=sm3_of(CONTENT),
)


class OneCertificate(PublicRegister):
    """A register of one certificate, found by exactly what is printed on it."""

    def by_public_id(self, public_id: str) -> Certificate | None:
        return VALID if public_id == VALID.public_id else None

    def by_number(self, number: str, check_code: str) -> Certificate | None:
        return VALID if (number, check_code) == (NUMBER, VALID.check_code) else None

    def by_sealed_digest(self, sha256: str) -> Certificate | None:
        return VALID if sha256 == VALID.sealed_sha256 else None

    def generation(self, sha256: str) -> Generation | None:
        return KEPT if sha256 == KEPT.sha256 else None


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


def judged(
    verdict: type[Exception] | None,
    content: bytes = CONTENT,
    look_up: Callable[[str], OnRecord | None] | None = None,
) -> DocumentStanding:
    def verify(document: bytes) -> Report:
        if verdict is not None:
            raise verdict
        return Report(
            document=hashlib.sha256(document).hexdigest(),
            verified_for=NOW,
            signatures=(),
            archive_stamps=(),
            steps=tuple(passed(at, "seen") for at in At),
        )

    return standing_of_document(
        content,
        catalogue=CATALOGUE,
        verify_document=verify,
        look_up=look_up or (lambda sha256: on_record(OneCertificate(), sha256)),
    )


def outcome(found: DocumentStanding, code: str) -> Outcome:
    (checked,) = (check for check in found.checks if check.code == code)
    return checked.outcome


def recorded(certificate: Certificate, **changes: object) -> Callable[[str], OnRecord]:
    kept = replace(KEPT, **changes)  # type: ignore[arg-type]  # by name
    return lambda _: OnRecord(certificate=certificate, generation=kept)


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
        # Whole, and dated by whoever had the stolen key: neither good nor altered.
        (StamperStolen, StandingStatus.UNPROVEN),
        # It claims to be ours and is not as it was signed.
        (VerificationFailed, StandingStatus.TAMPERED),
    ],
)
def test_a_file_that_is_not_genuine_stands_for_nothing(
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


def test_a_genuine_file_passes_every_step_and_both_digests_are_told() -> None:
    found = judged(None)
    assert {check.outcome for check in found.checks} == {Outcome.PASSED}
    assert [check.number for check in found.checks] == list(range(1, len(found.checks) + 1))
    (digests,) = (check for check in found.checks if check.code == DIGESTS)
    assert str(KEPT.sha256) in digests.evidence
    assert sm3_of(CONTENT) in digests.evidence


def test_the_register_says_that_it_never_gave_out_an_altered_file() -> None:
    found = judged(Tampered, CONTENT + b"junk")
    assert outcome(found, DIGESTS) is Outcome.FAILED
    assert outcome(found, REGISTER) is Outcome.NOT_REACHED


@pytest.mark.parametrize("verdict", [NotAPdf, NotOurs, TooLarge, VerificationUnavailable])
def test_the_register_is_not_asked_about_what_is_not_ours(verdict: type[Exception]) -> None:
    def never(_: str) -> OnRecord | None:
        raise AssertionError("asked")

    found = judged(verdict, look_up=never)
    assert outcome(found, DIGESTS) is Outcome.NOT_REACHED


def test_an_altered_file_is_never_saved_by_the_register() -> None:
    found = judged(Tampered, look_up=recorded(VALID))
    assert found.standing.status is StandingStatus.TAMPERED
    assert outcome(found, DIGESTS) is Outcome.PASSED


def test_a_file_with_the_sha256_of_another_is_told_apart_by_sm3() -> None:
    found = judged(None, look_up=recorded(VALID, sm3="0" * 64))
    assert (found.standing.status, found.reason) == (StandingStatus.TAMPERED, DIGESTS)
    assert outcome(found, DIGESTS) is Outcome.FAILED


def test_a_certificate_whose_sm3_was_not_taken_yet_stands() -> None:
    found = judged(None, look_up=recorded(VALID, sm3=None))
    assert found.standing.status is StandingStatus.VALID


def test_an_earlier_generation_stands_as_its_certificate() -> None:
    found = judged(None, look_up=recorded(RENEWED))
    assert (found.standing.status, found.renewed_since) == (StandingStatus.VALID, True)


@pytest.mark.parametrize(
    ("look_up", "status"),
    [
        # The register carried it on before it ended.
        (recorded(RENEWED), StandingStatus.VALID),
        # It was revoked since, and that is what counts.
        (
            recorded(replace(RENEWED, status=CertificateStatus.REVOKED)),
            StandingStatus.REVOKED,
        ),
        # Nobody renewed it.
        (recorded(VALID), StandingStatus.LAPSED),
        # Nobody knows it.
        (lambda _: None, StandingStatus.LAPSED),
        # It has the SHA-256 of one that was carried on, and is another file.
        (recorded(RENEWED, sm3="0" * 64), StandingStatus.LAPSED),
    ],
)
def test_a_copy_whose_own_stamp_ended_stands_only_if_the_register_carried_it_on(
    look_up: Callable[[str], OnRecord | None], status: StandingStatus
) -> None:
    found = judged(StampLapsed, look_up=look_up)
    assert (found.standing.status, found.reason) == (status, "StampLapsed")
    assert found.report is None


def test_a_certificate_that_does_not_stand_fails_the_last_step() -> None:
    found = judged(None, look_up=recorded(replace(VALID, status=CertificateStatus.REVOKED)))
    assert outcome(found, REGISTER) is Outcome.FAILED
