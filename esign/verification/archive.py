"""The archive time-stamps: from when on is the whole file proven to have existed?

The last one carries the rest.  Everything before it is judged at its time, with
the lists that it covers; it alone has to be good at the time that was asked
(ETSI EN 319 142-1 5.4.3; ETSI EN 319 102-1 5.6.3).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509

from esign.chain import verify_chain_at
from esign.errors import ChainInvalid, SignatureDoubtful, Tampered, TimeStampUnavailable
from esign.tsa.reading import read_token
from esign.tsa.responses import proven_time
from esign.verification.report import ArchiveStamp
from esign.verification.revocation import unrevoked_since
from esign.verification.strict_cms import MALFORMED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from esign.asn1 import Asn1

ACCURACY: Final = timedelta(seconds=1)
"""Declared by our time-stamping authority."""


def check_stamps(
    stamps: Sequence[Asn1],
    *,
    roots: Sequence[x509.Certificate],
    lists: Sequence[x509.CertificateRevocationList],
    at: datetime,
) -> tuple[ArchiveStamp, ...]:
    """Return every archive time-stamp, oldest first; the last one good at ``at``."""
    checked = [_check_stamp(stamp, roots, lists) for stamp in stamps]
    checked.sort(key=lambda found: found.stamped_at)
    if stamps:
        _check_last(stamps[-1], checked[-1], roots, at)
    return tuple(checked)


def _check_stamp(
    stamp: Asn1,
    roots: Sequence[x509.Certificate],
    lists: Sequence[x509.CertificateRevocationList],
) -> ArchiveStamp:
    try:
        at = proven_time(read_token(bytes(stamp.pkcs7_content)), roots=roots)
        certificate = _certificate(stamp)
    except (*MALFORMED, TimeStampUnavailable) as error:
        raise Tampered("an archive time-stamp was altered") from error
    chain = verify_chain_at(certificate, [], roots=roots, at=at)
    return ArchiveStamp(
        field=str(stamp.field_name),
        stamped_at=at,
        unrevoked_since=unrevoked_since(certificate, chain[-1], lists, used_at=at),
    )


def _check_last(
    stamp: Asn1, found: ArchiveStamp, roots: Sequence[x509.Certificate], at: datetime
) -> None:
    if not found.stamped_at <= at + ACCURACY:
        raise SignatureDoubtful("the file was stamped after the time that was asked about")
    try:
        verify_chain_at(_certificate(stamp), [], roots=roots, at=max(at, found.stamped_at))
    except ChainInvalid as error:
        raise SignatureDoubtful("the archive time-stamp was not renewed in time") from error


def _certificate(stamp: Asn1) -> x509.Certificate:
    return x509.load_der_x509_certificate(stamp.signer_cert.dump())
