"""The outcome of an identity check, kept whole so that it can be re-argued."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from identity.faces.quality import Shortcoming
    from identity.framing import Json


class Consequence(StrEnum):
    REFUSES = "refuses"
    """Nobody may overrule it; the person brings another document or photograph."""
    ASKS_A_PERSON = "asks_a_person"
    """The machine is unsure; a person decides and signs for it."""


class Outcome(StrEnum):
    PROVEN = "proven"
    PERSON_DECIDES = "person_decides"
    REFUSED = "refused"


class Doubt(StrEnum):
    DOCUMENT_NOT_RECOGNISED = "document_not_recognised"
    DOCUMENT_EXPIRED = "document_expired"
    DOCUMENT_NOT_YET_VALID = "document_not_yet_valid"
    DOCUMENT_SUPERSEDED = "document_superseded"
    CHECK_DIGIT_WRONG = "check_digit_wrong"
    NUMBER_IMPOSSIBLE = "number_impossible"
    FIELDS_UNREADABLE = "fields_unreadable"
    FIELDS_DISAGREE = "fields_disagree"
    BACK_MISSING = "back_missing"
    SIDES_DISAGREE = "sides_disagree"
    NOT_THE_CLAIMED_PERSON = "not_the_claimed_person"
    REFERENCE_FACE_MISSING = "reference_face_missing"
    REFERENCE_FACE_POOR = "reference_face_poor"
    LIVE_FACE_MISSING = "live_face_missing"
    LIVE_FACE_POOR = "live_face_poor"
    LIVE_PHOTO_STALE = "live_photo_stale"
    LIVE_TOO_ALIKE = "live_too_alike"
    SEVERAL_FACES = "several_faces"
    FACE_NO_MATCH = "face_no_match"
    FACE_UNCERTAIN = "face_uncertain"
    FACE_NOT_COMPARED = "face_not_compared"
    FRAMES_DISAGREE = "frames_disagree"
    SECOND_OPINION_DISAGREES = "second_opinion_disagrees"
    SECOND_OPINION_MISSING = "second_opinion_missing"
    LIVENESS_NOT_MEASURED = "liveness_not_measured"
    LIVENESS_REFUSED = "liveness_refused"
    LIVENESS_UNCERTAIN = "liveness_uncertain"
    CHIP_REFUSED = "chip_refused"
    CHIP_UNCERTAIN = "chip_uncertain"
    CHIP_DISAGREES = "chip_disagrees"
    CODE_WRONG = "code_wrong"
    """What was read is not what was sent to the registered contact."""
    REGISTER_DISAGREES = "register_disagrees"
    REGISTER_DOES_NOT_KNOW = "register_does_not_know"
    REGISTER_UNAVAILABLE = "register_unavailable"
    REGISTER_FACE_UNCERTAIN = "register_face_uncertain"
    DOCUMENT_DOUBTFUL = "document_doubtful"
    """Something about the document that a person should look at; the hints say what."""
    DOCUMENT_KIND_UNPROVEN = "document_kind_unproven"
    """A kind of document that no real one of was measured: a person looks at each."""
    TRIES_USED_UP = "tries_used_up"
    MEASUREMENT_INVALID = "measurement_invalid"
    CHECK_UNAVAILABLE = "check_unavailable"

    @property
    def consequence(self) -> Consequence:
        return Consequence.REFUSES if self in REFUSING else Consequence.ASKS_A_PERSON


REFUSING: Final = frozenset(
    {
        Doubt.DOCUMENT_NOT_RECOGNISED,
        Doubt.DOCUMENT_EXPIRED,
        Doubt.DOCUMENT_NOT_YET_VALID,
        Doubt.DOCUMENT_SUPERSEDED,
        Doubt.CHECK_DIGIT_WRONG,
        Doubt.NUMBER_IMPOSSIBLE,
        Doubt.FIELDS_DISAGREE,
        Doubt.BACK_MISSING,
        Doubt.NOT_THE_CLAIMED_PERSON,
        Doubt.LIVE_FACE_MISSING,
        Doubt.SEVERAL_FACES,
        Doubt.FACE_NO_MATCH,
        Doubt.LIVENESS_REFUSED,
        Doubt.CHIP_REFUSED,
        Doubt.CHIP_DISAGREES,
        Doubt.REGISTER_DISAGREES,
    }
)
"""Every other doubt asks a person; a new one does so until somebody adds it here."""


OF_THE_LIVE_PERSON: Final = frozenset(
    {
        Doubt.LIVE_FACE_MISSING,
        Doubt.SEVERAL_FACES,
        Doubt.FACE_NO_MATCH,
        Doubt.LIVENESS_REFUSED,
    }
)
"""What another photograph may mend. When the tries are used up a person looks instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    doubts: frozenset[Doubt]
    """Everything that spoke against the person; empty means proven."""

    live_shortcomings: frozenset[Shortcoming]
    """What made the live face poor: what to tell the person before the next photograph."""

    face_score: float | None
    """By the deciding engine; ``None`` when no face was compared, which is not the same as 0."""

    second_score: float | None
    fused_score: float | None
    """Both together, on the scale of the deciding engine; ``None`` where one is missing."""
    frames_used: int
    """How many live frames were compared as one; 0 when none was."""
    policy_citation: str
    """The policy this was judged under, so an old verdict stays readable."""

    judged_at: datetime

    @property
    def outcome(self) -> Outcome:
        refusing = {doubt for doubt in self.doubts if doubt.consequence is Consequence.REFUSES}
        if Doubt.TRIES_USED_UP in self.doubts:
            refusing -= OF_THE_LIVE_PERSON
        if refusing:
            return Outcome.REFUSED
        return Outcome.PERSON_DECIDES if self.doubts else Outcome.PROVEN

    @property
    def is_proven(self) -> bool:
        return self.outcome is Outcome.PROVEN

    def as_record(self) -> dict[str, Json]:
        """For the case file; no personal value is in it."""
        return {
            "outcome": self.outcome.value,
            "doubts": [doubt.value for doubt in sorted(self.doubts)],
            "live_shortcomings": [code.value for code in sorted(self.live_shortcomings)],
            "face_score": self.face_score,
            "second_score": self.second_score,
            "fused_score": self.fused_score,
            "frames_used": self.frames_used,
            "policy": self.policy_citation,
            "judged_at": self.judged_at.isoformat(),
        }
