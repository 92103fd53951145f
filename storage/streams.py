"""Reading evidence in pieces: it may be larger than memory."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol, cast

from storage.objects import Digest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import WriteableBuffer

PIECE: Final = 1 << 20


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def read_fully(source: Readable, size: int) -> bytes:
    """Read ``size`` bytes, fewer only at the end: sockets hand out less."""
    pieces = []
    missing = size
    while missing and (piece := source.read(missing)):
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)


class Measured:
    """A stream that remembers the digest and length of what was read from it."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._hash = hashlib.sha256()
        self.size = 0

    def read(self, size: int, /) -> bytes:
        piece = self._source.read(size)
        self._hash.update(piece)
        self.size += len(piece)
        return piece

    def measure_rest(self) -> Digest:
        while self.read(PIECE):
            pass
        return self.digest

    @property
    def digest(self) -> Digest:
        return Digest(self._hash.hexdigest())


class _Pieces(io.RawIOBase):
    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, target: WriteableBuffer, /) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        view = memoryview(target)
        size = min(len(view), len(self._rest))
        view[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def stream_of(pieces: Iterator[bytes]) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(_Pieces(pieces)))
