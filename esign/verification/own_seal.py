"""Check what has just been sealed, before anybody is given it: our own form, to the last byte.

It answers a narrower question than `esign.verification.verifying` (is this file, of
whoever's making, genuine?): is this the paper that was permitted, with exactly the
signatures, time-stamps and proofs that were asked for, and nothing else? So it needs no
parser that forgives and no general validation. What it does not know is `Tampered`.
Why that is enough here, and nowhere else: docs/adr/0025-our-own-seal-checked-by-our-own-form.md.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from esign.chain import is_list_of, verify_chain_at
from esign.cms.reading import DerMalformed
from esign.errors import (
    CertificateRevoked,
    ChainInvalid,
    FormUnexpected,
    NotOurs,
    SignatureDoubtful,
    Tampered,
)
from esign.pdf.appended import read_revision
from esign.pdf.standing import proven_list
from esign.tsa.lifetime import carries_until
from esign.unreadable import UNREADABLE
from esign.verification.archive import ACCURACY
from esign.verification.coverage import covered
from esign.verification.der import check_der
from esign.verification.own_changes import Growth
from esign.verification.own_signature import check_archive_stamp, check_signature
from esign.verification.signatures import role_of
from esign.verification.strict_cms import check_strict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from esign.pdf.appended import Revision
    from esign.pdf.syntax import Entries
    from esign.verification.coverage import Covered
    from esign.verification.own_changes import Store
    from esign.verification.own_signature import OwnSignature, Stamped
    from esign.verification.report import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedBy:
    """Whose signature is to be in which field."""

    field: str
    role: Role
    certificate: x509.Certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    prepared: bytes
    """The paper that was permitted, its fields drawn and empty."""

    signers: Sequence[SealedBy]
    """In the order in which they sign; the archive time-stamp follows the last."""

    roots: Sequence[x509.Certificate]
    links: Sequence[x509.Certificate] = ()
    """By which the keys of a root vouch for each other; all of them are in the file."""


def check_own_seal(sealed: bytes, wanted: Wanted, *, at: datetime) -> None:
    """Raise a `VerificationFailed` unless ``sealed`` is what was ``wanted``, good at ``at``."""
    # (1) The paper is where it was, every byte is covered, and there are as many
    #     signatures as were asked for.
    ranges = covered(sealed)
    if not sealed.startswith(wanted.prepared):
        raise Tampered("the sealed file does not begin with what was permitted")
    if len(ranges) != len(wanted.signers) + 1:
        raise Tampered("the sealed file has other signatures than were asked for")
    # (2) Nothing but those was appended.
    store = _check_changes(sealed, ranges, wanted)
    # (3) Each is by whom it should be, over all before it, and time-stamped.
    signatures = [
        _check_signer(sealed, reach, signer, wanted.roots)
        for reach, signer in zip(ranges, wanted.signers, strict=False)
    ]
    # (4) The archive time-stamp, which is the authority's making and not ours, is over the
    #     whole file and in the one form that a stranger takes.
    check_der(ranges[-1].contents)
    whole = ranges[-1].digest(sealed, hashlib.sha256)
    check_strict(ranges[-1].contents, lambda _: whole)
    archive = check_archive_stamp(ranges[-1].contents, lambda _: whole, roots=wanted.roots)
    _check_times([each.stamped for each in signatures], archive, at, wanted.roots)
    # (5) The file itself carries what proves all of it later.
    for found, signer in zip(signatures, wanted.signers, strict=True):
        chain = verify_chain_at(
            signer.certificate, found.embedded, roots=wanted.roots, at=found.stamped.at
        )
        if set(chain[1:]) != set(found.embedded):
            raise Tampered("a signature comes with other certificates than those above it")
        _check_carried(chain, store, found.stamped.at, wanted.roots)
    # When each stamp was made, its chain held: that is what proves its time.
    for encoded in {each.stamper for each in (*(s.stamped for s in signatures), archive)}:
        stamper = x509.load_der_x509_certificate(encoded)
        chain = verify_chain_at(stamper, [], roots=wanted.roots, at=archive.at)
        _check_carried(chain, store, archive.at, wanted.roots)
    if not {each.public_bytes(Encoding.DER) for each in wanted.links} <= set(store.certificates):
        raise SignatureDoubtful("the sealed file does not carry what links the roots")


def _check_changes(sealed: bytes, ranges: Sequence[Covered], wanted: Wanted) -> Store:
    try:
        growth, begins = Growth(wanted.prepared), len(wanted.prepared)
        *signing, closing = _revisions(sealed, begins, ranges)
        for revision, signer, reach in zip(signing, wanted.signers, ranges, strict=False):
            _check_place(sealed, growth.signed(revision, signer.field), reach)
        last = wanted.signers[-1].field
        entries, store = growth.stamped(closing, f"archive-{last}", beside=last)
        _check_place(sealed, entries, ranges[-1])
    except (FormUnexpected, DerMalformed) as error:
        raise Tampered("the sealed file is not of the form that we write") from error
    return store


def _revisions(sealed: bytes, begins: int, ranges: Sequence[Covered]) -> list[Revision]:
    ends = [begins, *(reach.end for reach in ranges)]
    return [read_revision(sealed, start, end) for start, end in pairwise(ends)]


def _check_place(sealed: bytes, entries: Entries, reach: Covered) -> None:
    """The dictionary that was read is the one whose reach the bytes gave."""
    stated = b"[0 %d %d %d]" % (reach.gap_start, reach.gap_end, reach.end - reach.gap_end)
    held = sealed[reach.gap_start : reach.gap_end]
    if (entries[b"/ByteRange"], entries[b"/Contents"]) != (stated, held):
        raise Tampered("a signature does not cover what it says")


def _check_signer(
    sealed: bytes, reach: Covered, signer: SealedBy, roots: Sequence[x509.Certificate]
) -> OwnSignature:
    if role_of(signer.certificate) is not signer.role:
        raise NotOurs("a certificate is for another role")
    return check_signature(
        reach.contents,
        signer.certificate,
        partial(reach.digest, sealed),
        roots=roots,
    )


def _check_times(
    signed: Sequence[Stamped], archive: Stamped, at: datetime, roots: Sequence[x509.Certificate]
) -> None:
    times = [*(each.at for each in signed), archive.at, at + ACCURACY]
    if times != sorted(times):
        raise SignatureDoubtful("the time-stamps are not in the order of what they cover")
    if not at <= carries_until(archive.stamper, roots=roots):
        raise SignatureDoubtful("the archive time-stamp carries nothing any more")


def _check_carried(
    chain: Sequence[x509.Certificate],
    store: Store,
    at: datetime,
    roots: Sequence[x509.Certificate],
) -> None:
    """What proves a signature is in the store, which is covered; its own certificate is in it."""
    if not {each.public_bytes(Encoding.DER) for each in chain[1:]} <= set(store.certificates):
        raise SignatureDoubtful("the sealed file does not carry its certificates")
    for subject, issuer in pairwise(chain):
        named = [each for each in dict.fromkeys((issuer, *roots)) if each.subject == issuer.subject]
        made = [(der, _maker_of(der, tuple(named))) for der in store.lists]
        proven = [proven_list(der, issuer) for der, maker in made if maker == issuer]
        if not any(at <= span.ends for _, span in proven):
            raise SignatureDoubtful("the sealed file carries no list of this time")
        for listed, _ in proven:
            if listed.get_revoked_certificate_by_serial_number(subject.serial_number) is not None:
                raise CertificateRevoked("a certificate is on the list that the file carries")


@lru_cache(maxsize=256)
def _maker_of(encoded: bytes, named: tuple[x509.Certificate, ...]) -> x509.Certificate | None:
    """Return who made a list, of those who bear one name; ``None`` where it has another.

    The keys of a root share their name. Raises `ChainInvalid` for a list in that name by
    none of their keys.
    """
    try:
        listed = x509.load_der_x509_crl(encoded)
        if listed.issuer != named[0].subject:
            return None
        found = next((each for each in named if is_list_of(listed, each)), None)
    except UNREADABLE as error:
        raise Tampered("a list that the file carries cannot be read") from error
    if found is None:
        raise ChainInvalid("a revocation list is not its authority's")
    return found
