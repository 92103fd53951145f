"""Processes of an earlier start that outlived it.

Both servers work inside a directory of their own, so a process is known by where
it works, which neither a stale pid file nor a number used again can falsify.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Final

from server.embedded.errors import EmbeddedError

PATIENCE_S: Final = 10.0


def processes_in(directory: Path) -> list[int]:
    """Return the processes whose working directory is ``directory``."""
    place = os.path.realpath(directory)
    return [int(entry.name) for entry in Path("/proc").iterdir() if _works_in(entry, place)]


def end_leftovers(directory: Path) -> None:
    """Kill what still works in ``directory`` and wait until it is gone.

    The caller holds the lock of the state, so these processes have no owner.
    """
    limit = time.monotonic() + PATIENCE_S
    while left := processes_in(directory):
        for pid in left:
            _kill(pid)
        if time.monotonic() > limit:
            raise EmbeddedError(f"processes in {directory} do not end")
        time.sleep(0.01)


def _works_in(entry: Path, place: str) -> bool:
    if not entry.name.isdigit():
        return False
    try:
        return str((entry / "cwd").readlink()) == place
    except OSError:
        # Gone meanwhile, a zombie, or of another user: none of them is ours.
        return False


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
