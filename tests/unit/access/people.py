"""A door in memory: books, quick passwords, and tokens that one can read."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyotp
from argon2 import PasswordHasher

from server.access.codes import CodeMaking, Redemption, SignInBooks, make_code, redeem_code
from server.access.grants import Grant, Minting
from server.access.passwords import Passwords
from server.access.principals import StaffAccount
from server.access.staff_login import StaffBooks, StaffCredentials, sign_in_staff
from server.cases.ids import AccountId, OfficeId
from server.cases.roles import Role
from tests.unit.access.books import MemoryAccounts, MemoryCodes, MemorySessions, MemoryTries

if TYPE_CHECKING:
    from datetime import timedelta

    from server.access.principals import Principal

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
PHONE = "+33600000001"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "correct horse battery staple"
# Quick parameters: what is tested here is not how slow Argon2 is.
PASSWORDS = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
NOTARY = StaffAccount(
    id=AccountId("s-notary"),
    office=OfficeId("kunming-demo"),
    login="km.notary",
    display_name="某公证员",
    password_hash=PASSWORDS.hash(PASSWORD),
    totp_secret=SECRET,
    totp_last_step=0,
    roles=frozenset({Role.NOTARY}),
    is_active=True,
)


def totp_at(at: datetime) -> str:
    return pyotp.TOTP(SECRET).at(at)


@dataclass(slots=True)
class Door:
    accounts: MemoryAccounts = field(default_factory=MemoryAccounts)
    sessions: MemorySessions = field(default_factory=MemorySessions)
    codes: MemoryCodes = field(default_factory=MemoryCodes)
    tries: MemoryTries = field(default_factory=MemoryTries)
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.accounts.add_staff(NOTARY)

    def new(self) -> str:
        return f"id-{next(self.ids)}"

    @property
    def minting(self) -> Minting:
        def sign(principal: Principal, life: timedelta) -> str:
            return f"{principal.account} for {int(life.total_seconds())} s"

        return Minting(sign=sign, new_secret=lambda: f"secret-{self.new()}", new_id=self.new)

    @property
    def making(self) -> CodeMaking:
        return CodeMaking(
            key=b"k" * 32,
            new_code=lambda: f"{next(self.ids):06}",
            index_contact=lambda contact: f"#{contact}",
        )

    def send(self, at: datetime = NOW, phone: str = PHONE) -> str:
        return make_code(phone, codes=self.codes, making=self.making, code_id=self.new(), now=at)

    def redeem(self, code: str, at: datetime = NOW, phone: str = PHONE) -> Grant:
        return redeem_code(
            Redemption(contact=phone, code=code, device="phone"),
            books=SignInBooks(accounts=self.accounts, codes=self.codes, sessions=self.sessions),
            making=self.making,
            minting=self.minting,
            now=at,
        )

    def staff(
        self,
        at: datetime = NOW,
        *,
        login: str = NOTARY.login,
        password: str = PASSWORD,
        totp: str | None = None,
    ) -> Grant:
        return sign_in_staff(
            StaffCredentials(
                login=login, password=password, totp=totp or totp_at(at), device="desk"
            ),
            books=StaffBooks(accounts=self.accounts, sessions=self.sessions, tries=self.tries),
            passwords=PASSWORDS,
            minting=self.minting,
            now=at,
        )
