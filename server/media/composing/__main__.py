"""The program: gives up what it does not need, then reads recordings that strangers sent."""

from __future__ import annotations

import argparse
import ctypes
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Final

from server.media.composing.making import make

MIB: Final = 1 << 20
MEMORY: Final = 3 * 1024 * MIB
LARGEST: Final = 512 * MIB
NICE: Final = 10
"""Whoever waits for a deed to be signed comes first."""

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_SET_DUMPABLE = 1, 38, 4
CLONE_NEWNET, CLONE_NEWUSER = 0x40000000, 0x10000000


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m server.media.composing",
        description="Make one reviewable video of the recording that lies in FOLDER.",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--cpu-seconds", type=int, default=3600)
    asked = parser.parse_args()
    _confine(cpu_seconds=asked.cpu_seconds)
    made = make(asked.folder, say=_say)
    sys.stdout.write(f"{made}\n")


def _say(done_ms: int, of_ms: int) -> None:
    sys.stderr.write(f"{done_ms // 1000} / {of_ms // 1000} s\n")


def _confine(*, cpu_seconds: int) -> None:
    """Limits are the kernel's, so they hold for a process that was taken over."""
    libc = ctypes.CDLL(None, use_errno=True)
    # The thread that started this waits for its end, so its own end is the parent's.
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.unshare(CLONE_NEWNET if os.geteuid() == 0 else CLONE_NEWUSER | CLONE_NEWNET)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, LARGEST))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICE)


if __name__ == "__main__":
    main()
