"""Capacity and free will: each question of the form, asked of each who signs, and its answer.

公证程序规则 Art. 28, 34; 公证法 Art. 28(1), (4). What was said is in the recording and in the
record; the chain keeps which question, in which version, and whether the answer satisfies the
notary. One that does not is asked again, or the ceremony ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.cases.errors import FormIncomplete, NotYourAction
from server.cases.leading import require_lead
from server.ceremony.course import Told
from server.ceremony.errors import CeremonyRefused
from server.ceremony.seats import Right, may
from server.ceremony.status import CeremonyStatus, Step

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from server.cases.actor import Actor
    from server.cases.case import Case
    from server.ceremony.ceremony import Ceremony
    from server.ceremony.chain import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    question: str
    """Code in the form of the case's rules."""

    satisfies: bool
    text_sha256: str
    """Of the question as it was read out, in the language that it was read in."""


def put_answers(
    case: Case,
    ceremony: Ceremony,
    account: str,
    actor: Actor,
    *,
    answers: Sequence[Answered],
    at: datetime,
) -> list[Link]:
    """Put on record what somebody answered; raises `FormIncomplete` for what is not asked here."""
    require_lead(case, ceremony, actor, "answer_questions")
    if ceremony.status is not CeremonyStatus.IDENTIFIED:
        # Nobody is asked before it is known who it is, nor after the deed was opened.
        raise CeremonyRefused(ceremony.status, Step.CONFIRM_IDENTITIES)
    if not may(ceremony.seat_of(account).seat, Right.SIGN):
        raise NotYourAction("answer_questions")
    strange = {each.question for each in answers} - set(case.rules.ceremony.questions)
    if strange:
        raise FormIncomplete(sorted(case.rules.ceremony.questions))
    return [
        ceremony.add_event(
            Told.QUESTION_ANSWERED,
            at,
            by=actor.account,
            facts={
                "participant": account,
                "question": each.question,
                "satisfies": int(each.satisfies),
                "form": case.rules.ceremony.form,
                "text_sha256": each.text_sha256,
            },
        )
        for each in answers
    ]
