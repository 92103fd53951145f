"""Password and code together open the door; neither alone, and guessing takes time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from server.access.errors import LoginBlocked, LoginRefused
from server.access.staff_login import seconds_to_wait
from server.access.totp import matching_step
from tests.unit.access.people import NOTARY, NOW, PASSWORD, PASSWORDS, SECRET, Door, totp_at

UNKNOWN = "nobody.here"


def test_both_together_open_a_session_in_the_person_s_office() -> None:
    grant = Door().staff()
    assert grant.principal.office == NOTARY.office
    assert grant.principal.roles == NOTARY.roles
    assert grant.access_token == "s-notary for 300 s"


@pytest.mark.parametrize(
    ("login", "password", "totp"),
    [
        # A guessed password.
        (NOTARY.login, "letmein", None),
        # A guessed code.
        (NOTARY.login, None, "000000"),
        # Yesterday's code.
        (NOTARY.login, None, totp_at(NOW - timedelta(days=1))),
        # Nobody of that name.
        (UNKNOWN, None, None),
    ],
)
def test_one_wrong_part_is_a_wrong_login(
    login: str, password: str | None, totp: str | None
) -> None:
    door = Door()
    with pytest.raises(LoginRefused):
        door.staff(login=login, password=password or PASSWORD, totp=totp)
    assert door.tries.wrong == [(login, NOW)]


def test_whoever_left_the_office_is_refused_like_a_wrong_password() -> None:
    door = Door()
    door.accounts.add_staff(replace(NOTARY, is_active=False))
    with pytest.raises(LoginRefused):
        door.staff()


def test_a_code_seen_over_the_shoulder_is_spent() -> None:
    door = Door()
    door.staff()
    with pytest.raises(LoginRefused):
        door.staff()
    assert door.staff(NOW + timedelta(seconds=30)).principal.account == NOTARY.id


@pytest.mark.parametrize("login", [NOTARY.login, UNKNOWN])
def test_a_known_login_is_slowed_down_like_an_unknown_one(login: str) -> None:
    door = Door()
    for _ in range(5):
        with pytest.raises(LoginRefused):
            door.staff(login=login, password="guess")
    with pytest.raises(LoginBlocked) as blocked:
        door.staff(login=login, password="guess")
    assert blocked.value.retry_after_s == 16


def test_a_right_login_wipes_the_wrong_ones_out() -> None:
    door = Door()
    for _ in range(4):
        with pytest.raises(LoginRefused):
            door.staff(password="typo")
    door.staff()
    assert door.tries.wrong == []


def newest(*seconds_ago: int) -> list[datetime]:
    return [NOW - timedelta(seconds=s) for s in seconds_ago]


@pytest.mark.parametrize(
    ("wrong", "wait"),
    [
        # Nobody has tried.
        ([], 0),
        # Four typing mistakes cost nothing.
        (newest(1, 2, 3, 4), 0),
        # The fifth costs fifteen seconds from when it was made.
        (newest(5, 6, 7, 8, 9), 11),
        # ... which are over after fifteen seconds.
        (newest(15, 16, 17, 18, 19), 0),
        # The sixth doubles it.
        (newest(0, 1, 2, 3, 4, 5), 31),
        # However many, never longer than the window.
        (newest(*range(50)), 901),
    ],
)
def test_each_further_wrong_try_doubles_the_wait(wrong: list[datetime], wait: int) -> None:
    assert seconds_to_wait(wrong, now=NOW) == wait


@pytest.mark.parametrize(
    ("drift_s", "matches"),
    [
        # The clock of the phone is right.
        (0, True),
        # One step slow or fast is forgiven.
        (-30, True),
        (30, True),
        # Two are not.
        (-60, False),
        (60, False),
    ],
)
def test_a_clock_may_be_one_step_off(drift_s: int, *, matches: bool) -> None:
    step = matching_step(SECRET, totp_at(NOW + timedelta(seconds=drift_s)), now=NOW)
    assert (step is not None) == matches


def test_nobody_s_secret_matches_no_code() -> None:
    code = "".join(str(n) for n in range(6))
    assert not matching_step(None, code, now=NOW)


@pytest.mark.parametrize(
    ("stored", "right"),
    [
        # The one that was set.
        (PASSWORDS.hash("a good one"), True),
        # Another one.
        (PASSWORDS.hash("a bad one"), False),
        # An unknown login costs the same work and is wrong.
        (None, False),
        # A damaged row is wrong, not an error.
        ("not a hash", False),
    ],
    # A hash is another one in every process, and so would be the names of the tests.
    ids=["the one that was set", "another one", "an unknown login", "a damaged row"],
)
def test_what_a_password_is_compared_with(stored: str | None, *, right: bool) -> None:
    assert PASSWORDS.is_right("a good one", stored) == right


def test_the_password_of_nobody_opens_nothing() -> None:
    assert not PASSWORDS.is_right("nobody has this password", None)
