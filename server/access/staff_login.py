"""Staff sign in with a password and a TOTP code; wrong tries cost time.

Unknown logins are counted, slowed down and checked like known ones, so that
nothing tells which logins exist (ASVS 6.3.8).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.access.errors import LoginBlocked, LoginRefused
from server.access.grants import Grant, Minting, Person, begin_session
from server.access.principals import AccountKind
from server.access.terms import LOGIN_TERMS, LoginTerms
from server.access.totp import matching_step

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from server.access.passwords import Passwords
    from server.access.ports import AccountBook, LoginTries, SessionBook
    from server.access.principals import StaffAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffCredentials:
    login: str
    password: str
    totp: str
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffBooks:
    accounts: AccountBook
    sessions: SessionBook
    tries: LoginTries


def sign_in_staff(
    given: StaffCredentials,
    *,
    books: StaffBooks,
    passwords: Passwords,
    minting: Minting,
    now: datetime,
) -> Grant:
    """Begin a session, or raise `LoginRefused` / `LoginBlocked`."""
    staff = prove_staff(given, books=books, passwords=passwords, now=now)
    person = Person(
        account=staff.id, kind=AccountKind.STAFF, office=staff.office, roles=staff.roles
    )
    return begin_session(
        person, device=given.device, sessions=books.sessions, minting=minting, now=now
    )


def prove_staff(
    given: StaffCredentials, *, books: StaffBooks, passwords: Passwords, now: datetime
) -> StaffAccount:
    """Return whose password and code these are, or raise `LoginRefused` / `LoginBlocked`."""
    wait = seconds_to_wait(books.tries.wrong_since(given.login, now - LOGIN_TERMS.window), now=now)
    if wait:
        raise LoginBlocked(wait)
    staff = books.accounts.staff_with_login(given.login)
    # Both are always checked, and neither alone says yes.
    is_right = passwords.is_right(given.password, staff.password_hash if staff else None)
    step = matching_step(staff.totp_secret if staff else None, given.totp, now=now)
    if (
        staff is None
        or not is_right
        or step is None
        or not staff.is_active
        or not books.accounts.spend_totp_step(staff.id, step)
    ):
        books.tries.add(given.login, at=now)
        raise LoginRefused
    books.tries.forget(given.login)
    return staff


def seconds_to_wait(
    wrong: Sequence[datetime], *, now: datetime, terms: LoginTerms = LOGIN_TERMS
) -> int:
    """Return how long the next try has to wait; ``wrong`` are the tries, newest first."""
    beyond = len(wrong) - terms.free_tries
    if beyond < 0:
        return 0
    pause = min(terms.first_wait * 2 ** min(beyond, 20), terms.window)
    left = (wrong[0] + pause - now).total_seconds()
    return max(0, int(left) + 1) if left > 0 else 0
