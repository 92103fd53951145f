"""A session ends for all its tokens at once, and a stolen token ends the session."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from server.access.errors import (
    NotPermitted,
    SessionNotFound,
    TokenRefused,
    TokenReplayed,
)
from server.access.permissions import open_to_all, signed_in, staff_on_cases, team
from server.access.principals import AccountKind, SessionId
from server.access.refreshing import refresh
from server.access.sessions import end_session, live_sessions, require_live
from server.cases.ids import AccountId, OfficeId
from server.cases.roles import Role
from tests.unit.access.people import NOTARY, NOW, Door

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from server.access.grants import Grant
    from server.access.principals import Principal

SOON = NOW + timedelta(minutes=10)


def renewed(door: Door, grant: Grant, at: datetime = SOON) -> Grant:
    return refresh(
        grant.refresh_token,
        sessions=door.sessions,
        accounts=door.accounts,
        minting=door.minting,
        now=at,
    )


def applicant(door: Door) -> Grant:
    return door.redeem(door.send())


def test_a_refresh_token_is_spent_for_the_next_pair() -> None:
    door = Door()
    first = applicant(door)
    second = renewed(door, first)
    assert second.session == first.session
    assert second.refresh_token != first.refresh_token
    assert renewed(door, second, SOON + timedelta(days=6)).principal == first.principal


def test_the_token_itself_is_not_in_the_books() -> None:
    door = Door()
    assert applicant(door).refresh_token not in door.sessions.tokens


def test_a_spent_token_that_comes_back_ends_the_session_for_both() -> None:
    door = Door()
    stolen = applicant(door)
    honest = renewed(door, stolen)
    with pytest.raises(TokenReplayed):
        renewed(door, stolen)
    with pytest.raises(TokenRefused):
        renewed(door, honest)
    (session,) = door.sessions.every.values()
    assert session.ended_because == "refresh_token_replayed"


def test_a_token_that_nobody_issued_is_refused() -> None:
    door = Door()
    with pytest.raises(TokenRefused):
        renewed(door, replace(applicant(door), refresh_token="made up"))


@pytest.mark.parametrize(
    ("sign_in", "after"),
    [
        # An applicant who was away for a week.
        (applicant, timedelta(days=7)),
        # Staff who went home.
        (Door.staff, timedelta(hours=12)),
    ],
)
def test_a_token_that_lay_idle_is_refused(
    sign_in: Callable[[Door], Grant], after: timedelta
) -> None:
    door = Door()
    with pytest.raises(TokenRefused):
        renewed(door, sign_in(door), NOW + after)


def test_refreshing_does_not_move_the_end_of_a_session() -> None:
    door = Door()
    grant = applicant(door)
    for day in range(6, 30, 6):
        grant = renewed(door, grant, NOW + timedelta(days=day))
    assert grant.idle_until == grant.session.expires_at == NOW + timedelta(days=30)
    with pytest.raises(TokenRefused):
        renewed(door, grant, NOW + timedelta(days=30))


def test_roles_are_read_anew_at_every_refresh() -> None:
    door = Door()
    grant = door.staff()
    roles = frozenset({Role.NOTARY, Role.DIRECTOR})
    door.accounts.add_staff(replace(NOTARY, roles=roles))
    assert renewed(door, grant).principal.roles == roles


@pytest.mark.parametrize(
    "change",
    [
        # Whoever was dismissed.
        {"is_active": False},
        # Whoever moved to another office.
        {"office": OfficeId("hekou-demo")},
    ],
)
def test_whoever_left_the_office_is_not_refreshed(change: dict[str, object]) -> None:
    door = Door()
    grant = door.staff()
    door.accounts.add_staff(replace(NOTARY, **change))  # type: ignore[arg-type]  # one field each
    with pytest.raises(TokenRefused):
        renewed(door, grant)


def test_a_session_that_is_gone_refreshes_nothing() -> None:
    door = Door()
    grant = applicant(door)
    door.sessions.every.clear()
    with pytest.raises(TokenRefused):
        renewed(door, grant)


def test_signing_out_works_at_once_though_the_token_lives_on() -> None:
    door = Door()
    me = applicant(door).principal
    assert require_live(me, door.sessions, now=NOW).id == me.session
    end_session(me, me.session, door.sessions, now=NOW)
    with pytest.raises(TokenRefused):
        require_live(me, door.sessions, now=NOW)
    with pytest.raises(SessionNotFound):
        end_session(me, me.session, door.sessions, now=NOW)


@pytest.mark.parametrize(
    "claims",
    [
        # A session that never was.
        {"session": SessionId("made-up")},
        # Another person's session.
        {"account": AccountId("a-other")},
        # The session of an applicant does not speak for staff.
        {"kind": AccountKind.STAFF},
        # ... and belongs to no office.
        {"office": OfficeId("kunming-demo")},
    ],
)
def test_a_token_speaks_for_its_own_session(claims: dict[str, object]) -> None:
    door = Door()
    me = applicant(door).principal
    forged = replace(me, **claims)  # type: ignore[arg-type]  # one field each
    with pytest.raises(TokenRefused):
        require_live(forged, door.sessions, now=NOW)


def test_a_session_that_ran_out_is_over_and_not_listed() -> None:
    door = Door()
    me = applicant(door).principal
    end = NOW + timedelta(days=30)
    assert live_sessions(me, door.sessions, now=SOON)
    assert live_sessions(me, door.sessions, now=end) == []
    with pytest.raises(TokenRefused):
        require_live(me, door.sessions, now=end)


def test_nobody_ends_another_s_session() -> None:
    door = Door()
    me, other = applicant(door).principal, door.staff().principal
    with pytest.raises(SessionNotFound):
        end_session(me, other.session, door.sessions, now=NOW)


def caller(*roles: Role) -> Principal:
    return replace(Door().staff().principal, roles=frozenset(roles))


def test_a_gate_asks_for_a_token_and_for_one_right_role() -> None:
    # Health and verification are anybody's.
    open_to_all.admit(None)
    # Nobody is let in without a token where one is asked for.
    with pytest.raises(TokenRefused):
        signed_in.admit(None)
    # Whoever is signed in sees himself, whatever the role.
    signed_in.admit(caller(Role.SYSADMIN))
    # GB/T 22239-2019: administration is kept off the cases.
    with pytest.raises(NotPermitted):
        staff_on_cases.admit(caller(Role.SYSADMIN))
    # One right role among several is enough.
    team.admit(caller(Role.SYSADMIN, Role.INSPECTOR))
