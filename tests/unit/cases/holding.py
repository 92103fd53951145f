"""A ceremony held by the domain alone: whatever each step asks for is done before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.cases.asking import Answered, put_answers
from server.cases.identifying_in_room import Ground, identify_as_notary
from server.cases.meeting import join_ceremony, plan_ceremony, step_ceremony
from server.cases.record_keeping import confirm_record
from server.cases.telling import Claim, tell
from server.cases.trying_devices import DeviceKind, Gear, TechCheck, report_tech_check
from server.ceremony.ceremony import CeremonyId, Seat
from server.ceremony.seats import MUST_BE_IDENTIFIED, Right, with_right
from server.ceremony.status import Step
from tests.unit.cases.a_case import APPLICANT, NOTARY, NOW, WANG, actor

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from server.cases.actor import Actor
    from server.cases.case import Case
    from server.ceremony.ceremony import Ceremony

NOTICE: Final = "e" * 64
WORKING: Final = TechCheck(
    camera=Gear.WORKS,
    microphone=Gear.WORKS,
    uplink_kbps=1500,
    round_trip_ms=180,
    loss_permille=2,
    device=DeviceKind.PHONE,
)
TO_RECORDING: Final = (Step.ADMIT, Step.START_RECORDING)
TO_IDENTIFIED: Final = (*TO_RECORDING, Step.CONFIRM_IDENTITIES)
TO_SIGNING: Final = (*TO_IDENTIFIED, Step.OPEN_SIGNING)


def planned(case: Case) -> Ceremony:
    return plan_ceremony(case, [(WANG, Seat.PARTY)], NOTARY, ceremony_id=CeremonyId("r-1"), at=NOW)


def opened(case: Case, *steps: Step) -> Ceremony:
    """Return a ceremony with everybody in it, after ``steps`` and what they ask for."""
    ceremony = planned(case)
    for person in (NOTARY, APPLICANT):
        join_ceremony(case, ceremony, person, at=NOW, session=f"on {person.account}")
    return taken(case, ceremony, *steps)


def taken(case: Case, ceremony: Ceremony, *steps: Step, at: datetime = NOW) -> Ceremony:
    for step in steps:
        for done in _BEFORE.get(step, ()):
            done(case, ceremony, at)
        step_ceremony(case, ceremony, step, NOTARY, at=at)
    return ceremony


def try_devices(case: Case, ceremony: Ceremony, at: datetime = NOW) -> None:
    for each in with_right(ceremony, Right.SPEAK):
        report_tech_check(case, ceremony, WORKING, person(each.account), at=at)


def identify_all(case: Case, ceremony: Ceremony, at: datetime = NOW) -> None:
    for each in ceremony.participants:
        if each.seat in MUST_BE_IDENTIFIED and each.joined_at is not None:
            identify(case, ceremony, each.account, at)


def identify(case: Case, ceremony: Ceremony, account: str, at: datetime = NOW) -> None:
    identify_as_notary(
        case,
        ceremony,
        account,
        NOTARY,
        ground=Ground.DOCUMENT_COMPARED,
        reason="证件与本人一致",
        at=at,
    )


def inform(case: Case, ceremony: Ceremony, at: datetime = NOW) -> None:
    for each in with_right(ceremony, Right.SIGN):
        tell_notice(case, ceremony, person(each.account), at)


def tell_notice(case: Case, ceremony: Ceremony, who: Actor, at: datetime = NOW) -> None:
    claim = Claim("notice_confirmed", sha256=NOTICE, notices=frozenset({NOTICE}))
    tell(case, ceremony, claim, who, at=at)


def ask(
    case: Case,
    ceremony: Ceremony,
    at: datetime = NOW,
    *,
    unsatisfying: Iterable[str] = (),
) -> None:
    answers = [
        Answered(question=code, satisfies=code not in set(unsatisfying), text_sha256="f" * 64)
        for code in case.rules.ceremony.questions
    ]
    for each in with_right(ceremony, Right.SIGN):
        put_answers(case, ceremony, each.account, NOTARY, answers=answers, at=at)


def read_back(case: Case, ceremony: Ceremony, at: datetime = NOW) -> str:
    assert case.interview is not None
    digest = case.interview.sha256
    tell(case, ceremony, Claim("record_read_back", sha256=digest), NOTARY, at=at)
    return digest


def settle_record(case: Case, ceremony: Ceremony, at: datetime = NOW) -> None:
    digest = read_back(case, ceremony, at)
    for each in with_right(ceremony, Right.CONFIRM):
        confirm_record(case, ceremony, person(each.account), sha256=digest, at=at)


def show_pages(case: Case, ceremony: Ceremony, digest: str, at: datetime = NOW) -> None:
    assert case.deed is not None
    for each in with_right(ceremony, Right.SIGN):
        for page in range(1, case.deed.pages + 1):
            shown = Claim("page_shown", subject=str(page), sha256=digest)
            tell(case, ceremony, shown, person(each.account), at=at)


def person(account: str) -> Actor:
    known = {each.account: each for each in (NOTARY, APPLICANT)}
    return known.get(account) or actor(account, *APPLICANT.roles)  # type: ignore[call-overload]  # plain text for an id


_BEFORE = {
    Step.START_RECORDING: (try_devices,),
    Step.CONFIRM_IDENTITIES: (identify_all,),
    Step.OPEN_SIGNING: (inform, ask, settle_record),
}
