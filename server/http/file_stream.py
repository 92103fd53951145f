"""A file of the evidence store as it goes over the line, never whole in memory.

Only the end of the stream proves the bytes before it. So the last piece is held back
until the store has vouched for the whole: a file that is not what its digest says never
arrives complete, whatever a client makes of Content-Length.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

PIECE: Final = 256 * 1024
"""Octets that are in memory at once, twice."""


class FileStream:
    """The body of an answer; closed, it lets go of the store. Opened before anything is sent.

    Making one raises what the store raises for a file that is not there.
    """

    def __init__(self, opened: AbstractContextManager[BinaryIO]) -> None:
        with ExitStack() as ends:
            self._file = ends.enter_context(opened)
            self._held = self._file.read(PIECE)
            self._ends = ends.pop_all()

    def __iter__(self) -> FileStream:
        return self

    def __next__(self) -> bytes:
        piece = self._held
        if not piece:
            raise StopIteration
        self._held = self._file.read(PIECE)
        return piece

    def close(self) -> None:
        self._ends.close()
