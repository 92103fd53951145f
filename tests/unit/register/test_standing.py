"""What anybody may learn about a certificate, and what nobody may be told by mistake."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from esign.errors import (
    CertificateRevoked,
    ChainInvalid,
    NotAPdf,
    NotOurs,
    SignatureDoubtful,
    Tampered,
    TooLarge,
    VerificationUnavailable,
)
from esign.verification.report import Report
from server.catalogue.loading import load_catalogue
from server.register.certificates import (
    Allotted,
    Certificate,
    CertificateId,
    CertificateStatus,
)
from server.register.standing import StandingStatus, sought, standing_of, standing_of_document

if TYPE_CHECKING:
    from server.catalogue.loading import Catalogue

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
CONTENT = b"%PDF-sealed"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
NUMBER, CODE = "（2026）云昆示外证字第7号", "7K3QXM29"
SEALED = Certificate(
    id=CertificateId("c-7"),
    office="kunming-demo",
    case="case-7",
    matter="WT01",
    number=Allotted(year=2026, series="foreign", sequence=7, text=NUMBER),
    issue_date=date(2026, 3, 1),
    public_id="k7q2mzv4x3n5ahw6t7rjy2pdeu",
    check_code=CODE,
    status=CertificateStatus.VALID,
    intended_at=AT,
    sealed_sha256=DIGEST,
    sealed_at=AT,
)
GENUINE = Report(document=DIGEST, verified_for=AT, signatures=(), archive_stamps=(), steps=())


class OneCertificate:
    """A public register with one certificate in it."""

    def by_public_id(self, public_id: str) -> Certificate | None:
        return SEALED if public_id == SEALED.public_id else None

    def by_number(self, number: str, check_code: str) -> Certificate | None:
        return SEALED if (number, check_code) == (NUMBER, CODE) else None

    def by_sealed_digest(self, sha256: str) -> Certificate | None:
        return SEALED if sha256 == DIGEST else None


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.mark.parametrize(
    "status", [s for s in CertificateStatus if s is not CertificateStatus.INTENDED]
)
def test_the_register_s_word_is_the_answer(status: CertificateStatus, catalogue: Catalogue) -> None:
    standing = standing_of(replace(SEALED, status=status), catalogue)
    assert standing.status == status.value
    assert standing.registered
    assert standing.registered.office.en == "Kunming Demonstration Notary Office"
    assert standing.registered.demo


def test_a_certificate_that_is_not_sealed_yet_has_no_standing(catalogue: Catalogue) -> None:
    """Should a register ever hand one out, nobody may take it for a certificate."""
    with pytest.raises(ValueError, match="intended"):
        standing_of(replace(SEALED, status=CertificateStatus.INTENDED), catalogue)


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        # It was changed, or its signatures do not carry it.
        (Tampered, StandingStatus.TAMPERED),
        (ChainInvalid, StandingStatus.TAMPERED),
        (SignatureDoubtful, StandingStatus.TAMPERED),
        (CertificateRevoked, StandingStatus.TAMPERED),
        # It never claimed to be ours.
        (NotAPdf, StandingStatus.UNKNOWN),
        (NotOurs, StandingStatus.UNKNOWN),
        (TooLarge, StandingStatus.UNKNOWN),
        # Nobody knows.
        (VerificationUnavailable, StandingStatus.UNKNOWN),
    ],
)
def test_no_refusal_of_the_verifier_ends_as_valid(
    refusal: type[Exception], status: StandingStatus, catalogue: Catalogue
) -> None:
    """Although the register knows the file: it is not even asked."""

    def refuse(_: bytes) -> Report:
        raise refusal("why")

    judged = standing_of_document(
        CONTENT,
        catalogue=catalogue,
        verify_document=refuse,
        look_up=OneCertificate().by_sealed_digest,
    )
    assert judged.standing.status is status
    assert judged.standing.registered is None
    assert judged.reason == refusal.__name__


@pytest.mark.parametrize(
    ("content", "status"),
    [
        # The very file that the register names.
        (CONTENT, StandingStatus.VALID),
        # Genuine signatures, but another file: a deed, say.
        (b"%PDF-deed", StandingStatus.UNKNOWN),
    ],
)
def test_a_genuine_file_is_valid_only_if_the_register_names_it(
    content: bytes, status: StandingStatus, catalogue: Catalogue
) -> None:
    judged = standing_of_document(
        content,
        catalogue=catalogue,
        verify_document=lambda _: GENUINE,
        look_up=OneCertificate().by_sealed_digest,
    )
    assert judged.standing.status is status
    assert judged.report is GENUINE


@pytest.mark.parametrize(
    ("number", "code"),
    [
        # As printed, and as it comes out of various keyboards.
        (NUMBER, CODE),
        ("(2026)云昆示外证字第7号", CODE.lower()),
        (" [2026] 云昆示外证字 第7号 ", "7K3Q XM29"),
        ("〔2026〕云昆示外证字第7号", "7k3q-xm29"),
    ],
)
def test_a_number_is_found_however_it_is_typed(number: str, code: str) -> None:
    assert sought(OneCertificate(), number, code) is SEALED


@pytest.mark.parametrize(
    ("number", "code"),
    [
        # One digit more, the number alone, the code alone.
        ("（2026）云昆示外证字第77号", CODE),
        (NUMBER, ""),
        ("", CODE),
    ],
)
def test_half_of_the_pair_finds_nothing(number: str, code: str) -> None:
    assert sought(OneCertificate(), number, code) is None
