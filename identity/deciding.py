"""A person decides where the machine was unsure, and signs for it with a reason.

What refuses stays refused: an expired document or a wrong check digit is not a matter of
opinion. The way on is another document or another route, never an override.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from identity.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from identity.framing import Json

LEAST_REASON: Final = 4
"""Characters: "同一人" alone is no reason."""


class NothingToDecide(Exception):
    """The verdict is proven, or refused for a cause that no person can waive."""


class DecisionIncomplete(ValueError):
    """A decision needs a name, a reason, and a time that is not before the verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanDecision:
    accepted: bool
    decided_by: str
    """The id of the member of staff."""
    reason: str
    at: datetime

    def __post_init__(self) -> None:
        if not (self.decided_by.strip() and len(self.reason.strip()) >= LEAST_REASON):
            raise DecisionIncomplete("who and why")
        if self.at.tzinfo is None:
            raise DecisionIncomplete("a time with its zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedVerdict:
    """Both together: what the machine doubted, and who overruled or upheld it."""

    verdict: Verdict
    decision: HumanDecision

    @property
    def outcome(self) -> Outcome:
        return Outcome.PROVEN if self.decision.accepted else Outcome.REFUSED

    @property
    def is_proven(self) -> bool:
        return self.outcome is Outcome.PROVEN

    def as_record(self) -> dict[str, Json]:
        return {
            "outcome": self.outcome.value,
            "verdict": self.verdict.as_record(),
            "decision": {
                "accepted": self.decision.accepted,
                "decided_by": self.decision.decided_by,
                "reason": self.decision.reason,
                "at": self.decision.at.isoformat(),
            },
        }


def decide(verdict: Verdict, decision: HumanDecision) -> DecidedVerdict:
    """Join ``decision`` to ``verdict``; raises `NothingToDecide` where there is no room for it."""
    if verdict.outcome is not Outcome.PERSON_DECIDES:
        raise NothingToDecide(verdict.outcome.value)
    if not decision.at >= verdict.judged_at:
        raise DecisionIncomplete("decided before it was judged")
    return DecidedVerdict(verdict=verdict, decision=decision)
