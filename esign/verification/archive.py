"""The archive time-stamps: from when on is the whole file proven to have existed?

The last one carries the rest.  Everything before it is judged at its time, with
the lists that it covers; it alone has to be good at the time that was asked
(ETSI EN 319 142-1 5.4.3; ETSI EN 319 102-1 5.6.3).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from esign.anchors import vouched_until
from esign.chain import verify_chain_at
from esign.errors import (
    SignatureDoubtful,
    StampLapsed,
    Tampered,
    TimeStampUnavailable,
)
from esign.tsa.lifetime import carries_until
from esign.tsa.reading import read_token
from esign.tsa.responses import proven_time
from esign.verification.existence import Token
from esign.verification.report import ArchiveStamp
from esign.verification.strict_cms import MALFORMED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from esign.asn1 import Asn1
    from esign.verification.existence import Existence

ACCURACY: Final = timedelta(seconds=1)
"""Declared by our time-stamping authority."""


@dataclass(frozen=True, slots=True)
class Stamped:
    """An archive time-stamp, and the SHA-256 of what it stands for."""

    signature: Asn1
    covered_digest: bytes
    reach: int
    """Which of the file's signatures it is, from 0."""


def check_stamps(
    stamps: Sequence[Stamped],
    *,
    roots: Mapping[x509.Certificate, x509.Certificate],
    lists: Sequence[x509.CertificateRevocationList],
    existence: Existence,
    at: datetime,
) -> tuple[ArchiveStamp, ...]:
    """Return every archive time-stamp, oldest first; the last one good at ``at``.

    ``roots`` are what may end a chain, each with the root that vouches for it. Each of
    the others was good when the next one covered it: a gap between two is a time in which
    anything could have been made up. Raises `StampLapsed` for one. ``existence`` is told
    of each, so that it can say the same of the time-stamps before (`Existence.check`).
    """
    tokens = [_token(stamp, roots) for stamp in stamps]
    since: list[datetime] = []
    for token in reversed(tokens):
        since.insert(0, existence.check(token, lists))
        existence.count(token)
    checked = tuple(
        replace(_told(stamp, token, roots, unrevoked), stolen_since=token.stolen_since(lists))
        for stamp, token, unrevoked in zip(stamps, tokens, since, strict=True)
    )
    for found, following in pairwise(checked):
        if not found.stamped_at <= following.stamped_at:
            raise SignatureDoubtful("an archive time-stamp is older than what it covers")
        _check_carried(found, following.stamped_at)
    if checked:
        if not checked[-1].stamped_at <= at + ACCURACY:
            raise SignatureDoubtful("the file was stamped after the time that was asked about")
        _check_carried(checked[-1], at)
    return checked


def _token(stamp: Stamped, roots: Mapping[x509.Certificate, x509.Certificate]) -> Token:
    try:
        token = read_token(bytes(stamp.signature.pkcs7_content))
        at = proven_time(token, roots=tuple(roots))
        certificate = _certificate(stamp.signature)
    except (*MALFORMED, TimeStampUnavailable) as error:
        raise Tampered("an archive time-stamp was altered") from error
    if not hmac.compare_digest(token.digest, stamp.covered_digest):
        raise Tampered("an archive time-stamp is of another file")
    chain = verify_chain_at(certificate, [], roots=tuple(roots), at=at)
    return Token(certificate=certificate, issuer=chain[-1], at=at, reach=stamp.reach)


def _told(
    stamp: Stamped,
    token: Token,
    roots: Mapping[x509.Certificate, x509.Certificate],
    unrevoked: datetime,
) -> ArchiveStamp:
    encoded = token.certificate.public_bytes(Encoding.DER)
    return ArchiveStamp(
        field=str(stamp.signature.field_name),
        stamped_at=token.at,
        unrevoked_since=unrevoked,
        carries_until=min(
            carries_until(encoded, roots=tuple(roots)), vouched_until(token.issuer, roots)
        ),
    )


def _check_carried(stamp: ArchiveStamp, until: datetime) -> None:
    if not until <= stamp.carries_until:
        raise StampLapsed("the archive time-stamp was not renewed in time")


def _certificate(stamp: Asn1) -> x509.Certificate:
    return x509.load_der_x509_certificate(stamp.signer_cert.dump())
