"""What access needs from the outside, in its own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

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


class AccountBook(Protocol):
    def applicant_with_contact(self, contact: str) -> ApplicantAccount | None: ...

    def applicant(self, account: AccountId) -> ApplicantAccount:
        """Return the account, or raise `AccountNotFound`."""
        ...

    def add_applicant(self, account: ApplicantAccount) -> None: ...

    def staff_with_login(self, login: str) -> StaffAccount | None:
        """Logins are unique over the whole installation."""
        ...

    def staff(self, account: AccountId) -> StaffAccount:
        """Return the account, or raise `AccountNotFound`."""
        ...

    def staff_of(self, office: OfficeId, role: Role | None = None) -> list[StaffAccount]: ...

    def add_staff(self, account: StaffAccount) -> None: ...

    def spend_totp_step(self, account: AccountId, step: int) -> bool:
        """Record ``step`` unless it or a later one was spent; say whether it was won.

        One conditional update, so two requests cannot both win.
        """
        ...


class SessionBook(Protocol):
    def start(self, session: Session, token: RefreshToken) -> None: ...

    def get(self, session_id: SessionId) -> Session | None: ...

    def of(self, account: AccountId) -> list[Session]:
        """Return the account's sessions that have not ended, newest first."""
        ...

    def end(self, session_id: SessionId, *, at: datetime, because: str) -> None: ...

    def refresh_token(self, sha256: str) -> RefreshToken | None: ...

    def spend_refresh_token(self, sha256: str, *, at: datetime) -> bool:
        """Mark the token used unless it already was; say whether this call won."""
        ...

    def add_refresh_token(self, token: RefreshToken) -> None: ...


class DeviceBook(Protocol):
    def add(self, device: Device) -> bool:
        """Keep the device unless its key is known; say whether it was new."""
        ...

    def get(self, device_id: DeviceId) -> Device | None: ...

    def of(self, account: AccountId) -> list[Device]:
        """Return every device that the account ever had, newest first."""
        ...

    def revoke(self, device_id: DeviceId, *, at: datetime) -> None: ...


class CodeBook(Protocol):
    def add(self, code: OneTimeCode) -> None: ...

    def latest(self, contact: str) -> OneTimeCode | None: ...

    def sent_since(self, contact: str, since: datetime) -> int: ...

    def take_try(self, code_id: str) -> bool:
        """Use up one try, if one is left; say whether there was one."""
        ...

    def spend(self, code_id: str, *, at: datetime) -> bool:
        """Mark the code used unless it already was; say whether this call won."""
        ...


class LoginTries(Protocol):
    """Wrong tries by what was typed as the login, known or not; found by a keyed hash."""

    def wrong_since(self, login: str, since: datetime) -> list[datetime]:
        """Return when wrong tries were made since ``since``, newest first, 50 at most."""
        ...

    def add(self, login: str, *, at: datetime) -> None: ...

    def forget(self, login: str) -> None:
        """A right one came; the wrong ones before it no longer count."""
        ...
