"""The program: gives up what it does not need, then reads recordings that strangers sent."""

from __future__ import annotations

import argparse
import ctypes
import importlib
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from identity.confinement import confine
from server.media.composing.allowance import NETWORK_STAYS, allowance_for
from server.media.composing.plan import read_order

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.media.composing.plan import Order

NICE: Final = 10
"""Whoever waits for a deed to be signed comes first."""

PR_SET_PDEATHSIG: Final = 1


class Making(Protocol):
    def make(self, folder: Path, order: Order, *, say: Callable[[int, int], None]) -> Path: ...


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m server.media.composing",
        description="Make one reviewable video of the recording that lies in FOLDER.",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    folder = parser.parse_args().folder
    order = read_order(folder)
    # The thread that started this waits for its end, so the thread's own end is the worker's.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if not confine(allowance_for(order.length_ms, len(order.seen))):
        sys.stderr.write(f"{NETWORK_STAYS}\n")
    os.nice(NICE)
    # Only now: numpy begins threads, and the kernel takes the network from one thread alone.
    making: Making = importlib.import_module("server.media.composing.making")
    sys.stdout.write(f"{making.make(folder, order, say=_say)}\n")


def _say(done_ms: int, of_ms: int) -> None:
    sys.stderr.write(f"{done_ms // 1000} / {of_ms // 1000} s\n")


if __name__ == "__main__":
    main()
