"""Decode stills of received segments: ``python -m server.media.stills``; one question a life.

Decoding a stranger's video is the most dangerous thing that is done with it, so it is done in
a process that has given up everything first (`identity.confinement`), and nowhere else. A
frame of `identity.framing` comes in on standard input, one goes out.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final, Protocol

from identity.confinement import Allowance, arm_cpu_limit, confine
from identity.framing import Frame
from identity.pipes import read_from, take_over_pipes, write_to

if TYPE_CHECKING:
    from collections.abc import Sequence

ALLOWANCE: Final = Allowance(memory_mib=1024, cpu_seconds=30, wall_seconds=60, start_seconds=30)
"""Two segments of ten seconds need two seconds of processor time at 640x480."""


class Decoding(Protocol):
    def stills_of(
        self, pieces: Sequence[tuple[int, bytes]], wanted: dict[str, int]
    ) -> tuple[list[int], list[bytes]]: ...


def main() -> None:
    source, sink = take_over_pipes()
    network_gone = confine(ALLOWANCE)
    arm_cpu_limit(ALLOWANCE)
    decoding: Decoding = importlib.import_module("server.media.decoding")
    asked = read_from(source)
    starts = asked.head["starts_ms"]
    wanted = {name: int(str(asked.head[name])) for name in _NAMES}
    if not isinstance(starts, list):
        raise SystemExit(1)
    pieces = [(int(str(at)), blob) for at, blob in zip(starts, asked.blobs, strict=True)]
    times, stills = decoding.stills_of(pieces, wanted)
    write_to(sink, Frame({"times_ms": [*times], "network_gone": network_gone}, tuple(stills)))


_NAMES: Final = ("from_ms", "until_ms", "apart_ms", "most", "newest")


if __name__ == "__main__":
    main()
