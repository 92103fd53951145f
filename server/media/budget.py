"""How much picture a weak line is asked for, so that the sound comes through.

The sound is never limited. A sender's own estimate cares for its picture; here the loss
that we see lowers what it may send, before words are lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_BITS: Final = 1_200_000
"""A good picture of 640 by 480; a room of four then stays below five megabits a second."""

LEAST_BITS: Final = 60_000
STILLS_FROM_BITS: Final = 150_000
"""With less than this a moving picture is none."""

MOVING_FROM_BITS: Final = 400_000
HIGH_LOSS: Final = 100
LOW_LOSS: Final = 20
WEAK_TICKS: Final = 6


class Budget:
    def __init__(self) -> None:
        self._bits = float(MOST_BITS)
        self._weak_ticks = 0
        self.wants_stills = False

    def tick(self, *, loss: int, limits: Iterable[int], stills_asked: bool) -> int:
        """Return bits a second that the picture may have; called twice a second.

        ``loss``: in thousandths; ``limits``: what those who watch can take.
        """
        if loss > HIGH_LOSS:
            self._bits *= 0.8
        elif loss < LOW_LOSS:
            self._bits *= 1.05
        self._bits = min(MOST_BITS, max(LEAST_BITS, self._bits))
        self._weak_ticks = self._weak_ticks + 1 if self._bits < STILLS_FROM_BITS else 0
        if self._weak_ticks >= WEAK_TICKS:
            self.wants_stills = True
        elif self._bits >= MOVING_FROM_BITS:
            self.wants_stills = False
        most = STILLS_FROM_BITS if stills_asked or self.wants_stills else self._bits
        return round(max(LEAST_BITS, min([most, self._bits, *limits])))
