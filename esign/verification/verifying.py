"""The verification of a signed PDF, in numbered steps.

It answers for a time that is passed in, uses no network, and trusts nothing but
the given roots.  Run it inside a limited process: the file is a stranger's.
"""

from __future__ import annotations

import hashlib
import logging
from io import BytesIO
from typing import TYPE_CHECKING, Final

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from esign.errors import NotOurs, Tampered
from esign.verification.archive import check_stamps
from esign.verification.changes import check_changes
from esign.verification.coverage import covered
from esign.verification.der import check_der
from esign.verification.report import Report, Step
from esign.verification.revocation import known_lists
from esign.verification.signatures import describe
from esign.verification.strict_cms import MALFORMED, check_strict
from esign.verification.validation import validate, validation_rules

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cryptography.x509 import Certificate, CertificateRevocationList

    from esign.asn1 import Asn1
    from esign.verification.coverage import Covered
    from esign.verification.report import SignatureFound

# pyHanko explains its doubts in log lines with the signer's name in them.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)

_CLAIMS: Final = (
    "every byte is covered by the last signature",
    "the last signature is whole and of this file",
    "the parsed file has the same signatures as its bytes",
    "nothing but signatures was added after each signature",
    "archive time-stamps are genuine",
    "signatures, chains, revocation and time-stamps hold",
    "signers are known by policy, and parties saw this document",
)


def verify(
    document: bytes,
    *,
    roots: Sequence[Certificate],
    at: datetime,
    fresh_lists: Sequence[bytes] = (),
) -> Report:
    """Return the evidence that ``document`` is genuine at ``at``, or raise.

    ``fresh_lists`` are revocation lists (DER) newer than those inside, for the
    time-stamping authority years later.
    """
    # (1) and (2) on bytes alone, before any parser forgives anything.
    ranges = covered(document)
    for reach in ranges:
        check_der(reach.contents)
    check_strict(ranges[-1].contents, _digest(document, ranges[-1]))
    # (3) A signature that the parser sees elsewhere than the bytes do is a trick.
    found = _parsed(document, ranges)
    # (4) Changes.
    for signature in found:
        check_changes(signature)
    # (5) The archive time-stamps; the last one tells at what time the rest is judged.
    lists = known_lists(found[0].reader, fresh_lists)
    stamps = [s for s in found if s.sig_object_type == "/DocTimeStamp"]
    archive = check_stamps(stamps, roots=roots, lists=lists, at=at)
    is_archived = bool(stamps) and stamps[-1] is found[-1]
    judged_at = archive[-1].stamped_at if is_archived else at
    # (6) and (7) Everybody who signed.
    rules = validation_rules(roots, () if is_archived else fresh_lists, held_at=judged_at)
    signatures = tuple(
        _signed_by(signature, rules, judged_at, roots=roots, lists=lists, document=document)
        for signature in found
        if signature not in stamps
    )
    if not signatures:
        raise NotOurs("nobody signed this file")
    counts = f"{len(signatures)} signatures, {len(archive)} archive time-stamps"
    return Report(
        document=hashlib.sha256(document).hexdigest(),
        verified_for=at,
        signatures=signatures,
        archive_stamps=archive,
        steps=tuple(
            Step(number=number, claim=claim, evidence=counts)
            for number, claim in enumerate(_CLAIMS, start=1)
        ),
    )


def _digest(document: bytes, reach: Covered) -> bytes:
    hashed = hashlib.sha256(memoryview(document)[: reach.gap_start])
    hashed.update(memoryview(document)[reach.gap_end : reach.end])
    return hashed.digest()


def _parsed(document: bytes, ranges: Sequence[Covered]) -> list[Asn1]:
    try:
        reader = PdfFileReader(BytesIO(document), strict=True)
        found = list(reader.embedded_signatures)
        reaches = sorted(tuple(map(int, s.byte_range)) for s in found)
        encrypted = reader.encrypted
    except (*MALFORMED, PdfError) as error:
        raise Tampered("the file cannot be read") from error
    expected = sorted((0, r.gap_start, r.gap_end, r.end - r.gap_end) for r in ranges)
    if reaches != expected or encrypted:
        raise Tampered("the file's signatures are not where its bytes say")
    return found


def _signed_by(
    signature: Asn1,
    rules: Asn1,
    judged_at: datetime,
    *,
    roots: Sequence[Certificate],
    lists: Sequence[CertificateRevocationList],
    document: bytes,
) -> SignatureFound:
    result = validate(signature, rules, judged_at)
    try:
        return describe(signature, result, roots=roots, lists=lists, document=document)
    except MALFORMED as error:
        raise Tampered("a signer's certificate cannot be read") from error
