"""A signed PDF as a whole: every signature, every stamp, every change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.x509 import ocsp

from esign.offline.parts.certificates import SKEW, Cert, Crl
from esign.offline.parts.chains import Proof
from esign.offline.parts.cms import read_cms
from esign.offline.parts.digests import sha256
from esign.offline.parts.faults import Fault, require
from esign.offline.parts.pdf_files import Pdf
from esign.offline.parts.pdf_signatures import Covered, check_changes, signature_of
from esign.offline.parts.stamps import (
    Signed,
    Stamp,
    check_existed,
    check_signer,
    check_stamp,
)


@dataclass
class Document:
    pdf: Pdf
    signatures: list[Signed]
    archived: list[datetime]
    stamps: list[Stamp]


def check_document(
    data: bytes,
    where: str,
    roots: Iterable[Cert],
    at: datetime,
    *,
    party_roots: Sequence[Cert] = (),
    lists: Sequence[Crl] = (),
    existed: Sequence[tuple[bytes, datetime]] = (),
) -> Document:
    """Check every signature and stamp of a PDF, and everything that was added after each.

    ``existed`` is when, by others than time-stampers, a file of a SHA-256 was there.
    """
    pdf = Pdf(data, where)
    require(len(pdf.revisions) > 1, "pdf_coverage", where, "nothing is signed")
    require(data.count(b"/ByteRange") == len(pdf.revisions) - 1, "pdf_coverage", where, "ByteRange")
    covered = [signature_of(pdf, index) for index in range(1, len(pdf.revisions))]
    for index, each in enumerate(covered, start=1):
        check_changes(pdf, index, each)
    first = b"".join(covered[0].entries.get(b"/Reference", b"").split())
    require(b"/DocMDP" in first and b"/P2" in first, "pdf_form", where, "not certified")
    proof = Proof(
        roots,
        [x509.load_der_x509_certificate(c) for c in pdf.stored(b"/Certs")],
        [*lists, *(x509.load_der_x509_crl(c) for c in pdf.stored(b"/CRLs"))],
        [ocsp.load_der_ocsp_response(c) for c in pdf.stored(b"/OCSPs")],
        party_roots,
    )
    found = Document(pdf, [], [], [])
    stamps = found.stamps
    for number, each in enumerate(covered, start=1):
        name = f"{where}#{number}"
        try:
            if each.is_stamp:
                stamps.append(check_stamp(each.contents, each.content, proof))
                found.archived.append(stamps[-1].at)
            else:
                signed = check_signer(read_cms(each.contents), each.content, proof, name)
                found.signatures.append(signed)
                stamps.append(signed.stamp)
        except Fault as fault:
            raise Fault(fault.code, f"{name} {fault.where}".strip(), fault.more) from fault
    _check_existed(pdf, covered, stamps, existed)
    times = [*(s.at for s in found.signatures), *found.archived]
    require(covered[-1].is_stamp, "archive_missing", where)
    require(max(times) == found.archived[-1], "stamp_wrong", where, "order of times")
    require(found.archived[-1] <= at + SKEW, "stamp_future", where, at.isoformat())
    require(
        max(at, found.archived[-1]) <= stamps[-1].by.not_valid_after_utc, "archive_expired", where
    )
    return found


def _check_existed(
    pdf: Pdf,
    covered: Sequence[Covered],
    stamps: Sequence[Stamp],
    existed: Sequence[tuple[bytes, datetime]],
) -> None:
    """From the last one on: what an earlier stamp of a stolen key needs is a later one that counts."""
    proven: list[datetime] = []
    for number in range(len(stamps), 0, -1):
        if existed:
            digest = sha256(pdf.data[: pdf.revisions[number].end])
            proven += [at for known, at in existed if known == digest]
        check_existed(stamps[number - 1], proven, f"{pdf.where}#{number}")
        if covered[number - 1].is_stamp:
            proven.append(stamps[number - 1].at)
