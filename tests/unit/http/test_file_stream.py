"""A file on its way to a caller: in pieces, and complete only if it is what it should be."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from server.http.file_stream import PIECE, FileStream
from storage.errors import ObjectCorrupt
from storage.streams import stream_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO


def corrupt_at_the_end(content: bytes) -> Iterator[bytes]:
    """A store that finds at the end that these are not the bytes it was asked for."""
    yield content
    raise ObjectCorrupt("ab" * 32)


@pytest.mark.parametrize("size", [1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_a_file_that_is_not_what_it_hashes_to_never_arrives_complete(size: int) -> None:
    content, arrived = bytes(size), 0
    with suppress(ObjectCorrupt):
        for piece in FileStream(stream_of(corrupt_at_the_end(content))):
            arrived += len(piece)
    assert arrived < size


@pytest.mark.parametrize("size", [0, 1, PIECE, 3 * PIECE + 1])
def test_a_whole_file_arrives_and_the_store_is_let_go_of(size: int) -> None:
    content, let_go = bytes(size), []

    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        yield stream_of(iter([content]))
        let_go.append(True)

    whole = FileStream(opened())
    assert b"".join(whole) == content
    assert let_go == []
    whole.close()
    assert let_go == [True]


def test_what_cannot_even_be_opened_is_said_before_anything_is_sent() -> None:
    let_go = []

    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        try:
            yield stream_of(corrupt_at_the_end(b""))
        finally:
            let_go.append(True)

    with pytest.raises(ObjectCorrupt):
        FileStream(opened())
    assert let_go == [True]
