"""A limited child's ends of its pipes: frames of `identity.framing` alone go through them.

What libraries print goes nowhere, since it may quote what they read.
"""

from __future__ import annotations

import os

from identity.framing import Frame, encode, read_frame


def take_over_pipes() -> tuple[int, int]:
    """Return where frames come from and where they go; nobody else reads or prints any more."""
    source, sink = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    return source, sink


def read_from(source: int) -> Frame:
    """Return the next frame; ends the process where the parent has gone or has no more work."""

    def exactly(size: int) -> bytes:
        parts = bytearray(size)
        left = memoryview(parts)
        while left:
            got = os.readv(source, [left])
            if not got:
                raise SystemExit(0)
            left = left[got:]
        return bytes(parts)

    return read_frame(exactly)


def write_to(sink: int, frame: Frame) -> None:
    left = memoryview(encode(frame.head, frame.blobs))
    while left:
        left = left[os.write(sink, left) :]
