"""Any order of any action by anybody: nothing is signed or over before it may be."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from server.cases.consents import Purpose
from server.cases.errors import CaseError
from server.cases.identifying_in_room import Sight, set_challenge, take_sight
from server.cases.leading import HandOverReason, hand_over
from server.cases.meeting import WillToSign, confirm_deed, join_ceremony, step_ceremony
from server.cases.presence import confirm_presence
from server.cases.recognising import Lapse, Seen, recognition_of
from server.cases.record_keeping import confirm_record, correct_record, countersign
from server.cases.roles import Role
from server.cases.step_up import KeyUse
from server.cases.telling import Claim, tell
from server.cases.trying_devices import report_tech_check
from server.ceremony.ceremony import Segment
from server.ceremony.chain import GENESIS, verify_chain
from server.ceremony.course import Told, told
from server.ceremony.errors import CeremonyError
from server.ceremony.status import CeremonyStatus, Step
from tests.unit.cases.a_case import APPLICANT, NOTARY, NOW, STRANGER, WANG, actor, consent
from tests.unit.cases.agreeing import answered, asked
from tests.unit.cases.holding import NOTICE, WORKING, ask, identify, planned
from tests.unit.cases.test_meeting import DEED, meeting_case

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from server.cases.actor import Actor
    from server.cases.case import Case
    from server.ceremony.ceremony import Ceremony
    from server.ceremony.chain import Link

    Do = Callable[[Case, Ceremony, Actor, datetime], object]

PEOPLE: Final = (NOTARY, APPLICANT, STRANGER)
SUCCESSOR: Final = actor("s-successor", Role.NOTARY)


def _step(step: Step) -> Do:
    return lambda case, room, who, at: step_ceremony(case, room, step, who, at=at)


def _tell(kind: str, *, subject: str | None = None, sha256: str | None = None) -> Do:
    def do(case: Case, room: Ceremony, who: Actor, at: datetime) -> object:
        claim = Claim(kind, subject, sha256, notices=frozenset({NOTICE}))
        return tell(case, room, claim, who, at=at)

    return do


def _record(case: Case) -> str:
    assert case.interview is not None
    return case.interview.sha256


def _read_back(case: Case, room: Ceremony, who: Actor, at: datetime) -> object:
    return tell(case, room, Claim("record_read_back", sha256=_record(case)), who, at=at)


def _look(seen: Seen) -> Do:
    def do(case: Case, room: Ceremony, _: Actor, at: datetime) -> object:
        challenges = list(told(room, Told.CHALLENGE_SET))
        sight = Sight(
            participant=APPLICANT.account,
            seen=seen,
            first_segment=0,
            last_segment=0,
            until_ms=0,
            policy="test",
            challenge=challenges[-1].hash if challenges else None,
        )
        take_sight(room, sight, at=at)
        return None

    return do


def _sign(case: Case, room: Ceremony, who: Actor, at: datetime) -> object:
    step_up = answered(asked(case, KeyUse.SIGN_DEED, DEED, at=at))
    party = confirm_deed(case, room, who, WillToSign(deed_sha256=DEED, step_up=step_up), at=at)
    room.add_event("deed_signed", at, by=who.account, facts={"object": DEED, "party": party})
    assert case.deed is not None
    case.deed = replace(case.deed, signed_sha256="5" * 64, signed_by=(party,))
    return party


def _segment(_: Case, room: Ceremony, __: Actor, at: datetime) -> object:
    count = len(room.segments)
    piece = Segment(
        participant=APPLICANT.account,
        index=count,
        starts_ms=count,
        ends_ms=count + 1,
        sha256="a" * 64,
        size=1,
        media_type="video/webm",
        prev_sha256="a" * 64 if count else GENESIS,
    )
    return room.add_segment(piece, at)


ACTIONS: Final[dict[str, Do]] = {
    **{step: _step(step) for step in Step},
    "try": lambda case, room, who, at: report_tech_check(case, room, WORKING, who, at=at),
    "join": lambda case, room, who, at: join_ceremony(case, room, who, at=at, session="one"),
    "join elsewhere": lambda case, room, who, at: join_ceremony(
        case, room, who, at=at, session="two"
    ),
    "identify": lambda case, room, _, at: identify(case, room, APPLICANT.account, at),
    "challenge": lambda case, room, who, at: set_challenge(
        case, room, APPLICANT.account, who, nonce=b"n" * 32, at=at
    ),
    **{f"look {seen}": _look(seen) for seen in Seen},
    "notice": _tell("notice_confirmed", sha256=NOTICE),
    "ask": lambda case, room, _, at: ask(case, room, at),
    "read back": _read_back,
    "confirm record": lambda case, room, who, at: confirm_record(
        case, room, who, sha256=_record(case), at=at
    ),
    "correct": lambda case, room, who, at: correct_record(
        case, room, who, position=0, answer="是的。", party=WANG, at=at
    ),
    "countersign": lambda case, room, who, at: countersign(
        case, room, who, position=0, sha256=_record(case), at=at
    ),
    "page": _tell("page_shown", subject="1", sha256=DEED),
    "presence": lambda case, room, who, at: confirm_presence(
        case, room, WANG, who, deed_sha256=DEED, at=at
    ),
    "sign": _sign,
    "aloud": _tell("confirmed_after_interruption", subject=str(WANG), sha256=DEED),
    "segment": _segment,
    "hand over": lambda case, room, who, at: hand_over(
        case, room, SUCCESSOR, who, reason=HandOverReason.OTHER, at=at
    ),
}

# What a whole act needs, in its order: chance alone would seldom come to the end.
WHOLE: Final = (
    ("try", 0), ("try", 1), ("join", 0), ("join", 1), (Step.ADMIT, 0), (Step.START_RECORDING, 0),
    ("segment", 1), ("identify", 0), (Step.CONFIRM_IDENTITIES, 0), ("notice", 1), ("ask", 0),
    ("read back", 0), ("confirm record", 1), (Step.OPEN_SIGNING, 0), ("page", 1),
    ("presence", 0), ("sign", 1), (Step.COMPLETE, 0),
)  # fmt: skip

deeds = st.tuples(st.sampled_from(sorted(ACTIONS)), st.sampled_from((0, 0, 1, 1, 2)))
lengths = st.lists(st.sampled_from((1, 40)), min_size=len(WHOLE), max_size=len(WHOLE))
between = st.lists(st.lists(deeds, max_size=2), min_size=len(WHOLE), max_size=len(WHOLE))
left_out = st.sets(st.integers(min_value=0, max_value=len(WHOLE) - 1), max_size=2)


@settings(max_examples=150, deadline=None)
@given(between=between, left_out=left_out, waits=lengths)
def test_no_order_of_actions_signs_or_ends_what_may_not_be(
    between: list[list[tuple[str, int]]], left_out: set[int], waits: list[int]
) -> None:
    case = meeting_case()
    case.consents.append(consent(Purpose.FACE_ONLINE))
    room, at = planned(case), NOW
    for number, (wanted, more) in enumerate(zip(WHOLE, between, strict=True)):
        at += timedelta(seconds=waits[number])
        for name, who in [*more, *([] if number in left_out else [wanted])]:
            before = len(room.links)
            with contextlib.suppress(CaseError, CeremonyError):
                ACTIONS[name](case, room, PEOPLE[who], at)
            judge(case, room, room.links[before:])
    verify_chain(room.links)


def judge(case: Case, room: Ceremony, added: list[Link]) -> None:
    kinds = {each.kind for each in added}
    if "deed_confirmed" in kinds:
        stands = recognition_of(room, APPLICANT.account, case.rules.ceremony)
        assert stands.link is not None
        assert any(told(room, Told.PAGE_SHOWN, by=APPLICANT.account, sha256=DEED, subject="1"))
        assert_informed_and_heard(case, room)
    if Step.OPEN_SIGNING in kinds or Step.COMPLETE in kinds:
        assert recognition_of(room, APPLICANT.account, case.rules.ceremony).lapse is None
        assert_informed_and_heard(case, room)
    if Step.START_RECORDING not in {each.kind for each in room.links}:
        assert not any(told(room, Told.IDENTIFIED))
    if room.status is CeremonyStatus.COMPLETED:
        assert case.deed is not None
        assert case.deed.signed_by == (WANG,)
        assert room.segments


def assert_informed_and_heard(case: Case, room: Ceremony) -> None:
    account = APPLICANT.account
    assert any(told(room, Told.NOTICE_CONFIRMED, by=account))
    for question in case.rules.ceremony.questions:
        assert any(told(room, Told.QUESTION_ANSWERED, participant=account, question=question))
    confirmed = list(told(room, Told.RECORD_CONFIRMED, by=account, sha256=_record(case)))
    read = list(told(room, Told.RECORD_READ_BACK, sha256=_record(case)))
    assert read[0].index < confirmed[-1].index
    identified = list(told(room, Told.IDENTIFIED, participant=account))
    assert identified[0].index < confirmed[0].index


def test_a_whole_act_comes_to_its_end() -> None:
    case, at = meeting_case(), NOW
    room = planned(case)
    for name, who in WHOLE:
        ACTIONS[name](case, room, PEOPLE[who], at)
    assert room.status is CeremonyStatus.COMPLETED
    assert recognition_of(room, APPLICANT.account, case.rules.ceremony).lapse is not Lapse.NEVER
