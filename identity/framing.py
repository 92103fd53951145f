"""How the platform and its limited children talk: one frame is a JSON head and some blobs.

No pickle: a child that was taken over by a hostile file can say wrong things, but cannot
make its parent run anything.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

MOST_HEAD: Final = 1024 * 1024
MOST_BLOBS: Final = 256 * 1024 * 1024
_LENGTH: Final = struct.Struct(">I")


class FrameMalformed(ValueError):
    """What came through the pipe is not a frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    head: Mapping[str, Json]
    blobs: tuple[bytes, ...] = ()


def encode(head: Mapping[str, Json], blobs: Sequence[bytes] = ()) -> bytes:
    # NaN is a measurement too; both ends are Python and agree on its spelling.
    text = json.dumps({"head": head, "blobs": [len(blob) for blob in blobs]}).encode()
    return b"".join((_LENGTH.pack(len(text)), text, *blobs))


def read_frame(read_exactly: Callable[[int], bytes]) -> Frame:
    """Read one frame by ``read_exactly``, which raises by its own lights when it cannot."""
    (length,) = _LENGTH.unpack(read_exactly(_LENGTH.size))
    if not length <= MOST_HEAD:
        raise FrameMalformed("head too long")
    try:
        outer = json.loads(read_exactly(length))
        head, sizes = outer["head"], outer["blobs"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FrameMalformed("head unreadable") from error
    sane = isinstance(head, dict) and isinstance(sizes, list)
    if not (sane and all(type(size) is int and size >= 0 for size in sizes)):
        raise FrameMalformed("head of the wrong shape")
    if not sum(sizes) <= MOST_BLOBS:
        raise FrameMalformed("blobs too long")
    return Frame(head, tuple(read_exactly(size) for size in sizes))
