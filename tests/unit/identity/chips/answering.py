"""How a genuine chip answers, and how its answers can be wrong."""

from __future__ import annotations

from hashlib import new as new_hash
from hashlib import sha1, sha256
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import cmac, hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.unit.identity.chips import der
from tests.unit.identity.chips.signing import plain

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa

    from identity.chips.chip_authentication import ChipQuestion

TRAILERS: Final = {"sha1": 0x33, "sha224": 0x38, "sha256": 0x34, "sha384": 0x36, "sha512": 0x35}
KEY_LENGTHS: Final = {1: 16, 2: 16, 3: 24, 4: 32}


def sign_recoverably(
    key: rsa.RSAPrivateKey,
    challenge: bytes,
    *,
    digest: str = "sha256",
    trailer: bytes | None = None,
    first: int = 0x6A,
) -> bytes:
    """ISO/IEC 9796-2 scheme 1 with partial recovery, by the bare private key."""
    numbers = key.private_numbers()
    end = bytes([TRAILERS[digest], 0xCC]) if trailer is None else trailer
    size = key.key_size // 8
    length = new_hash(digest, b"", usedforsecurity=False).digest_size
    message = bytes(i % 251 for i in range(size - 1 - length - len(end)))
    stated = new_hash(digest, message + challenge, usedforsecurity=False).digest()
    block = bytes([first]) + message + stated + end
    signed = pow(int.from_bytes(block, "big"), numbers.d, numbers.public_numbers.n)
    return signed.to_bytes(size, "big")


def sign_plainly(key: ec.EllipticCurvePrivateKey, challenge: bytes) -> bytes:
    return plain(key.sign(challenge, ec.ECDSA(hashes.SHA256())), (key.key_size + 7) // 8)


def answer(
    key: ec.EllipticCurvePrivateKey,
    question: ChipQuestion,
    *,
    cipher: int = 2,
    counter: int = 2,
    cryptogram: bytes = b"\x01" + bytes(16),
    status: bytes = b"\x90\x00",
    ending: bytes = b"\x90\x00",
    more: bytes = b"",
) -> bytes:
    """Return what a chip with ``key`` answers to the protected command."""
    point = ec.EllipticCurvePublicKey.from_encoded_point(key.curve, question.public_point)
    shared = key.exchange(ec.ECDH(), point)
    digest = sha1 if cipher <= 2 else sha256
    mac_key = digest(shared + b"\x00\x00\x00\x02").digest()[: KEY_LENGTHS[cipher]]
    assert _protects(mac_key, question.command, cipher)
    body = (der.tlv(0x87, cryptogram) if cryptogram else b"") + der.tlv(0x99, status)
    return body + der.tlv(0x8E, _code(mac_key, counter, body, cipher)) + more + ending


def _protects(mac_key: bytes, command: bytes, cipher: int) -> bool:
    """A chip answers to a command that is protected, and to no other."""
    block = 8 if cipher == 1 else 16
    header, body = command[:4], command[5:-1]
    expected = _code(mac_key, 1, _padded(header, block) + body[:3], cipher)
    return body == body[:3] + b"\x8e\x08" + expected


def _padded(content: bytes, block: int) -> bytes:
    content += b"\x80"
    return content + bytes(-len(content) % block)


def _code(mac_key: bytes, counter: int, content: bytes, cipher: int) -> bytes:
    block = 8 if cipher == 1 else 16
    message = counter.to_bytes(block, "big") + _padded(content, block)
    if cipher != 1:
        code = cmac.CMAC(algorithms.AES(mac_key))
        code.update(message)
        return code.finalize()[:8]
    value = bytes(8)
    for start in range(0, len(message), 8):
        mixed = bytes(a ^ b for a, b in zip(value, message[start : start + 8], strict=True))
        value = _des(mac_key[:8]).encryptor().update(mixed)
    return _des(mac_key[:8]).encryptor().update(_des(mac_key[8:]).decryptor().update(value))


def _des(key: bytes) -> Cipher[modes.CBC]:
    return Cipher(TripleDES(key * 3), modes.CBC(bytes(8)))
