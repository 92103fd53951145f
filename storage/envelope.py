"""Envelope encryption: each object under a data key of its own.

The data key travels before the ciphertext, wrapped by a key-encryption key, in
a frame: magic and version, name of the wrapping key, wrapped key.  Where the
object lies (bucket/key) is authenticated twice, in the wrapping and in the
stream, so no object can be passed off as another.
"""

from __future__ import annotations

import secrets
import struct
from typing import TYPE_CHECKING, Final

from storage import envelope_stream
from storage.errors import EnvelopeBroken
from storage.streams import PIECE, read_fully

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.keys.ring import KeyRing
    from storage.streams import Readable

_MAGIC: Final = b"FGE\x01"
_LENGTHS: Final = struct.Struct(">HH")


class Envelope:
    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def encrypt(self, source: Readable, *, aad: bytes) -> Iterator[bytes]:
        data_key = secrets.token_bytes(envelope_stream.KEY_SIZE)
        yield self._frame(data_key, aad)
        yield from envelope_stream.encrypt(source, key=data_key, aad=aad)

    def decrypt(self, source: Readable, *, aad: bytes) -> Iterator[bytes]:
        """Yield the content; `EnvelopeBroken` may come as late as at its end."""
        data_key = self._data_key(source, aad)
        yield from envelope_stream.decrypt(source, key=data_key, aad=aad)

    def rewrap(self, source: Readable, *, aad: bytes) -> Iterator[bytes]:
        """Yield the same ciphertext with its data key under the newest key."""
        yield self._frame(self._data_key(source, aad), aad)
        while piece := source.read(PIECE):
            yield piece

    def _frame(self, data_key: bytes, aad: bytes) -> bytes:
        key = self._ring.wrapping
        name, wrapped = key.name.encode(), key.wrap(data_key, aad=_MAGIC + aad)
        return _MAGIC + _LENGTHS.pack(len(name), len(wrapped)) + name + wrapped

    def _data_key(self, source: Readable, aad: bytes) -> bytes:
        start = read_fully(source, len(_MAGIC) + _LENGTHS.size)
        if not (len(start) == len(_MAGIC) + _LENGTHS.size and start.startswith(_MAGIC)):
            raise EnvelopeBroken("not an envelope of a known version")
        name_size, wrapped_size = _LENGTHS.unpack(start[len(_MAGIC) :])
        try:
            name = read_fully(source, name_size).decode()
        except UnicodeDecodeError:
            raise EnvelopeBroken("the name of the key is not text") from None
        wrapped = read_fully(source, wrapped_size)
        return self._ring.named(name).unwrap(wrapped, aad=_MAGIC + aad)
