"""Tink's AES256_GCM_HKDF_1MB streaming encryption, written on `cryptography`.

A header (its length, salt, nonce prefix), then segments that together with the
header fill 1 MiB each, numbered in the nonce, the last one marked as the last:
nothing can be cut, swapped or appended.  The associated data enters the key.
Wire format: https://developers.google.com/tink/streaming-aead/aes_gcm_hkdf_streaming
"""

from __future__ import annotations

import secrets
import struct
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.errors import EnvelopeBroken
from storage.streams import read_fully

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.streams import Readable

KEY_SIZE: Final = 32
SEGMENT: Final = 1 << 20
TAG: Final = 16
_SALT: Final = 32
_PREFIX: Final = 7
HEADER: Final = 1 + _SALT + _PREFIX


def encrypt(source: Readable, *, key: bytes, aad: bytes) -> Iterator[bytes]:
    salt, prefix = secrets.token_bytes(_SALT), secrets.token_bytes(_PREFIX)
    cipher = _cipher(key, salt, aad)
    yield bytes([HEADER]) + salt + prefix
    for segment, place in _segments(source, overhead=TAG):
        yield cipher.encrypt(prefix + place, segment, None)


def decrypt(source: Readable, *, key: bytes, aad: bytes) -> Iterator[bytes]:
    """Yield pieces that are each authentic; only the end proves completeness."""
    header = read_fully(source, HEADER)
    if not (len(header) == HEADER and header[0] == HEADER):
        raise EnvelopeBroken("no header of this format")
    cipher = _cipher(key, header[1 : 1 + _SALT], aad)
    prefix = header[1 + _SALT :]
    for segment, place in _segments(source, overhead=0):
        try:
            yield cipher.decrypt(prefix + place, segment, None)
        except InvalidTag:
            raise EnvelopeBroken("a segment is not authentic") from None


def _segments(source: Readable, *, overhead: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield each segment with its place: its number and whether it is the last."""
    number = 0
    segment = read_fully(source, SEGMENT - HEADER - overhead)
    while True:
        following = read_fully(source, SEGMENT - overhead)
        yield segment, struct.pack(">I?", number, not following)
        if not following:
            return
        segment = following
        number += 1


def _cipher(key: bytes, salt: bytes, aad: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), KEY_SIZE, salt, aad).derive(key))
