"""Where a ceremony can stand (docs/case-lifecycle.md), and the one table that moves it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from server.ceremony.errors import CeremonyRefused


class CeremonyStatus(StrEnum):
    PLANNED = "planned"  # The notary opens it; participants may test their devices.
    WAITING = "waiting"  # Somebody is in the waiting room.
    RECORDING = "recording"  # Everything said and shown is evidence.
    PAUSED = "paused"  # The notary paused; nothing counts until it goes on.
    INTERRUPTED = "interrupted"  # A connection was lost; identify again, then go on.
    SIGNING = "signing"  # The deed lies open and is being signed.
    COMPLETED = "completed"  # Final. The chain is closed.
    ABORTED = "aborted"  # Final. Its segments stay on file.
    NO_SHOW = "no_show"  # Final. Nobody came.

    @property
    def is_final(self) -> bool:
        return self in {
            CeremonyStatus.COMPLETED,
            CeremonyStatus.ABORTED,
            CeremonyStatus.NO_SHOW,
        }

    @property
    def records(self) -> bool:
        """Segments may arrive: also late ones, after a pause or a lost line."""
        return self in {
            CeremonyStatus.RECORDING,
            CeremonyStatus.PAUSED,
            CeremonyStatus.INTERRUPTED,
            CeremonyStatus.SIGNING,
        }


class Step(StrEnum):
    ADMIT = "admit"
    START_RECORDING = "start_recording"
    PAUSE = "pause"
    INTERRUPT = "interrupt"
    RESUME = "resume"
    OPEN_SIGNING = "open_signing"
    COMPLETE = "complete"
    ABORT = "abort"
    MARK_NO_SHOW = "mark_no_show"


@dataclass(frozen=True, slots=True)
class Move:
    step: Step
    sources: frozenset[CeremonyStatus]
    target: CeremonyStatus


C = CeremonyStatus
_LIVE: Final = frozenset({C.RECORDING, C.PAUSED, C.INTERRUPTED, C.SIGNING})

MOVES: Final = (
    Move(Step.ADMIT, frozenset({C.PLANNED}), C.WAITING),
    Move(Step.START_RECORDING, frozenset({C.WAITING}), C.RECORDING),
    Move(Step.PAUSE, frozenset({C.RECORDING, C.SIGNING}), C.PAUSED),
    Move(Step.INTERRUPT, frozenset({C.RECORDING, C.SIGNING, C.PAUSED}), C.INTERRUPTED),
    Move(Step.RESUME, frozenset({C.PAUSED, C.INTERRUPTED}), C.RECORDING),
    Move(Step.OPEN_SIGNING, frozenset({C.RECORDING}), C.SIGNING),
    Move(Step.COMPLETE, frozenset({C.RECORDING, C.SIGNING}), C.COMPLETED),
    Move(Step.ABORT, frozenset({C.PLANNED, C.WAITING}) | _LIVE, C.ABORTED),
    Move(Step.MARK_NO_SHOW, frozenset({C.PLANNED, C.WAITING}), C.NO_SHOW),
)


def next_status(current: CeremonyStatus, step: Step) -> CeremonyStatus:
    """Return where ``step`` leads from ``current``, or raise `CeremonyRefused`."""
    for move in MOVES:
        if move.step is step and current in move.sources:
            return move.target
    raise CeremonyRefused(current, step)
