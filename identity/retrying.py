"""How often a person may try again by themselves, and what comes then. Pure.

Every try gives a stranger another draw, so tries are counted; and nobody who was refused by a
machine is left standing there: after the last try a person takes over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


class NextStep(StrEnum):
    TRY_AGAIN = "try_again"
    ASK_A_PERSON = "ask_a_person"


NEXT_STEP_ADVICE: Final = {
    NextStep.TRY_AGAIN: ("请按提示重新拍照。", "Take the photographs again as advised."),
    NextStep.ASK_A_PERSON: (
        "自动核验未通过，请联系公证处，由工作人员人工核验身份。",
        "The automatic check did not succeed. Ask the office: a member of staff will identify you.",
    ),
}
"""Code to (zh-CN, en)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    most_refusals: int
    within: timedelta

    def __post_init__(self) -> None:
        if not (self.most_refusals >= 1 and self.within > timedelta(0)):
            raise ValueError("at least one try, and a time to count it in")


RETRIES: Final = RetryPolicy(most_refusals=3, within=timedelta(hours=24))
"""Chosen: with at most 1 stranger in 1,000 accepted per try, at most 3 in 1,000 are in a day; the
right person who was missed three times needs a person and not a fourth camera."""


def next_step(
    refused_at: Iterable[datetime], *, now: datetime, policy: RetryPolicy = RETRIES
) -> NextStep:
    """What one person may do who was refused at these times; a time from the future counts."""
    recent = sum(now - at <= policy.within for at in refused_at)
    return NextStep.TRY_AGAIN if recent < policy.most_refusals else NextStep.ASK_A_PERSON
