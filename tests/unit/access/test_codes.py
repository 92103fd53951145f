"""Six digits to a phone: few enough to guess, so every use and every try is counted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.access.errors import LoginRefused, TooManyCodes
from server.cases.roles import Role
from tests.unit.access.people import NOW, PHONE, Door

WRONG = "999999"


def test_whoever_holds_the_phone_gets_a_session_and_the_same_account_again() -> None:
    door = Door()
    first = door.redeem(door.send())
    assert first.principal.roles == {Role.APPLICANT}
    assert first.principal.office is None
    later = NOW + timedelta(minutes=2)
    again = door.redeem(door.send(later), later)
    assert again.principal.account == first.principal.account
    assert again.principal.session != first.principal.session


def test_the_code_is_not_in_the_books() -> None:
    door = Door()
    code = door.send()
    (stored,) = door.codes.every.values()
    assert code not in stored.code_hmac
    assert len(stored.code_hmac) == 64


@pytest.mark.parametrize(
    ("seconds", "works"),
    [
        # Typed at once.
        (1, True),
        # The last second of its life.
        (299, True),
        # Five minutes are over at five minutes.
        (300, False),
    ],
)
def test_a_code_lives_five_minutes(seconds: int, *, works: bool) -> None:
    door = Door()
    code = door.send()
    at = NOW + timedelta(seconds=seconds)
    if works:
        assert door.redeem(code, at).session.started_at == at
    else:
        with pytest.raises(LoginRefused):
            door.redeem(code, at)


def test_a_code_opens_one_session() -> None:
    door = Door()
    code = door.send()
    door.redeem(code)
    with pytest.raises(LoginRefused):
        door.redeem(code)
    assert len(door.sessions.every) == 1


def test_after_five_wrong_tries_the_right_one_is_wrong_too() -> None:
    door = Door()
    code = door.send()
    for _ in range(5):
        with pytest.raises(LoginRefused):
            door.redeem(WRONG)
    with pytest.raises(LoginRefused):
        door.redeem(code)
    assert not door.sessions.every


def test_a_new_code_takes_the_place_of_the_old_one() -> None:
    door = Door()
    old = door.send()
    later = NOW + timedelta(minutes=1, seconds=1)
    new = door.send(later)
    with pytest.raises(LoginRefused):
        door.redeem(old, later)
    assert door.redeem(new, later).principal.account


def test_a_number_that_never_asked_is_answered_like_a_wrong_code() -> None:
    with pytest.raises(LoginRefused):
        Door().redeem(WRONG)


def test_one_number_s_code_opens_nothing_for_another_number() -> None:
    door = Door()
    code = door.send()
    door.send(phone="+33600000002")
    with pytest.raises(LoginRefused):
        door.redeem(code, phone="+33600000002")


@pytest.mark.parametrize(
    ("minutes_apart", "before_refusal", "wait_s"),
    [
        # Two within a minute.
        (0.5, 1, 60),
        # Six within an hour.
        (5, 5, 3600),
        # Eleven within a day.
        (20, 10, 86400),
    ],
)
def test_codes_are_counted_by_the_minute_the_hour_and_the_day(
    minutes_apart: float, before_refusal: int, wait_s: int
) -> None:
    door = Door()
    for n in range(before_refusal):
        door.send(NOW + n * timedelta(minutes=minutes_apart))
    with pytest.raises(TooManyCodes) as refused:
        door.send(NOW + before_refusal * timedelta(minutes=minutes_apart))
    assert refused.value.retry_after_s == wait_s
    # Another number is not held up by this one.
    door.send(NOW, phone=PHONE[:-1] + "9")
