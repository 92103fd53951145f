"""What processes spent of the processor, and on which machine: every benchmark says both.

Time on the processor is what others on the machine do not lengthen (much); time on
the wall is said beside it where somebody waits for it.
"""

from __future__ import annotations

import os
import platform
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PROC: Final = Path("/proc")
_TICKS_A_SECOND: Final = os.sysconf("SC_CLK_TCK")
_OF_A_PROCESS: Final = 2
"""CPUCLOCK_SCHED of Linux's ``posix-timers.h``: what `clock_getcpuclockid` answers with."""


def spent_s(*roots: int) -> float:
    """Return the seconds of CPU that these processes used, and all that they began."""
    return used_s(family(*roots))


def used_s(pids: Iterable[int]) -> float:
    """Return the seconds of CPU that these used, and those of their children that ended."""
    return sum(map(_used_by, pids))


def family(*roots: int) -> frozenset[int]:
    """Return the processes with these pids and all below them, as they are now."""
    known = {int(path.name) for path in PROC.iterdir() if path.name.isdecimal()}
    parents = {pid: parent for pid in known if (parent := _parent_if_there(pid)) is not None}
    return frozenset(pid for pid in known if set(roots) & set(_line(pid, parents)))


def parent_of(pid: int) -> int:
    return int(_stat(pid)[1])


def _used_by(pid: int) -> float:
    try:
        ended = sum(map(int, _stat(pid)[13:15])) / _TICKS_A_SECOND
        return time.clock_gettime(~pid << 3 | _OF_A_PROCESS) + ended
    except OSError:
        return 0.0  # It ended between two looks; its parent has what it used.


def _parent_if_there(pid: int) -> int | None:
    try:
        return parent_of(pid)
    except OSError:
        return None


def _line(pid: int, parents: dict[int, int]) -> Iterator[int]:
    """Yield the process, its parent, and so on."""
    current: int | None = pid
    while current:
        yield current
        current = parents.get(current)


def _stat(pid: int) -> list[str]:
    """Return the fields of ``stat`` (proc(5)) from the state on: the name may hold anything."""
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def machine() -> dict[str, str | int | float]:
    """Return where a figure comes from."""
    told = (PROC / "cpuinfo").read_text().splitlines()
    models = [line.partition(":")[2].strip() for line in told if line.startswith("model name")]
    return {
        "processor": models[0] if models else platform.machine(),
        "processors": os.cpu_count() or 0,
        "load_of_a_minute": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "kernel": platform.release(),
    }


def versions(names: Iterable[str]) -> dict[str, str]:
    return {name: version(name) for name in names}


def said_of_the_machine(packages: Iterable[str]) -> str:
    """Return one line: machine, load and versions."""
    told = {**machine(), **versions(packages)}
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in told.items())
