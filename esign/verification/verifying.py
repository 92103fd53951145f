"""The verification of a signed PDF, in numbered steps.

It answers for a time that is passed in, uses no network, and trusts nothing but
the given roots.  Run it inside a limited process: the file is a stranger's.
"""

from __future__ import annotations

import hashlib
import logging
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from esign.anchors import linked_roots
from esign.errors import NotOurs, SignatureDoubtful, Tampered
from esign.verification.archive import Stamped, check_stamps
from esign.verification.changes import ReviewedOnce, check_changes
from esign.verification.coverage import covered
from esign.verification.der import check_der
from esign.verification.existence import Existence
from esign.verification.report import Report
from esign.verification.revocation import known_certificates, known_lists
from esign.verification.signatures import Known, check_time, describe
from esign.verification.steps import At, listed, passed, step, steps_by_reason
from esign.verification.strict_cms import MALFORMED, check_strict
from esign.verification.validation import validate, validation_rules

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cryptography.x509 import Certificate

    from esign.asn1 import Asn1
    from esign.verification.coverage import Covered
    from esign.verification.existence import Existed
    from esign.verification.report import ArchiveStamp, SignatureFound, Step

# pyHanko explains its doubts in log lines with the signer's name in them.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


def verify(
    document: bytes,
    *,
    roots: Sequence[Certificate],
    at: datetime,
    fresh_lists: Sequence[bytes] = (),
    party_roots: Sequence[Certificate] = (),
    links: Sequence[Certificate] = (),
    existed: Sequence[Existed] = (),
) -> Report:
    """Return the evidence that ``document`` is genuine at ``at``, or raise.

    ``fresh_lists`` are revocation lists (DER) newer than those inside, for the
    time-stamping authority years later.  ``party_roots`` are of outside authorities:
    what they certified is a party with evidence, and never a notary, a seal or a time.
    ``links`` are certificates by which one of ``roots`` vouches for another, beside those
    in the file: nobody trusts them for being there (`esign.anchors`).  ``existed`` is
    independent proof that the file was there, whole or up to one of its signatures: needed
    where a time-stamper's key was stolen (`esign.verification.existence`).
    A refusal names the step it happened in.
    """
    # On bytes alone, before any parser forgives anything.
    with step(At.COVERAGE):
        ranges = covered(document)
        for reach in ranges:
            check_der(reach.contents)
    with step(At.LAST_SIGNATURE):
        check_strict(ranges[-1].contents, partial(ranges[-1].digest, document))
    # A signature that the parser sees elsewhere than the bytes do is a trick.
    with step(At.SIGNATURES_FOUND):
        found = _parsed(document, ranges)
    with step(At.CHANGES):
        reviewed = ReviewedOnce()
        changes = [check_changes(signature, reviewed) for signature in found]
    with step(At.ARCHIVE_STAMPS):
        lists = known_lists(found[0].reader, fresh_lists)
        others = (*links, *known_certificates(found[0].reader))
        anchors = linked_roots(roots, others, lists)
        stamps = [
            Stamped(signature, reach.digest(document, hashlib.sha256), number)
            for number, (signature, reach) in enumerate(zip(found, ranges, strict=True))
            if _is_stamp(signature)
        ]
        existence = Existence(
            document=document, ends=[reach.end for reach in ranges], existed=existed
        )
        archive = check_stamps(stamps, roots=anchors, lists=lists, existence=existence, at=at)
    # Everybody who signed, at the time that the first stamp after them proves.
    closed = _closed(document, found, ranges)
    renewals = len(found) - len(closed)
    is_archived = _is_stamp(closed[-1])
    judged_at = archive[-1 - renewals].stamped_at if is_archived else at
    rules = validation_rules(
        (*roots, *party_roots),
        () if is_archived else fresh_lists,
        held_at=judged_at,
        links=[each for each in anchors if each not in roots],
        reviewed=reviewed,
    )
    known = Known(
        roots=anchors,
        party_roots=party_roots,
        lists=lists,
        existence=existence,
        document=document,
    )
    with steps_by_reason():
        signers = [
            _signed_by(signature, rules, judged_at, known=known, reach=number)
            for number, signature in enumerate(closed)
            if not _is_stamp(signature)
        ]
        if not signers:
            raise NotOurs("nobody signed this file")
    return Report(
        document=hashlib.sha256(document).hexdigest(),
        verified_for=at,
        signatures=tuple(signers),
        archive_stamps=archive,
        steps=(*_steps_of_file(document, found, changes, archive), *_steps_of_people(signers)),
    )


