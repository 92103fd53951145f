"""Keep a signed file provable: a new archive time-stamp before the last one ends.

What cannot be verified any more is not stamped anew: a fresh stamp over a
lapsed one would make doubt look like proof.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from esign.authorities.directory import ROOT, TSA
from esign.chain import check_issued_by, verify_chain_at
from esign.errors import ChainInvalid, ListStale, NotOurs, RenewalUseless, TimeStampUnavailable
from esign.pdf.renewal import append_stamp
from esign.pdf.standing import proven_list
from esign.tsa.lifetime import carries_until
from esign.tsa.reading import read_token
from esign.verification.coverage import covered
from esign.verification.revocation import stolen_since
from esign.verification.verifying import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from esign.authorities.directory import AuthorityDirectory
    from esign.clock import Clock
    from esign.tsa.client import DocumentStamper, TimeStampSource
    from esign.verification.existence import Existed


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    document: bytes
    carries_until: datetime
    stamper: str
    """As `last_stamper` says."""


def stamp_carries_until(document: bytes, *, roots: Sequence[x509.Certificate]) -> datetime:
    """Return until when the last archive time-stamp of ``document`` carries it.

    Reads, and proves nothing: whether the file is genuine, `verify` says. Raises
    `VerificationFailed` for a file that has no signature or ends in none of ours.
    """
    return carries_until(_last_stamper(document), roots=roots)


def last_stamper(document: bytes) -> str:
    """Return the SHA-256 of the last stamper's certificate; raises as `stamp_carries_until`."""
    return hashlib.sha256(_last_stamper(document)).hexdigest()


def stolen_stampers(files: AuthorityDirectory) -> frozenset[str]:
    """Return the certificates (SHA-256) of the time-stampers whose key somebody else may have."""
    found = set()
    for name in files.names(TSA):
        certificate = files.certificate(name)
        above = files.authority_of(ROOT, certificate)
        listed = x509.load_der_x509_crl(files.revocation_list(above))
        if stolen_since(certificate, files.certificate(above), [listed]) is not None:
            found.add(certificate.fingerprint(hashes.SHA256()).hex())
    return frozenset(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class StampRenewer:
    roots: Sequence[x509.Certificate]
    """Every root that is or ever was trusted; the first one issues today's stampers."""

    root_list: bytes
    """Of the first root, DER, of now."""

    stamps: TimeStampSource
    now: Clock
    links: Sequence[x509.Certificate] = ()
    """By which the keys of a root vouch for each other (`esign.anchors`)."""

    root_lists: Sequence[bytes] = ()
    """Of every other root, DER: by them the links are judged."""

    party_roots: Sequence[x509.Certificate] = ()
    """Of the outside authorities that certified parties, today's and earlier ones."""

    existed: Callable[[bytes], Sequence[Existed]] = lambda _: ()
    """(file) -> independent proof that it was there, for where a time-stamper was stolen."""

    def renew(self, document: bytes) -> Renewed:
        """Return ``document`` with one more archive time-stamp.

        Raises `VerificationFailed` when it cannot be proven any more (too late, altered,
        or stamped by a stolen key and known to nobody else): that is for a person.
        `TimeStampUnavailable`, `ListStale` and `RenewalUseless` pass once somebody has
        mended the authority: that waits.
        """
        # (1) Only what is proven now may be carried on.
        existed = self.existed(document)
        self._verify(document, existed)
        before = self._carried(document)
        # (2) Lists of now, and a stamp that carries further than the last.
        listed, span = proven_list(self.root_list, self.roots[0])
        if not span.begins <= self.now() <= span.ends:
            raise ListStale("the root's revocation list is not of this time")
        stamper = self.stamps.stamper()
        _check_standing(stamper, self.roots[0], listed)
        after = carries_until(stamper.certificate, roots=self.roots)
        if not after > before:
            raise RenewalUseless("the authority's stamps carry no further than the last one")
        # (3) The stamp, over what proves the one before it.
        renewed = append_stamp(
            document,
            certificates=[
                *(root.public_bytes(Encoding.DER) for root in self.roots),
                _last_stamper(document),
                stamper.certificate,
                *(link.public_bytes(Encoding.DER) for link in self.links),
            ],
            lists=[self.root_list, *self.root_lists],
            stamper=stamper,
        )
        # (4) As a stranger would.
        self._verify(renewed, existed)
        return Renewed(document=renewed, carries_until=after, stamper=last_stamper(renewed))

    def _verify(self, document: bytes, existed: Sequence[Existed]) -> None:
        """By the lists of now: what is in the file was made when nobody knew of a theft."""
        verify(
            document,
            roots=self.roots,
            party_roots=self.party_roots,
            fresh_lists=[self.root_list, *self.root_lists],
            links=self.links,
            existed=existed,
            at=self.now(),
        )

    def _carried(self, document: bytes) -> datetime:
        """Return until when the last stamp carries by itself: of a stolen key, until the theft."""
        encoded = _last_stamper(document)
        stamper = x509.load_der_x509_certificate(encoded)
        above = verify_chain_at(stamper, [], roots=self.roots, at=stamper.not_valid_before_utc)[-1]
        lists = [x509.load_der_x509_crl(each) for each in (self.root_list, *self.root_lists)]
        stolen = stolen_since(stamper, above, lists)
        ends = carries_until(encoded, roots=self.roots)
        return ends if stolen is None else min(ends, stolen)


def _check_standing(
    stamper: DocumentStamper, root: x509.Certificate, listed: x509.CertificateRevocationList
) -> None:
    certificate = x509.load_der_x509_certificate(stamper.certificate)
    try:
        check_issued_by(certificate, root)
    except ChainInvalid as error:
        raise TimeStampUnavailable("the time-stamper is under another root since") from error
    serial = certificate.serial_number
    if listed.get_revoked_certificate_by_serial_number(serial) is not None:
        raise TimeStampUnavailable("the time-stamper's certificate has been revoked")


def _last_stamper(document: bytes) -> bytes:
    try:
        return read_token(covered(document)[-1].contents).certificate
    except TimeStampUnavailable as error:
        raise NotOurs("the file does not end in an archive time-stamp") from error
