"""The books of access in memory, each update as conditional as the real one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from server.access.errors import AccountNotFound
from server.access.ports import AccountBook, CodeBook, DeviceBook, LoginTries, SessionBook

if TYPE_CHECKING:
    from datetime import datetime

    from server.access.devices import Device, DeviceId
    from server.access.principals import (
        ApplicantAccount,
        OneTimeCode,
        RefreshToken,
        Session,
        SessionId,
        StaffAccount,
    )
    from server.cases.ids import AccountId, OfficeId
    from server.cases.roles import Role


@dataclass(slots=True)
class MemoryAccounts(AccountBook):
    applicants: list[ApplicantAccount] = field(default_factory=list)
    everybody: dict[AccountId, StaffAccount] = field(default_factory=dict)

    def applicant_with_contact(self, contact: str) -> ApplicantAccount | None:
        return next((a for a in self.applicants if a.contact == contact), None)

    def applicant(self, account: AccountId) -> ApplicantAccount:
        for known in self.applicants:
            if known.id == account:
                return known
        raise AccountNotFound

    def add_applicant(self, account: ApplicantAccount) -> None:
        self.applicants.append(account)

    def staff_with_login(self, login: str) -> StaffAccount | None:
        return next((s for s in self.everybody.values() if s.login == login), None)

    def staff(self, account: AccountId) -> StaffAccount:
        try:
            return self.everybody[account]
        except KeyError:
            raise AccountNotFound from None

    def staff_of(self, office: OfficeId, role: Role | None = None) -> list[StaffAccount]:
        of_office = [s for s in self.everybody.values() if s.office == office]
        return [s for s in of_office if role is None or role in s.roles]

    def add_staff(self, account: StaffAccount) -> None:
        self.everybody[account.id] = account

    def spend_totp_step(self, account: AccountId, step: int) -> bool:
        staff = self.everybody[account]
        if step <= staff.totp_last_step:
            return False
        self.everybody[account] = replace(staff, totp_last_step=step)
        return True


@dataclass(slots=True)
class MemorySessions(SessionBook):
    every: dict[SessionId, Session] = field(default_factory=dict)
    tokens: dict[str, RefreshToken] = field(default_factory=dict)

    def start(self, session: Session, token: RefreshToken) -> None:
        self.every[session.id] = session
        self.add_refresh_token(token)

    def get(self, session_id: SessionId) -> Session | None:
        return self.every.get(session_id)

    def of(self, account: AccountId) -> list[Session]:
        return [s for s in self.every.values() if s.account == account and s.ended_at is None]

    def end(self, session_id: SessionId, *, at: datetime, because: str) -> None:
        ended = replace(self.every[session_id], ended_at=at, ended_because=because)
        self.every[session_id] = ended

    def refresh_token(self, sha256: str) -> RefreshToken | None:
        return self.tokens.get(sha256)

    def spend_refresh_token(self, sha256: str, *, at: datetime) -> bool:
        if self.tokens[sha256].used_at is not None:
            return False
        self.tokens[sha256] = replace(self.tokens[sha256], used_at=at)
        return True

    def add_refresh_token(self, token: RefreshToken) -> None:
        self.tokens[token.sha256] = token


@dataclass(slots=True)
class MemoryDevices(DeviceBook):
    every: dict[DeviceId, Device] = field(default_factory=dict)

    def add(self, device: Device) -> bool:
        if any(d.public_key == device.public_key for d in self.every.values()):
            return False
        self.every[device.id] = device
        return True

    def get(self, device_id: DeviceId) -> Device | None:
        return self.every.get(device_id)

    def of(self, account: AccountId) -> list[Device]:
        return [d for d in self.every.values() if d.account == account]

    def revoke(self, device_id: DeviceId, *, at: datetime) -> None:
        self.every[device_id] = replace(self.every[device_id], revoked_at=at)


@dataclass(slots=True)
class MemoryCodes(CodeBook):
    """Finds a contact by ``#`` and itself, as `index_contact` of the tests writes it."""

    every: dict[str, OneTimeCode] = field(default_factory=dict)

    def add(self, code: OneTimeCode) -> None:
        self.every[code.id] = code

    def latest(self, contact: str) -> OneTimeCode | None:
        return next(iter(reversed(self._to(contact))), None)

    def sent_since(self, contact: str, since: datetime) -> int:
        return sum(code.sent_at >= since for code in self._to(contact))

    def take_try(self, code_id: str) -> bool:
        code = self.every[code_id]
        self.every[code_id] = replace(code, tries_left=max(0, code.tries_left - 1))
        return code.tries_left > 0

    def spend(self, code_id: str, *, at: datetime) -> bool:
        code = self.every[code_id]
        self.every[code_id] = replace(code, used_at=code.used_at or at)
        return code.used_at is None

    def _to(self, contact: str) -> list[OneTimeCode]:
        return [code for code in self.every.values() if code.contact_index == f"#{contact}"]


@dataclass(slots=True)
class MemoryTries(LoginTries):
    wrong: list[tuple[str, datetime]] = field(default_factory=list)

    def wrong_since(self, login: str, since: datetime) -> list[datetime]:
        return sorted((at for who, at in self.wrong if who == login and at >= since), reverse=True)

    def add(self, login: str, *, at: datetime) -> None:
        self.wrong.append((login, at))

    def forget(self, login: str) -> None:
        self.wrong = [(who, at) for who, at in self.wrong if who != login]
