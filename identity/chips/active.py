"""Active authentication: the chip signs our challenge (ICAO 9303-11).

The private key cannot be read, so a copy of the data on another chip cannot answer. RSA signs
by ISO/IEC 9796-2 scheme 1 (part of the message is inside the signature), others by ECDSA.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric import rsa

from identity.chips.files import GROUP_TAGS
from identity.chips.keys import read_key
from identity.chips.refusal import ChipFault, ChipFile, ChipRefused
from identity.chips.signatures import demand_signature, plain_scheme
from identity.chips.signed_content import digest_of
from identity.chips.tlv import read_only

if TYPE_CHECKING:
    from identity.chips.keys import PublicKey

CHALLENGE_LENGTH: Final = 8
"""Bytes (RND.IFD). The server draws it and uses it once."""
_PARTIAL_RECOVERY: Final = 0x6A
_SHORT_TRAILER: Final = 0xBC
_LONG_TRAILERS: Final = {
    0x33: "sha1", 0x34: "sha256", 0x35: "sha512", 0x36: "sha384", 0x38: "sha224",
}  # fmt: skip
"""The octet before 0xCC names the digest (ISO/IEC 10118-3)."""
_LONG_TRAILER: Final = 0xCC


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveTranscript:
    challenge: bytes
    """Ours, from our own record: what the app says it was proves nothing."""
    response: bytes = field(repr=False)


def read_active_key(content: bytes) -> PublicKey:
    """Return the key of a DG15; raises `ChipRefused`."""
    group = read_only(content, GROUP_TAGS[ChipFile.DG15], place=ChipFile.DG15)
    return read_key(group.value, place=ChipFile.DG15)


def demand_active(key: PublicKey, transcript: ActiveTranscript, *, signature: str | None) -> str:
    """Return how the chip answered our challenge; raises `ChipRefused` if it did not.

    ``signature`` is the object identifier that DG14 states; it is needed for ECDSA.
    """
    if len(transcript.challenge) != CHALLENGE_LENGTH:
        raise ChipRefused(ChipFault.ACTIVE_CHALLENGE_WRONG, ChipFile.DG15)
    if isinstance(key, rsa.RSAPublicKey):
        return _demand_recovered(key, transcript)
    if signature is None:
        raise ChipRefused(ChipFault.SIGNATURE_ALGORITHM_NOT_ALLOWED, ChipFile.DG14)
    scheme = plain_scheme(signature, place=ChipFile.DG14)
    broken = ChipRefused(ChipFault.ACTIVE_RESPONSE_WRONG, ChipFile.DG15)
    demand_signature(key, transcript.response, transcript.challenge, scheme=scheme, broken=broken)
    return str(scheme)


def _demand_recovered(key: rsa.RSAPublicKey, transcript: ActiveTranscript) -> str:
    """6A, the recovered part of the message, its digest with our challenge, the trailer."""
    numbers, size = key.public_numbers(), (key.key_size + 7) // 8
    response = int.from_bytes(transcript.response, "big")
    wrong = ChipRefused(ChipFault.ACTIVE_RESPONSE_WRONG, ChipFile.DG15)
    if not (len(transcript.response) == size and response < numbers.n):
        raise wrong
    block = pow(response, numbers.e, numbers.n).to_bytes(size, "big")
    digest, trailer = _trailer(block)
    end = len(block) - trailer
    length = len(digest_of(b"", digest))
    message, stated = block[1 : end - length], block[end - length : end]
    expected = digest_of(message + transcript.challenge, digest)
    if not (block[0] == _PARTIAL_RECOVERY and hmac.compare_digest(stated, expected)):
        raise wrong
    return f"ISO 9796-2 {digest}"


def _trailer(block: bytes) -> tuple[str, int]:
    """Return the digest that the end of the block names, and how many octets say so."""
    if block[-1] == _SHORT_TRAILER:
        return "sha1", 1
    if block[-1] == _LONG_TRAILER and block[-2] in _LONG_TRAILERS:
        return _LONG_TRAILERS[block[-2]], 2
    raise ChipRefused(ChipFault.ACTIVE_TRAILER_UNKNOWN, ChipFile.DG15)
