"""Where a ceremony can stand (docs/case-lifecycle.md), and the one table that moves it.

What is said when a person is identified is evidence too, so recording begins before
(ADR 0031): whoever comes back from a pause or a lost line is recorded again first, and
from there on identified again or found to be identified still.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from server.ceremony.errors import CeremonyRefused


class CeremonyStatus(StrEnum):
    PLANNED = "planned"  # Nobody has come yet.
    TECH_CHECK = "tech_check"  # Participants try camera, microphone and line.
    WAITING = "waiting"  # Somebody is in the waiting room.
    RECORDING = "recording"  # Everything said and shown is evidence; who is it?
    IDENTIFIED = "identified"  # Everybody is known: rights, questions, record.
    PAUSED = "paused"  # The notary paused; nothing counts until it goes on.
    INTERRUPTED = "interrupted"  # A connection was lost; nothing counts until it is back.
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
            CeremonyStatus.IDENTIFIED,
            CeremonyStatus.PAUSED,
            CeremonyStatus.INTERRUPTED,
            CeremonyStatus.SIGNING,
        }

    @property
    def hears(self) -> bool:
        """What is said now counts: nobody paused, no line is lost."""
        return self in {
            CeremonyStatus.RECORDING,
            CeremonyStatus.IDENTIFIED,
            CeremonyStatus.SIGNING,
        }


class Step(StrEnum):
    CHECK_DEVICES = "check_devices"
    ADMIT = "admit"
    START_RECORDING = "start_recording"
    CONFIRM_IDENTITIES = "confirm_identities"
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
_HEARD: Final = frozenset({C.RECORDING, C.IDENTIFIED, C.SIGNING})
_BEFORE: Final = frozenset({C.PLANNED, C.TECH_CHECK, C.WAITING})
_LIVE: Final = _HEARD | {C.PAUSED, C.INTERRUPTED}

MOVES: Final = (
    Move(Step.CHECK_DEVICES, frozenset({C.PLANNED}), C.TECH_CHECK),
    Move(Step.ADMIT, frozenset({C.PLANNED, C.TECH_CHECK}), C.WAITING),
    Move(Step.START_RECORDING, frozenset({C.WAITING}), C.RECORDING),
    Move(Step.CONFIRM_IDENTITIES, frozenset({C.RECORDING}), C.IDENTIFIED),
    Move(Step.PAUSE, _HEARD, C.PAUSED),
    Move(Step.INTERRUPT, _HEARD | {C.PAUSED}, C.INTERRUPTED),
    Move(Step.RESUME, frozenset({C.PAUSED, C.INTERRUPTED}), C.RECORDING),
    Move(Step.OPEN_SIGNING, frozenset({C.IDENTIFIED}), C.SIGNING),
    Move(Step.COMPLETE, frozenset({C.IDENTIFIED, C.SIGNING}), C.COMPLETED),
    Move(Step.ABORT, _BEFORE | _LIVE, C.ABORTED),
    Move(Step.MARK_NO_SHOW, _BEFORE, C.NO_SHOW),
)


def next_status(current: CeremonyStatus, step: Step) -> CeremonyStatus:
    """Return where ``step`` leads from ``current``, or raise `CeremonyRefused`."""
    for move in MOVES:
        if move.step is step and current in move.sources:
            return move.target
    raise CeremonyRefused(current, step)
