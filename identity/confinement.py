"""What a child gives up before it sees a stranger's byte. Runs before numpy is imported.

Limits are the kernel's (setrlimit, prctl, unshare), so they hold for a child that was
taken over. Where the network cannot be taken away (no root, no user namespaces) the rest
still stands, and the child says so when it reports for work.
"""

from __future__ import annotations

import ctypes
import os
import resource
from dataclasses import dataclass
from typing import Final

MIB: Final = 1024 * 1024
CLONE_NEWNET, CLONE_NEWUSER = 0x40000000, 0x10000000
PR_SET_NO_NEW_PRIVS, PR_SET_DUMPABLE = 38, 4
MOST_OPEN_FILES: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    memory_mib: int
    cpu_seconds: int
    """For one job; re-armed before each."""
    wall_seconds: float
    """For one job, kept by the parent."""
    start_seconds: float
    cpu_seconds_of_a_life: int = 1800
    """For all jobs of one child; the hard limit."""
    file_mib: int = 0
    """Of each file that it may write; most children write none."""


DECODER: Final = Allowance(memory_mib=1024, cpu_seconds=10, wall_seconds=20, start_seconds=30)
"""One picture or PDF: 40 Mpx need 120 MB twice; see docs/identity-policy.md 6."""
ENGINE: Final = Allowance(memory_mib=3072, cpu_seconds=60, wall_seconds=90, start_seconds=60)
"""OCR and two face engines: address space measured at 2.0 GiB, resident 1.0 GiB."""


def confine(allowance: Allowance) -> bool:
    """Give everything up; returns whether the network went too.

    No PR_SET_PDEATHSIG: it fires when the *thread* that started the child ends, which
    in a threaded server is in the middle of another thread's question. A child whose
    parent has gone ends at the end of its pipe, or of its processor time.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    network_gone = _without_network(libc)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    memory = allowance.memory_mib * MIB
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    largest = allowance.file_mib * MIB
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    resource.setrlimit(resource.RLIMIT_NOFILE, (MOST_OPEN_FILES, MOST_OPEN_FILES))
    life = allowance.cpu_seconds_of_a_life
    resource.setrlimit(resource.RLIMIT_CPU, (life, life))
    return network_gone


def arm_cpu_limit(allowance: Allowance) -> None:
    """From now on ``allowance.cpu_seconds`` of processor time, then SIGXCPU."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + allowance.cpu_seconds
    hard = allowance.cpu_seconds_of_a_life
    resource.setrlimit(resource.RLIMIT_CPU, (min(soft, hard), hard))


def _without_network(libc: ctypes.CDLL) -> bool:
    flags = CLONE_NEWNET if os.geteuid() == 0 else CLONE_NEWUSER | CLONE_NEWNET
    return bool(libc.unshare(flags) == 0)
