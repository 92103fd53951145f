"""One to ten parties, then notary and seal: every level, both kinds of key, judged by others.

What we write is judged by what others wrote: pyHanko's validation with its
analysis of what changed after each signature, poppler's pdfsig, and qpdf.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Final

import pikepdf
import pytest
import typst
from asn1crypto import crl as asn1_crl
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko_certvalidator import ValidationContext

from esign.asn1 import to_asn1
from esign.authorities import profiles
from esign.evidence import EvidenceDigests
from esign.pdf.drawings import Handwriting
from esign.pdf.fields import NOTARY_FIELD, OFFICE_FIELD, SignaturePlace, party_field, prepare_fields
from esign.pdf.levels import PadesLevel
from esign.pdf.signing import Act, sign_field
from esign.testing import RunningOffice, running_office
from esign.verification import verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from esign.testing import PrivateKey

AT: Final = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
HANDWRITING: Final = Handwriting((((0.1, 0.2), (0.5, 0.9), (0.9, 0.1)),))
PAPER: Final = (
    '#set document(title: "文书", date: datetime(year: 2026, month: 3, day: 1))\n'
    '#set text(font: "Noto Serif CJK SC", lang: "zh")\n= 文书\n兹证明。'
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with running_office(tmp_path_factory.mktemp("office"), at=AT) as running:
        yield running


@pytest.fixture(scope="module")
def keys() -> dict[str, PrivateKey]:
    return {
        "P-256": ec.generate_private_key(ec.SECP256R1()),
        "RSA-3072": rsa.generate_private_key(65537, 3072),
    }


@pytest.fixture(scope="module")
def paper() -> bytes:
    return typst.compile(PAPER.encode(), pdf_standards=["a-2b"])


def prepared_for(parties: int, paper: bytes) -> bytes:
    names = [*map(party_field, range(1, parties + 1)), NOTARY_FIELD, OFFICE_FIELD]
    places = [
        SignaturePlace(field=name, page=0, box=(60, 50 * n, 180, 50 * n + 45), label="签名")
        for n, name in enumerate(names, start=1)
    ]
    return prepare_fields(paper, places)


def signed_by_all(
    office: RunningOffice, prepared: bytes, parties: int, *, level: PadesLevel, key: PrivateKey
) -> bytes:
    """Return a file that ``parties``, the notary and the office signed, in this order."""
    evidence = EvidenceDigests(
        identity_check="1" * 64,
        ceremony_segment="2" * 64,
        document=hashlib.sha256(prepared).hexdigest(),
    )
    party = office.signatory(profiles.EVENT, key=key, evidence=evidence)
    notary = office.signatory(profiles.NOTARY, key=key)
    seal = office.signatory(profiles.OFFICE_SEAL, key=key)
    revocation, stamper = office.revocation(), office.stamps.stamper()
    document = prepared
    for number in range(1, parties + 1):
        act = Act(
            field=party_field(number),
            level=level,
            certifies=number == 1,
            at=AT,
            handwriting=HANDWRITING,
        )
        document = sign_field(document, act, party, revocation=revocation, stamper=stamper)
    # The archive time-stamp after the seal is the notary's, too.
    before = PadesLevel.B_T if level is PadesLevel.B_LTA else level
    for field, by, its_level in ((NOTARY_FIELD, notary, before), (OFFICE_FIELD, seal, level)):
        act = Act(field=field, level=its_level, certifies=False, at=AT)
        document = sign_field(document, act, by, revocation=revocation, stamper=stamper)
    return document


def context(office: RunningOffice) -> ValidationContext:
    known = office.revocation()
    return ValidationContext(
        trust_roots=[to_asn1(known.trust.root)],
        other_certs=[to_asn1(known.trust.authority)],
        crls=[
            asn1_crl.CertificateList.load(each)
            for each in (known.office_list, known.trust.root_list)
        ],
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
@pytest.mark.parametrize("kind", ["P-256", "RSA-3072"])
@pytest.mark.parametrize("level", list(PadesLevel))
@pytest.mark.parametrize("parties", [1, 10])
def test_file_that_everybody_signed_is_valid_for_everybody_else(
    office: RunningOffice,
    keys: dict[str, PrivateKey],
    paper: bytes,
    tmp_path: Path,
    *,
    parties: int,
    level: PadesLevel,
    kind: str,
) -> None:
    prepared = prepared_for(parties, paper)
    document = signed_by_all(office, prepared, parties, level=level, key=keys[kind])
    assert document.startswith(prepared)
    signatures = parties + 2
    archived = parties + 1 if level is PadesLevel.B_LTA else 0
    check_with_qpdf(document, signatures + archived)
    check_with_pdfsig(document, signatures, tmp_path)
    check_with_pyhanko(office, document, signatures)
    if level.has_time_stamp:
        known = office.revocation()
        lists = [known.office_list, known.trust.root_list]
        report = verify(document, roots=office.roots, at=AT, fresh_lists=lists)
        assert {s.level for s in report.signatures} == {level}
        assert len(report.archive_stamps) == archived
    if archived:
        verify(document, roots=office.roots, at=AT + timedelta(days=900))
