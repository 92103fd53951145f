"""How long a sign-in lasts and how often it may be tried.

Shorter for staff: their sign-in reaches other people's papers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from server.access.principals import AccountKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTerms:
    access: timedelta
    """Life of an access token."""

    idle: timedelta
    """A refresh token that was not used for so long is spent."""

    absolute: timedelta
    """After that the person signs in again, whatever happened."""


SESSION_TERMS: Final = {
    AccountKind.APPLICANT: SessionTerms(
        access=timedelta(minutes=10), idle=timedelta(days=7), absolute=timedelta(days=30)
    ),
    AccountKind.STAFF: SessionTerms(
        access=timedelta(minutes=5), idle=timedelta(hours=12), absolute=timedelta(hours=12)
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeTerms:
    life: timedelta = timedelta(minutes=5)
    tries: int = 5
    limits: tuple[tuple[timedelta, int], ...] = (
        (timedelta(minutes=1), 1),
        (timedelta(hours=1), 5),
        (timedelta(days=1), 10),
    )
    """So many codes to one number within so long."""


CODE_TERMS: Final = CodeTerms()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginTerms:
    free_tries: int = 5
    window: timedelta = timedelta(minutes=15)
    """Wrong tries older than this are forgotten."""

    first_wait: timedelta = timedelta(seconds=15)
    """After the free tries; doubled by each further wrong one, up to the window."""


LOGIN_TERMS: Final = LoginTerms()
