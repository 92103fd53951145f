"""The time-stamp token: TSTInfo in a CMS SignedData, with ESSCertIDv2 (RFC 5816).

Only the certificate that signed is inside, and its digest is signed: a token
has no byte that could change unnoticed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Final

from esign import oids
from esign.cms import der
from esign.cms.algorithms import ECDSA_P256
from esign.cms.signed_data import TST_INFO, NamedSigner, Signed, enveloping, signed_attributes

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    SignDigest = Callable[[bytes], bytes]

_V1: Final = der.integer(1)
_POLICY: Final = der.oid(oids.TIME_STAMP_POLICY)
_ONE_SECOND: Final = der.sequence(der.integer(1))
_GENERALIZED_TIME: Final = 0x18


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What is certified: whatever has this digest existed at this time."""

    imprint: bytes
    """MessageImprint, DER, exactly as it was sent: RFC 3161 2.4.2 wants the same value."""

    at: datetime
    serial: int
    nonce: int | None


def token(stamp: Stamp, signer: NamedSigner, *, sign: SignDigest, with_certificate: bool) -> bytes:
    """Return the token in DER; ``signer`` has a P-256 key."""
    content = _stamp_info(stamp)
    attributes = signed_attributes(TST_INFO, hashlib.sha256(content).digest(), signer, ECDSA_P256)
    signed = Signed(
        signer=signer,
        algorithm=ECDSA_P256,
        attributes=attributes,
        signature=sign(hashlib.sha256(attributes).digest()),
    )
    carried = [signer.certificate] if with_certificate else []
    return enveloping(signed, content=content, certificates=carried)


def _stamp_info(stamp: Stamp) -> bytes:
    return der.sequence(
        _V1,
        _POLICY,
        stamp.imprint,
        der.integer(stamp.serial),
        der.value(_GENERALIZED_TIME, _written(stamp.at)),
        _ONE_SECOND,
        b"" if stamp.nonce is None else der.integer(stamp.nonce),
    )


def _written(at: datetime) -> bytes:
    """Return the time to the millisecond: whole seconds alone would use the accuracy up.

    RFC 3161 2.4.2: no zeros at the end, and no point without a fraction.
    """
    utc = at.astimezone(UTC)
    fraction = f".{utc.microsecond // 1000:03d}".rstrip("0").rstrip(".")
    return f"{utc:%Y%m%d%H%M%S}{fraction}Z".encode()
