"""The program: gives up what it does not need, then reads recordings that strangers sent."""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import sys
from pathlib import Path
from typing import Final

from identity.confinement import confine
from server.media.composing.allowance import allowance_for
from server.media.composing.making import make
from server.media.composing.plan import read_order

NICE: Final = 10
"""Whoever waits for a deed to be signed comes first."""

PR_SET_PDEATHSIG: Final = 1


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
    confine(allowance_for(order.length_ms, len(order.seen)))
    os.nice(NICE)
    sys.stdout.write(f"{make(folder, order, say=_say)}\n")


def _say(done_ms: int, of_ms: int) -> None:
    sys.stderr.write(f"{done_ms // 1000} / {of_ms // 1000} s\n")


if __name__ == "__main__":
    main()
