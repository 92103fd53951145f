"""Two who are not let in, each with the reasons and a way on: an impostor, an expired card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from identity.specimens.drawing import card_back, card_front
from identity.specimens.people import OU_YANGMING
from identity.specimens.photographing import phone_photo
from server.demo.api import CallRefused
from server.demo.journey.applying import consent, open_case, run_check
from server.demo.journey.stage import Stage
from server.demo.pictures import photograph

if TYPE_CHECKING:
    from server.demo.api import Api


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    zh: str
    en: str
    front: bytes
    back: bytes
    live: bytes


def refuse_both(stage: Stage, somebody: Api) -> None:
    portrait, stranger = stage.specimens.portrait, stage.specimens.stranger
    card = card_front(OU_YANGMING, portrait)
    expired = OU_YANGMING.expired()
    attempts = (
        Attempt(
            zh="冒名者：证件是别人的",
            en="Impostor: somebody else's card",
            front=phone_photo(card),
            back=phone_photo(card_back(OU_YANGMING)),
            live=stranger,
        ),
        Attempt(
            zh="证件已过期",
            en="Expired card",
            front=phone_photo(card_front(expired, portrait)),
            back=phone_photo(card_back(expired)),
            live=stage.specimens.live,
        ),
    )
    for attempt in attempts:
        _refuse(stage, somebody, attempt)


def _refuse(stage: Stage, api: Api, attempt: Attempt) -> None:
    own = Stage(
        timeline=stage.timeline, applicant=api, staff=stage.staff, specimens=stage.specimens
    )
    open_case(own, api, name=OU_YANGMING.name)
    consent(own, api)
    state, doubts = run_check(own, api, front=attempt.front, back=attempt.back, live=attempt.live)
    reasons = _submission_refused(own, api)
    stage.refusals.append(
        {"attempt": attempt.en, "state": state, "doubts": doubts, "submission": reasons}
    )
    stage.timeline.add(
        "系统 System",
        f"{attempt.zh}——拒绝",
        f"{attempt.en}: {state}",
        detail=f"{', '.join(doubts)} · submit: {', '.join(reasons)}",
        refused=True,
        pictures=(photograph(attempt.front), photograph(attempt.live)),
    )


def _submission_refused(stage: Stage, api: Api) -> list[str]:
    try:
        stage.act(api, "submit")
    except CallRefused as refused:
        return list(refused.reasons)
    raise RuntimeError("an application without a proven identity was let in")
