"""One-time codes to a phone or e-mail: asked for, sent, and redeemed for a session.

Six digits are few, so tries and codes are counted. Nothing here looks up the
account before the code was right: known and unknown contacts are answered alike.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.access.errors import LoginRefused, TooManyCodes
from server.access.grants import Grant, Minting, Person, begin_session
from server.access.principals import AccountKind, ApplicantAccount, OneTimeCode
from server.access.terms import CODE_TERMS, CodeTerms
from server.cases.ids import AccountId
from server.cases.roles import Role

if TYPE_CHECKING:
    from datetime import datetime

    from server.access.ports import AccountBook, CodeBook, SessionBook

SendCode = Callable[[str, str, str], None]
"""(contact, code, language): to the partner that delivers messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeMaking:
    key: bytes
    """Keys the stored hash: six digits without a key are found in a second."""

    new_code: Callable[[], str]
    """Six random digits."""

    index_contact: Callable[[str], str]
    """The keyed hash under which the books find a contact."""

    terms: CodeTerms = CODE_TERMS


def make_code(
    contact: str, *, codes: CodeBook, making: CodeMaking, code_id: str, now: datetime
) -> str:
    """Return a new code for ``contact``, or raise `TooManyCodes`."""
    for within, most in making.terms.limits:
        if not codes.sent_since(contact, now - within) < most:
            raise TooManyCodes(retry_after_s=int(within.total_seconds()))
    code = making.new_code()
    codes.add(
        OneTimeCode(
            id=code_id,
            contact_index=making.index_contact(contact),
            code_hmac=_hashed(code, code_id, making.key),
            sent_at=now,
            expires_at=now + making.terms.life,
            tries_left=making.terms.tries,
        )
    )
    return code


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInBooks:
    accounts: AccountBook
    codes: CodeBook
    sessions: SessionBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Redemption:
    contact: str
    code: str
    device: str


def redeem_code(
    given: Redemption, *, books: SignInBooks, making: CodeMaking, minting: Minting, now: datetime
) -> Grant:
    """Begin a session for whoever holds the contact, or raise `LoginRefused`."""
    spend_code(given.contact, given.code, codes=books.codes, making=making, now=now)
    account = account_of(given.contact, books.accounts, minting, now)
    person = Person(
        account=account.id,
        kind=AccountKind.APPLICANT,
        office=None,
        roles=frozenset({Role.APPLICANT}),
    )
    return begin_session(
        person, device=given.device, sessions=books.sessions, minting=minting, now=now
    )


def spend_code(
    contact: str, given: str, *, codes: CodeBook, making: CodeMaking, now: datetime
) -> None:
    """Use the newest code of ``contact`` up, or raise `LoginRefused`."""
    code = codes.latest(contact)
    # The same work without a code, so that the time tells nothing either.
    expected = code.code_hmac if code else ""
    is_right = hmac.compare_digest(expected, _hashed(given, code.id if code else "", making.key))
    # The try is used up before the answer is looked at.
    if (
        code is None
        or not codes.take_try(code.id)
        or not is_right
        or not now < code.expires_at
        or not codes.spend(code.id, at=now)
    ):
        raise LoginRefused


def account_of(
    contact: str, accounts: AccountBook, minting: Minting, now: datetime
) -> ApplicantAccount:
    """Return the account that signs in with ``contact``, made now if there was none."""
    known = accounts.applicant_with_contact(contact)
    if known is not None:
        return known
    account = ApplicantAccount(id=AccountId(minting.new_id()), contact=contact, created_at=now)
    accounts.add_applicant(account)
    return account


def _hashed(code: str, code_id: str, key: bytes) -> str:
    # Bound to its own row: a hash seen once opens no other code.
    return hmac.new(key, f"{code_id}:{code}".encode(), hashlib.sha256).hexdigest()
