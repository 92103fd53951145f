"""What a register's answer means for the verdict. Pure.

Each test asks for the good case: an answer that is missing, old, for another kind of question,
or with a score that is no number is not a match.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from identity.registers.questions import Agreement, QuestionKind

if TYPE_CHECKING:
    from datetime import datetime

    from identity.registers.questions import RegisterAnswer


class RegisterDoubt(StrEnum):
    REGISTER_DISAGREES = "register_disagrees"
    """The state knows no such person under this number, or another face."""
    REGISTER_DOES_NOT_KNOW = "register_does_not_know"
    REGISTER_UNAVAILABLE = "register_unavailable"
    REGISTER_FACE_UNCERTAIN = "register_face_uncertain"
    """It says match, and its own score is below what we ask for."""


REFUSING: Final = frozenset({RegisterDoubt.REGISTER_DISAGREES})
"""Every other doubt asks a person; a new one does so until somebody adds it here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRules:
    kinds: frozenset[QuestionKind]
    """Any of these is enough for the act."""
    longest_age: timedelta
    least_face_score: float
    """0 to 1, of the register's own engine."""
    citation: str


def register_rules_2026() -> RegisterRules:
    """Encode docs/identity-policy.md 10.2.

    ``least_face_score`` and ``longest_age`` are chosen, not measured: what a register's engine
    errs is not known to us, so a match that it is not sure of goes to a person.
    """
    return RegisterRules(
        kinds=frozenset(QuestionKind),
        longest_age=timedelta(hours=24),
        least_face_score=0.80,
        citation="docs/identity-policy.md 10.2",
    )


def judge_register(
    answer: RegisterAnswer | None, rules: RegisterRules, *, now: datetime
) -> frozenset[RegisterDoubt]:
    """Return what speaks against the person; empty means that the register confirmed them."""
    if answer is None or not _is_usable(answer, rules, now=now):
        return frozenset({RegisterDoubt.REGISTER_UNAVAILABLE})
    match answer.agreement:
        case Agreement.MATCH:
            return _of_match(answer, rules)
        case Agreement.NO_MATCH:
            return frozenset({RegisterDoubt.REGISTER_DISAGREES})
        case Agreement.UNKNOWN:
            return frozenset({RegisterDoubt.REGISTER_DOES_NOT_KNOW})
        case _:
            return frozenset({RegisterDoubt.REGISTER_UNAVAILABLE})


def _is_usable(answer: RegisterAnswer, rules: RegisterRules, *, now: datetime) -> bool:
    age = now - answer.answered_at
    return answer.kind in rules.kinds and timedelta(0) <= age <= rules.longest_age


def _of_match(answer: RegisterAnswer, rules: RegisterRules) -> frozenset[RegisterDoubt]:
    if answer.face_score is None:
        compared = answer.kind is not QuestionKind.THREE_ELEMENTS
        # Three elements without a score were not three.
        return frozenset() if compared else frozenset({RegisterDoubt.REGISTER_UNAVAILABLE})
    if not 0.0 <= answer.face_score <= 1.0:
        return frozenset({RegisterDoubt.REGISTER_UNAVAILABLE})
    if not answer.face_score >= rules.least_face_score:
        return frozenset({RegisterDoubt.REGISTER_FACE_UNCERTAIN})
    return frozenset()
