"""One person has one line: who comes in by another sign-in takes it over on purpose."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from server.cases.meeting import join_ceremony
from server.cases.own_line import require_own_line
from server.ceremony.errors import HereElsewhere, LineTakenOver
from server.ceremony.following import HERE_FOR
from tests.unit.cases.a_case import APPLICANT, NOW, STRANGER
from tests.unit.cases.holding import opened, planned
from tests.unit.cases.test_meeting import meeting_case

TABLET = f"on {APPLICANT.account}"
SEEN: dict[str, datetime] = {APPLICANT.account: NOW}
JUST_THEN = NOW + HERE_FOR - timedelta(seconds=1)


def test_who_is_here_by_another_sign_in_is_asked_and_takes_over_on_purpose() -> None:
    case = meeting_case()
    ceremony = opened(case)
    before = len(ceremony.links)
    with pytest.raises(HereElsewhere):
        join_ceremony(case, ceremony, APPLICANT, at=JUST_THEN, session="telephone", seen=SEEN)
    assert len(ceremony.links) == before
    require_own_line(ceremony, APPLICANT.account, session=TABLET)
    join_ceremony(
        case,
        ceremony,
        APPLICANT,
        at=JUST_THEN,
        session="telephone",
        seen=SEEN,
        takes_over=True,
    )
    require_own_line(ceremony, APPLICANT.account, session="telephone")
    with pytest.raises(LineTakenOver):
        require_own_line(ceremony, APPLICANT.account, session=TABLET)


@pytest.mark.parametrize(
    ("session", "seen"),
    [
        # The same sign-in: a page that was loaded anew.
        (TABLET, SEEN),
        # Nobody has followed for a while: the other device is off.
        ("telephone", {APPLICANT.account: JUST_THEN - HERE_FOR}),
        ("telephone", {}),
        ("telephone", {STRANGER.account: JUST_THEN}),
    ],
)
def test_who_comes_back_or_is_nowhere_else_is_not_asked(
    session: str, seen: dict[str, datetime]
) -> None:
    case = meeting_case()
    ceremony = opened(case)
    join_ceremony(case, ceremony, APPLICANT, at=JUST_THEN, session=session, seen=seen)
    require_own_line(ceremony, APPLICANT.account, session=session)


def test_before_anybody_came_in_no_line_is_anybody_else_s() -> None:
    case = meeting_case()
    ceremony = planned(case)
    require_own_line(ceremony, APPLICANT.account, session=TABLET)
    # Who follows before coming in is nowhere else.
    join_ceremony(case, ceremony, APPLICANT, at=NOW, session="telephone", seen=SEEN)


def test_a_sign_in_that_is_not_known_takes_no_line_from_anybody() -> None:
    case = meeting_case()
    ceremony = planned(case)
    join_ceremony(case, ceremony, APPLICANT, at=NOW)
    require_own_line(ceremony, APPLICANT.account, session=TABLET)
