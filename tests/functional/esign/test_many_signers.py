"""One to ten parties, then notary and seal: every level, every kind of key, judged by others.

What we write is judged by what others wrote: pyHanko's validation with its
analysis of what changed after each signature, poppler's pdfsig, and qpdf. pyHanko
is lent the mathematics of SM2, all else is its own; pdfsig has none and says so.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections import Counter
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Final

import pikepdf
import pytest
import typst
from asn1crypto import crl as asn1_crl
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel, StandardDiffPolicy
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko_certvalidator import ValidationContext

from esign.algorithms import SigningAlgorithm
from esign.asn1 import to_asn1
from esign.authorities import profiles
from esign.evidence import EvidenceDigests
from esign.pdf.drawings import Handwriting
from esign.pdf.fields import (
    NOTARY_FIELD,
    OFFICE_FIELD,
    SignaturePlace,
    party_field,
    places_for,
    prepare_fields,
)
from esign.pdf.levels import PadesLevel
from esign.pdf.signing import Act, sign_field
from esign.sm.sm2 import Sm2PrivateKey
from esign.testing import RunningOffice, algorithm_of, running_office
from esign.verification import verify
from esign.verification.sm2_validator import SignatureValidator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from esign.asn1 import Asn1
    from esign.testing import AnyPrivateKey

AT: Final = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
HANDWRITING: Final = Handwriting((((0.1, 0.2), (0.5, 0.9), (0.9, 0.1)),))
PAPER: Final = (
    '#set document(title: "文书", date: datetime(year: 2026, month: 3, day: 1))\n'
    '#set text(font: "Noto Serif CJK SC", lang: "zh")\n= 文书\n兹证明。'
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with running_office(tmp_path_factory.mktemp("office"), at=AT, sm2=True) as running:
        yield running


@pytest.fixture(scope="module")
def keys() -> dict[str, list[AnyPrivateKey]]:
    p256, sm2 = ec.generate_private_key(ec.SECP256R1()), Sm2PrivateKey.generate()
    return {
        "P-256": [p256],
        "RSA-3072": [rsa.generate_private_key(65537, 3072)],
        "SM2": [sm2],
        "P-256 and SM2": [p256, sm2],
    }


@pytest.fixture(scope="module")
def paper() -> bytes:
    return typst.compile(PAPER.encode(), pdf_standards=["a-2b"])


def prepared_for(parties: int, paper: bytes, keys: Sequence[AnyPrivateKey]) -> bytes:
    names = [*map(party_field, range(1, parties + 1)), NOTARY_FIELD, OFFICE_FIELD]
    places = [
        SignaturePlace(field=name, page=0, box=(60, 50 * n, 180, 50 * n + 45), label="签名")
        for n, name in enumerate(names, start=1)
    ]
    return prepare_fields(paper, places_for(places, [algorithm_of(key) for key in keys]))


def signed_by_all(
    office: RunningOffice,
    prepared: bytes,
    parties: int,
    *,
    level: PadesLevel,
    keys: Sequence[AnyPrivateKey],
) -> bytes:
    """Return a file that ``parties``, the notary and the office signed with ``keys``, in order.

    An archive time-stamp comes after each party's last signature and after the
    seal's, where it is the notary's, too.
    """
    evidence = EvidenceDigests(
        identity_check="1" * 64,
        ceremony_segment="2" * 64,
        document=hashlib.sha256(prepared).hexdigest(),
    )
    algorithms = [algorithm_of(key) for key in keys]
    known = {algorithm: office.revocation(algorithm) for algorithm in algorithms}
    stamper = office.stamps.stamper()
    before = PadesLevel.B_T if level is PadesLevel.B_LTA else level
    places = [
        *((party_field(number), profiles.EVENT) for number in range(1, parties + 1)),
        (NOTARY_FIELD, profiles.NOTARY),
        (OFFICE_FIELD, profiles.OFFICE_SEAL),
    ]
    by = {
        (profile.name, key): office.signatory(
            profile, key=key, evidence=evidence if profile.needs_evidence else None
        )
        for _, profile in places
        for key in keys
    }
    document = prepared
    for field, profile in places:
        for algorithm, key in zip(algorithms, keys, strict=True):
            is_last = key is keys[-1] and field != NOTARY_FIELD
            act = Act(
                field=algorithm.field_beside(field, algorithms),
                level=level if is_last else before,
                certifies=document is prepared,
                at=AT,
                handwriting=HANDWRITING if profile is profiles.EVENT and key is keys[0] else None,
            )
            document = sign_field(
                document,
                act,
                by[profile.name, key],
                revocation=known[algorithm],
                stamper=stamper,
                earlier=[each for other, each in known.items() if other is not algorithm],
            )
    return document


def lists_of(office: RunningOffice) -> list[bytes]:
    known = [office.revocation(algorithm) for algorithm in SigningAlgorithm]
    return [each for r in known for each in (r.office_list, r.trust.root_list)]


def context(office: RunningOffice) -> ValidationContext:
    authorities = [office.revocation(each).trust.authority for each in SigningAlgorithm]
    return ValidationContext(
        trust_roots=[to_asn1(root) for root in office.roots],
        other_certs=[to_asn1(authority) for authority in authorities],
        crls=[asn1_crl.CertificateList.load(each) for each in lists_of(office)],
        signature_validator=SignatureValidator(),
        moment=AT,
        allow_fetching=False,
        revocation_mode="require",
    )


def check_with_pyhanko(office: RunningOffice, document: bytes, signatures: int) -> None:
    reader = PdfFileReader(BytesIO(document), strict=True)
    found = reader.embedded_regular_signatures
    assert len(found) == signatures
    for signature in found:
        status = validate_pdf_signature(signature, context(office))
        assert status.bottom_line, status.pretty_print_details()
        assert status.docmdp_ok
        assert status.modification_level <= ModificationLevel.FORM_FILLING
    for stamp in reader.embedded_timestamp_signatures:
        told = validate_pdf_timestamp(stamp, context(office))
        assert told.valid
        assert told.trusted


def check_with_qpdf(document: bytes, fields: int) -> None:
    with pikepdf.open(BytesIO(document), attempt_recovery=False) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert pdf.get_warnings() == []
        assert len(pdf.Root.AcroForm.Fields) == fields


def check_with_pdfsig(document: bytes, signatures: int, place: Path) -> None:
    if not shutil.which("pdfsig"):
        pytest.skip("needs pdfsig (poppler-utils) from Debian")
    (place / "signed.pdf").write_bytes(document)
    told = subprocess.run(
        ["pdfsig", "-nocert", str(place / "signed.pdf")],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    assert told.count("Signature Validation: Signature is Valid.") == signatures, told


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["P-256", "RSA-3072", "SM2", "P-256 and SM2"])
@pytest.mark.parametrize("level", list(PadesLevel))
@pytest.mark.parametrize("parties", [1, 10])
def test_file_that_everybody_signed_is_valid_for_everybody_else(
    office: RunningOffice,
    keys: dict[str, list[AnyPrivateKey]],
    paper: bytes,
    tmp_path: Path,
    *,
    parties: int,
    level: PadesLevel,
    kind: str,
) -> None:
    own = keys[kind]
    prepared = prepared_for(parties, paper, own)
    document = signed_by_all(office, prepared, parties, level=level, keys=own)
    assert document.startswith(prepared)
    signatures = (parties + 2) * len(own)
    archived = parties + 1 if level is PadesLevel.B_LTA else 0
    check_with_qpdf(document, signatures + archived)
    by_sm2 = sum(isinstance(key, Sm2PrivateKey) for key in own)
    check_with_pdfsig(document, signatures - (parties + 2) * by_sm2, tmp_path)
    check_with_pyhanko(office, document, signatures)
    if level.has_time_stamp:
        # What is archived needs nobody's list, and holds long after certificates ran out.
        at, fresh = (AT + timedelta(days=900), []) if archived else (AT, lists_of(office))
        report = verify(document, roots=office.roots, at=at, fresh_lists=fresh)
        assert {s.level for s in report.signatures} == {level}
        assert len(report.signatures) == signatures
        assert len(report.archive_stamps) == archived


def test_what_was_added_is_reviewed_once_for_each_signature(
    office: RunningOffice,
    keys: dict[str, list[AnyPrivateKey]],
    paper: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = keys["P-256"]
    prepared = prepared_for(4, paper, own)
    document = signed_by_all(office, prepared, 4, level=PadesLevel.B_LTA, keys=own)
    review, reviewed = StandardDiffPolicy.review_file, Counter[int]()

    def counted(policy: Asn1, reader: Asn1, revision: int, *more: Asn1) -> Asn1:
        reviewed[revision] += 1
        return review(policy, reader, revision, *more)

    monkeypatch.setattr(StandardDiffPolicy, "review_file", counted)
    report = verify(document, roots=office.roots, at=AT, fresh_lists=lists_of(office))
    # Nothing is left to review after the last of them.
    assert len(reviewed) == len(report.signatures) + len(report.archive_stamps) - 1
    assert set(reviewed.values()) == {1}
