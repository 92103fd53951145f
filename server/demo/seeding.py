"""The demonstration's staff in the books: added once, found again afterwards."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyotp

from server.access.passwords import Passwords
from server.access.principals import StaffAccount
from server.cases.ids import AccountId, OfficeId
from server.demo.people import STAFF
from server.transaction import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from server.cases.ids import NewId
    from server.transaction import OpenTransaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    account: str
    office: str
    login: str
    name: str
    name_latin: str
    roles: str
    password: str
    totp_secret: str


def seed(
    known: Mapping[str, Mapping[str, str]],
    *,
    open_transaction: OpenTransaction,
    new_id: NewId,
    tell: Callable[[str], None],
) -> dict[str, Credentials]:
    """Return everybody's credentials by login, making those that ``known`` lacks."""
    passwords = Passwords()
    everybody = {}
    for person in STAFF:
        if person.login in known:
            everybody[person.login] = Credentials(**known[person.login])
            continue
        made = Credentials(
            account=new_id(),
            office=person.office,
            login=person.login,
            name=person.name,
            name_latin=person.name_latin,
            roles=" ".join(sorted(person.roles)),
            password=secrets.token_urlsafe(12),
            totp_secret=pyotp.random_base32(),
        )
        with open_transaction(Scope(office=OfficeId(person.office))) as tx:
            tx.accounts.add_staff(
                StaffAccount(
                    id=AccountId(made.account),
                    office=OfficeId(person.office),
                    login=made.login,
                    display_name=person.name,
                    password_hash=passwords.hash(made.password),
                    totp_secret=made.totp_secret,
                    totp_last_step=0,
                    roles=person.roles,
                    is_active=True,
                )
            )
        everybody[person.login] = made
    tell(f"{len(everybody)} people in two offices")
    return everybody
