"""What is found of a clip: every doubt with the frames that show it, never a bare yes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from identity.verdict import Consequence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from identity.framing import Json


class LivenessOutcome(StrEnum):
    LIVE = "live"
    PERSON_DECIDES = "person_decides"
    REFUSED = "refused"


class LivenessDoubt(StrEnum):
    CHALLENGE_EXPIRED = "challenge_expired"
    TIMES_IMPLAUSIBLE = "times_implausible"
    """Going backwards, before the challenge, or more than have passed here."""
    TIMES_TOO_EVEN = "times_too_even"
    TOO_FEW_FRAMES = "too_few_frames"
    FACE_MISSING = "face_missing"
    FACE_INTERRUPTED = "face_interrupted"
    FACE_JUMPS = "face_jumps"
    """In place, size or looks, from one frame to the next."""
    SEVERAL_FACES = "several_faces"
    ACTION_MISSING = "action_missing"
    WRONG_ORDER = "wrong_order"
    ANSWERED_EARLY = "answered_early"
    """Begun before anybody could have read what to do."""
    UNASKED_MOVEMENT = "unasked_movement"
    MOVES_LIKE_PAPER = "moves_like_paper"
    """The five points turn, but nothing in the face has depth."""
    MOUTH_WITHOUT_JAW = "mouth_without_jaw"
    REPEATED_FRAMES = "repeated_frames"
    FROZEN_FRAMES = "frozen_frames"
    SCREEN_PATTERN = "screen_pattern"
    FLASH_WRONG_ORDER = "flash_wrong_order"
    FLASH_NOT_SEEN = "flash_not_seen"
    """Too little light from the screen on the face, as by day; nothing speaks for or against."""
    FLASH_ON_BACKGROUND = "flash_on_background"
    """What is behind the face is lit as much as the face: all of it is one surface."""
    SCORED_AS_ATTACK = "scored_as_attack"
    ATTACK_SCORE_MISSING = "attack_score_missing"
    MEASUREMENT_INVALID = "measurement_invalid"

    @property
    def consequence(self) -> Consequence:
        return Consequence.REFUSES if self in REFUSING else Consequence.ASKS_A_PERSON


REFUSING: Final = frozenset(
    {
        LivenessDoubt.CHALLENGE_EXPIRED,
        LivenessDoubt.TIMES_IMPLAUSIBLE,
        LivenessDoubt.FACE_MISSING,
        LivenessDoubt.FACE_INTERRUPTED,
        LivenessDoubt.FACE_JUMPS,
        LivenessDoubt.SEVERAL_FACES,
        LivenessDoubt.ACTION_MISSING,
        LivenessDoubt.WRONG_ORDER,
        LivenessDoubt.ANSWERED_EARLY,
        LivenessDoubt.MOVES_LIKE_PAPER,
        LivenessDoubt.MOUTH_WITHOUT_JAW,
        LivenessDoubt.REPEATED_FRAMES,
        LivenessDoubt.FLASH_WRONG_ORDER,
    }
)
"""The person is asked to answer a new challenge; every other doubt asks a member of staff, and
a new one does so until somebody adds it here."""

NOT_MEASURED: Final = "speech", "depth_by_sensor"
"""Never measured here: a clip has no sound, and no camera of ours sees depth."""

Doubts = dict[LivenessDoubt, tuple[int, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LivenessFinding:
    doubts: Mapping[LivenessDoubt, tuple[int, ...]]
    """Each with the indices of the frames that show it; empty where it is about all of them."""
    not_measured: tuple[str, ...]
    live_score: float | None
    """Mean of MiniFASNet; ``None`` without the models."""
    flash_agreement: float | None
    """Correlation of the face's colour with the colours asked for, -1 to 1."""
    policy_citation: str

    @property
    def outcome(self) -> LivenessOutcome:
        if any(doubt.consequence is Consequence.REFUSES for doubt in self.doubts):
            return LivenessOutcome.REFUSED
        return LivenessOutcome.PERSON_DECIDES if self.doubts else LivenessOutcome.LIVE

    @property
    def evidence(self) -> tuple[int, ...]:
        """Frames to keep for whoever looks at the finding, each once."""
        return tuple(sorted({frame for frames in self.doubts.values() for frame in frames}))

    def as_record(self) -> dict[str, Json]:
        """For the case file; no picture and no personal value is in it."""
        return {
            "outcome": self.outcome.value,
            "doubts": {doubt.value: list(self.doubts[doubt]) for doubt in sorted(self.doubts)},
            "not_measured": list(self.not_measured),
            "live_score": self.live_score,
            "flash_agreement": self.flash_agreement,
            "policy": self.policy_citation,
        }