def _closed(document: bytes, found: Sequence[Asn1], ranges: Sequence[Covered]) -> Sequence[Asn1]:
    """Return the signatures up to the first archive time-stamp after the last person's.

    The stamps after it only carry it on, and were judged by themselves. Read from
    the file as it was then: who signed is judged by what was there, and pyHanko,
    which slides back in time from the host's clock, has nothing to slide over.
    """
    people = [n for n, signature in enumerate(found) if not _is_stamp(signature)]
    size = people[-1] + 2 if people else len(found)
    if not size < len(found):
        return found
    return _parsed(document[: ranges[size - 1].end], ranges[:size])


def _is_stamp(signature: Asn1) -> bool:
    return bool(signature.sig_object_type == "/DocTimeStamp")


def _parsed(document: bytes, ranges: Sequence[Covered]) -> list[Asn1]:
    """Return the signatures that a parser finds, in the order of ``ranges``."""
    try:
        reader = PdfFileReader(BytesIO(document), strict=True)
        found = sorted(reader.embedded_signatures, key=_end)
        reaches = [tuple(map(int, s.byte_range)) for s in found]
        encrypted = reader.encrypted
    except (*MALFORMED, PdfError) as error:
        raise Tampered("the file cannot be read") from error
    expected = [(0, r.gap_start, r.gap_end, r.end - r.gap_end) for r in ranges]
    if reaches != expected or encrypted:
        raise Tampered("the file's signatures are not where its bytes say")
    return found


def _end(signature: Asn1) -> int:
    _, _, gap_end, rest = map(int, signature.byte_range)
    return gap_end + rest


def _signed_by(
    signature: Asn1,
    rules: Asn1,
    judged_at: datetime,
    *,
    known: Known,
    reach: int,
) -> SignatureFound:
    try:
        try:
            result = validate(signature, rules, judged_at)
        except SignatureDoubtful:
            # Of a stolen stamper there is more to say.
            check_time(signature, known, reach=reach)
            raise
        check_time(signature, known, reach=reach)
        return describe(signature, result, known)
    except MALFORMED as error:
        raise Tampered("a signer's certificate cannot be read") from error


def _steps_of_file(
    document: bytes,
    found: Sequence[Asn1],
    changes: Sequence[str],
    archive: Sequence[ArchiveStamp],
) -> tuple[Step, ...]:
    names = [str(signature.field_name) for signature in found]
    carried = (_carried(stamp) for stamp in archive)
    return (
        passed(
            At.COVERAGE, f"{len(document)} bytes, SHA-256 {hashlib.sha256(document).hexdigest()}"
        ),
        passed(At.LAST_SIGNATURE, names[-1]),
        passed(At.SIGNATURES_FOUND, f"{len(names)}: {listed(names)}"),
        passed(
            At.CHANGES,
            listed(f"after {n}: {kind}" for n, kind in zip(names, changes, strict=True)),
        ),
        passed(At.ARCHIVE_STAMPS, listed(carried) or "none"),
    )


def _carried(stamp: ArchiveStamp) -> str:
    told = f"{stamp.field} {stamp.stamped_at.isoformat()} until {stamp.carries_until.isoformat()}"
    if stamp.stolen_since is None:
        return told
    return f"{told}, proven to be of before its key was stolen ({stamp.stolen_since.isoformat()})"


def _steps_of_people(signers: Sequence[SignatureFound]) -> tuple[Step, ...]:
    return (
        passed(At.SIGNATURES, listed(f"{s.field} {s.serial:x}" for s in signers)),
        passed(At.CHAINS, listed(dict.fromkeys(f"root SHA-256 {s.root}" for s in signers))),
        passed(
            At.REVOCATION,
            listed(f"{s.field} on lists of {s.unrevoked_since.isoformat()}" for s in signers),
        ),
        passed(
            At.TIME_STAMPS,
            listed(f"{s.field} {s.signed_at.isoformat()} {s.level}" for s in signers),
        ),
        passed(At.SIGNERS, listed(f"{s.field} {s.role}" for s in signers)),
    )
