"""Accounts of applicants and staff. A contact and a TOTP secret are never stored readable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, insert, select, update

from server.access.errors import AccountNotFound
from server.access.principals import ApplicantAccount, StaffAccount
from server.cases.ids import AccountId, OfficeId
from server.cases.roles import Role
from server.db.secrets import Place
from server.db.tables.access import APPLICANTS, STAFF

if TYPE_CHECKING:
    from sqlalchemy import Row

    from server.db.scoped import ScopedConnection
    from server.db.secrets import FieldCipher


def contact_index(cipher: FieldCipher, contact: str) -> str:
    """Return the keyed hash that an account and its codes are found by."""
    # Part of the hash: the name that it had when there were phones alone.
    return cipher.blind_index("phone", contact)


class PostgresAccountBook:
    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped

    def applicant_with_contact(self, contact: str) -> ApplicantAccount | None:
        return self._applicant(
            APPLICANTS.c.contact_index, contact_index(self._scoped.cipher, contact)
        )

    def applicant(self, account: AccountId) -> ApplicantAccount:
        found = self._applicant(APPLICANTS.c.id, account)
        if found is None:
            raise AccountNotFound
        return found

    def add_applicant(self, account: ApplicantAccount) -> None:
        self._scoped.seek(account.id)
        cipher = self._scoped.cipher
        self._scoped.connection.execute(
            insert(APPLICANTS).values(
                id=account.id,
                contact=cipher.encrypt_text(account.contact, _contact_place(account.id)),
                contact_index=contact_index(cipher, account.contact),
                created_at=account.created_at,
            )
        )

    def staff_with_login(self, login: str) -> StaffAccount | None:
        return self._staff(STAFF.c.login, login)

    def staff(self, account: AccountId) -> StaffAccount:
        found = self._staff(STAFF.c.id, account)
        if found is None:
            raise AccountNotFound
        return found

    def staff_of(self, office: OfficeId, role: Role | None = None) -> list[StaffAccount]:
        query = select(STAFF).where(STAFF.c.office == office).order_by(STAFF.c.login)
        if role is not None:
            query = query.where(STAFF.c.roles.contains([role.value]))
        rows = self._scoped.connection.execute(query).all()
        return [_staff(row, self._scoped.cipher) for row in rows]

    def add_staff(self, account: StaffAccount) -> None:
        secret = self._scoped.cipher.encrypt_text(account.totp_secret, _totp_place(account.id))
        self._scoped.connection.execute(
            insert(STAFF).values(
                id=account.id,
                office=account.office,
                login=account.login,
                display_name=account.display_name,
                password_hash=account.password_hash,
                totp_secret=secret,
                totp_last_step=account.totp_last_step,
                roles=sorted(role.value for role in account.roles),
                is_active=account.is_active,
                certificate_number=account.certificate_number,
            )
        )

    def spend_totp_step(self, account: AccountId, step: int) -> bool:
        self._scoped.seek(account)
        won = self._scoped.connection.execute(
            update(STAFF)
            .where(STAFF.c.id == account, STAFF.c.totp_last_step < step)
            .values(totp_last_step=step)
        )
        return won.rowcount == 1

    def _applicant(self, column: Column[str], value: str) -> ApplicantAccount | None:
        self._scoped.seek(value)
        row = self._scoped.connection.execute(select(APPLICANTS).where(column == value)).first()
        if row is None:
            return None
        return ApplicantAccount(
            id=AccountId(row.id),
            contact=self._scoped.cipher.decrypt_text(row.contact, _contact_place(row.id)),
            created_at=row.created_at,
        )

    def _staff(self, column: Column[str], value: str) -> StaffAccount | None:
        self._scoped.seek(value)
        row = self._scoped.connection.execute(select(STAFF).where(column == value)).first()
        return None if row is None else _staff(row, self._scoped.cipher)


def _staff(row: Row[Any], cipher: FieldCipher) -> StaffAccount:
    return StaffAccount(
        id=AccountId(row.id),
        office=OfficeId(row.office),
        login=row.login,
        display_name=row.display_name,
        password_hash=row.password_hash,
        totp_secret=cipher.decrypt_text(row.totp_secret, _totp_place(row.id)),
        totp_last_step=row.totp_last_step,
        roles=frozenset(Role(role) for role in row.roles),
        is_active=row.is_active,
        certificate_number=row.certificate_number,
    )


def _contact_place(account: str) -> Place:
    # Part of what is authenticated: the name that the column had when there were phones alone.
    return Place(table="applicants", column="phone", row=account)


def _totp_place(account: str) -> Place:
    return Place(table="staff", column="totp_secret", row=account)
