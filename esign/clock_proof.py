"""Is the clock within the accuracy that every time-stamp declares?

ETSI EN 319 421 7.7.2: when the clock is found out of the stated accuracy, no
time-stamp is issued.  A proof answers nothing or raises `ClockUnproven`.  What the
log's key dates is held to the same.

The declared second is shared out: the clock may be off by the one part, and making
the token may take the other (RFC 3161 2.4.2: time and accuracy together bound when
the token was made); a millisecond is lost in writing the time down.
"""

from __future__ import annotations

import ctypes
import time
import warnings
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from esign.errors import ClockUnproven, NotForProduction

if TYPE_CHECKING:
    from collections.abc import Callable

    from esign.clock import Clock

    ClockProof = Callable[[], None]

DECLARED_ACCURACY: Final = timedelta(seconds=1)
CLOCK_ERROR: Final = timedelta(milliseconds=500)
LONGEST_MAKING: Final = DECLARED_ACCURACY - CLOCK_ERROR - timedelta(milliseconds=1)

PROOFS: Final = ("kernel", "steady")
"""The first is taken where nobody says which."""

_TIME_ERROR: Final = 5
_MAXERROR_WORD: Final = 3


class SteadyClock:
    """Trusts the host's time at the start and notices every later jump of it.

    For development: nothing shows that the time was right to begin with.
    """

    def __init__(self, *, now: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        warnings.warn("the host's clock is taken on trust", NotForProduction, stacklevel=2)
        self._now = now
        self._monotonic = monotonic
        self._started = now() - timedelta(seconds=monotonic())

    def __call__(self) -> None:
        expected = self._started + timedelta(seconds=self._monotonic())
        if not abs(self._now() - expected) <= CLOCK_ERROR:
            raise ClockUnproven("the clock jumped since the start")


def proof_of(name: str, *, now: Clock) -> ClockProof:
    """Return one of `PROOFS` by the name that an operator gives it."""
    return SteadyClock(now=now) if name == "steady" else kernel_clock


def kernel_clock() -> None:
    """Ask the kernel's clock discipline (NTP, PTP) for its own bound of the error."""
    words = (ctypes.c_long * 64)()
    state = ctypes.CDLL(None).adjtimex(words)
    judge_kernel_clock(state, words[_MAXERROR_WORD])


def judge_kernel_clock(state: int, max_error_us: int) -> None:
    if not 0 <= state < _TIME_ERROR:
        raise ClockUnproven("the kernel says that its clock is not synchronised")
    if not 0 <= max_error_us <= CLOCK_ERROR / timedelta(microseconds=1):
        raise ClockUnproven("the kernel's clock may be off by more than half a second")
