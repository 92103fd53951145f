"""Ask an outside authority to certify an event key: PKCS #10 (RFC 2986), signed in custody.

The evidence goes into the request as the extension that the certificate is to have
(RFC 2985 5.4.2), so what the authority certifies is bound to check, recording and deed.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from esign import oids
from esign.authorities.issuing import Subject
from esign.cms import der
from esign.cms.algorithms import ECDSA_P256
from esign.errors import KeyUnsuitable
from esign.evidence import EvidenceDigests

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from esign.authorities.issuing import PublicKey
    from esign.custody.ports import Custody

    SignDigest = Callable[[bytes], bytes]

_EXTENSION_REQUEST: Final = der.oid("1.2.840.113549.1.9.14")
_BIT_STRING: Final = 0x03
_SIGNS: Final = b"\x03\x02\x06\xc0"
"""Key usage, as a BIT STRING: digital signature and content commitment."""


def event_request(
    common_name: str,
    key: PublicKey,
    evidence: EvidenceDigests,
    *,
    sign: SignDigest,
) -> bytes:
    """Return the request in DER; ``sign`` answers for the key that belongs to ``key``.

    Raises `KeyUnsuitable` for a key that is not on P-256: no outside authority that we
    know of certifies others over EST.
    """
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise KeyUnsuitable("an outside authority is asked for keys on P-256 alone")
    usage, about = der.oid(x509.KeyUsage.oid.dotted_string), der.oid(oids.EVIDENCE)
    wished = der.sequence(
        der.sequence(usage, der.TRUE, der.octets(_SIGNS)),
        der.sequence(about, der.octets(evidence.to_der())),
    )
    told = der.sequence(
        der.integer(0),
        Subject(common_name=common_name).as_name().public_bytes(),
        key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        der.tagged(0, der.sequence(_EXTENSION_REQUEST, der.value(der.SET, wished))),
    )
    signature = sign(hashlib.sha256(told).digest())
    return der.sequence(told, ECDSA_P256.signature, der.value(_BIT_STRING, b"\x00", signature))


def make_event_request(custody: Custody, asked: Mapping[str, str]) -> dict[str, str]:
    """The operation of the signer process."""
    made = custody.make_event_request(
        office=asked["office"],
        common_name=asked["common_name"],
        evidence=EvidenceDigests.from_der(bytes.fromhex(asked["evidence"])),
    )
    return {"key": made.uri, "request": made.request.hex()}
