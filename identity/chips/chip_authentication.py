"""Chip authentication, version 1, by elliptic curves (BSI TR-03110-3).

The server is the terminal: it draws the ephemeral key, and the app relays its public half and
one command that is already protected with the keys that follow. Only the chip that holds the
private key of DG14 can protect the answer. What the app itself says proves nothing.

Version 2, Diffie-Hellman over numbers, and PACE with chip authentication mapping are not built.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from hashlib import sha1, sha256
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import cmac
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from identity.chips.curves import order_of
from identity.chips.refusal import ChipFault, ChipFile, ChipRefused
from identity.chips.security_infos import ChipProtocol
from identity.chips.tlv import read_all

if TYPE_CHECKING:
    from identity.chips.security_infos import SecurityInfos

_HEADER: Final = bytes.fromhex("0CB09E00")
"""READ BINARY of EF.COM by its short identifier 1E, with secure messaging."""
_EXPECTED: Final = bytes.fromhex("970104")
"""DO'97': four bytes are asked for; which ones does not matter, only who protects them."""
_CRYPTOGRAM, _STATUS, _MAC = 0x87, 0x99, 0x8E
_DONE: Final = bytes.fromhex("9000")
_MAC_LENGTH: Final = 8
_LONGEST_RESPONSE: Final = 256
"""Bytes: four of data need 16 of cryptogram, 14 of frame and 2 of status."""
_MAC_KEY_COUNTER: Final = (2).to_bytes(4, "big")
_DES_BLOCK, _AES_BLOCK = 8, 16
_EXTRA_BITS: Final = 64
_EPHEMERAL: Final = b"chip authentication 1: ephemeral key"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cipher:
    name: str
    key_length: int
    block: int


_CIPHERS: Final = {
    "0.4.0.127.0.7.2.2.3.2.1": _Cipher(name="3DES", key_length=16, block=_DES_BLOCK),
    "0.4.0.127.0.7.2.2.3.2.2": _Cipher(name="AES-128", key_length=16, block=_AES_BLOCK),
    "0.4.0.127.0.7.2.2.3.2.3": _Cipher(name="AES-192", key_length=24, block=_AES_BLOCK),
    "0.4.0.127.0.7.2.2.3.2.4": _Cipher(name="AES-256", key_length=32, block=_AES_BLOCK),
}
"""id-CA-ECDH with its cipher (TR-03110-3)."""
_UNSTATED: Final = ChipProtocol(oid="0.4.0.127.0.7.2.2.3.2.1", version=1, key_id=None)
"""What a chip means that has a key and does not say how it uses it (TR-03110-3)."""
_LONGEST_BY_SHA_1: Final = 16
"""Bytes of a key that is derived by SHA-1; longer ones are by SHA-256 (TR-03110-3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipQuestion:
    """What the app relays to the chip: the key first, the command after it."""

    key_id: int | None
    public_point: bytes
    """Uncompressed, for MSE:Set KAT (3DES) or GENERAL AUTHENTICATE (AES)."""
    command: bytes
    """A protected APDU, with the send sequence counter at 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipTranscript:
    private_value: int = field(repr=False)
    """Of our ephemeral key, from our own record."""
    response: bytes = field(repr=False)
    """The chip's answer to the command, as it came: with its two status bytes."""


@dataclass(frozen=True, slots=True)
class _Session:
    key_id: int | None
    public_point: bytes
    cipher: _Cipher
    mac_key: bytes

    def mac(self, counter: int, content: bytes) -> bytes:
        message = counter.to_bytes(self.cipher.block, "big") + content
        if self.cipher.block == _DES_BLOCK:
            return _retail_mac(self.mac_key, message)
        code = cmac.CMAC(algorithms.AES(self.mac_key))
        code.update(message)
        return code.finalize()[:_MAC_LENGTH]

    def padded(self, content: bytes) -> bytes:
        """ISO/IEC 9797-1, padding method 2."""
        return content + b"\x80" + bytes(-(len(content) + 1) % self.cipher.block)


def ask_chip(infos: SecurityInfos, *, private_value: int) -> ChipQuestion:
    """Return what to relay; raises `ChipRefused` (chip key missing).

    ``private_value`` is drawn by the caller from 1 to the order of the chip's curve less 1,
    and used for one question.
    """
    session = _session(infos, private_value)
    mac = session.mac(1, session.padded(_HEADER) + session.padded(_EXPECTED))
    body = _EXPECTED + bytes([_MAC, _MAC_LENGTH]) + mac
    return ChipQuestion(
        key_id=session.key_id,
        public_point=session.public_point,
        command=_HEADER + bytes([len(body)]) + body + b"\x00",
    )


def demand_chip(infos: SecurityInfos, transcript: ChipTranscript) -> str:
    """Return how the chip proved that it holds its private key; raises `ChipRefused`."""
    session = _session(infos, transcript.private_value)
    protected, stated = _taken_apart(transcript.response)
    if not hmac.compare_digest(session.mac(2, session.padded(protected)), stated):
        raise ChipRefused(ChipFault.CHIP_RESPONSE_WRONG, ChipFile.DG14)
    return f"chip authentication 1, {session.cipher.name}"


def ephemeral_value(infos: SecurityInfos, seed: bytes) -> int:
    """Return the private value of one question, always the same of one ``seed``.

    So a server keeps the seed and no key. ``seed`` is secret, of at least 32 random bytes, and
    of one question and one DG14. FIPS 186-5 A.2.1: 64 bits more than the order has, so that no
    value is likelier than another. Raises `ChipRefused` (chip key missing).
    """
    key, _, _ = _askable(infos)
    order = order_of(key.curve)
    length = (order.bit_length() + _EXTRA_BITS + 7) // 8
    drawn = HKDFExpand(SHA256(), length=length, info=_EPHEMERAL).derive(seed)
    return 1 + int.from_bytes(drawn, "big") % (order - 1)


def _session(infos: SecurityInfos, private_value: int) -> _Session:
    key, key_id, cipher = _askable(infos)
    private = ec.derive_private_key(private_value, key.curve)
    shared = private.exchange(ec.ECDH(), key)
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return _Session(key_id, point, cipher, _mac_key(shared, cipher))


def _askable(infos: SecurityInfos) -> tuple[ec.EllipticCurvePublicKey, int | None, _Cipher]:
    """Return the first key that the chip can prove in a way that we know."""
    for protocol in infos.chip_protocols or (_UNSTATED,):
        cipher = _CIPHERS.get(protocol.oid)
        for chip in infos.chip_keys:
            ours = protocol.version == 1 and protocol.key_id in {None, chip.key_id}
            if cipher and ours and isinstance(chip.key, ec.EllipticCurvePublicKey):
                return chip.key, chip.key_id, cipher
    raise ChipRefused(ChipFault.CHIP_KEY_MISSING, ChipFile.DG14)


def _mac_key(shared: bytes, cipher: _Cipher) -> bytes:
    digest = sha1 if cipher.key_length <= _LONGEST_BY_SHA_1 else sha256
    return digest(shared + _MAC_KEY_COUNTER).digest()[: cipher.key_length]


def _taken_apart(response: bytes) -> tuple[bytes, bytes]:
    """Return the protected part of an answer and the code over it."""
    malformed = ChipRefused(ChipFault.CHIP_RESPONSE_MALFORMED, ChipFile.DG14)
    if not (len(response) <= _LONGEST_RESPONSE and response.endswith(_DONE)):
        raise malformed
    parts = read_all(response[: -len(_DONE)], place=ChipFile.DG14)
    tags = [part.tag for part in parts]
    if tags not in ([_STATUS, _MAC], [_CRYPTOGRAM, _STATUS, _MAC]):
        raise malformed
    status, mac = parts[-2].value, parts[-1].value
    if not (status == _DONE and len(mac) == _MAC_LENGTH):
        raise malformed
    return b"".join(part.raw for part in parts[:-1]), mac


def _retail_mac(key: bytes, padded: bytes) -> bytes:
    """ISO/IEC 9797-1 algorithm 3 with DES; a triple key of three equal parts is one DES."""
    first, second = key[:8] * 3, key[8:16] * 3
    chain = Cipher(TripleDES(first), modes.CBC(bytes(_DES_BLOCK))).encryptor()
    last = chain.update(padded)[-_DES_BLOCK:]
    # One block of CBC from zero is the bare block cipher.
    middle = Cipher(TripleDES(second), modes.CBC(bytes(_DES_BLOCK))).decryptor().update(last)
    return Cipher(TripleDES(first), modes.CBC(bytes(_DES_BLOCK))).encryptor().update(middle)
