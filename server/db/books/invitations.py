"""Invitations to a ceremony: a contact is never stored readable, a secret not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from server.ceremony.ceremony import CeremonyId, Seat
from server.ceremony.errors import InvitationNotFound
from server.ceremony.invitations import Invitation, InvitationId
from server.db.books.accounts import contact_index
from server.db.secrets import Place
from server.db.tables.ceremonies import CEREMONY_INVITATIONS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row

    from server.db.scoped import ScopedConnection

ROW = CEREMONY_INVITATIONS.c


class PostgresInvitationBook:
    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped

    def add(self, invitation: Invitation) -> None:
        cipher = self._scoped.cipher
        self._scoped.connection.execute(
            insert(CEREMONY_INVITATIONS).values(
                id=invitation.id,
                office=invitation.office,
                case_id=invitation.case,
                ceremony_id=invitation.ceremony,
                party=invitation.party,
                seat=invitation.seat.value,
                contact=cipher.encrypt_text(invitation.contact, _place(invitation.id)),
                contact_index=contact_index(cipher, invitation.contact),
                language=invitation.language,
                invited_by=invitation.invited_by,
                made_at=invitation.made_at,
                expires_at=invitation.expires_at,
            )
        )

    def get(self, invitation_id: InvitationId) -> Invitation:
        return self._one(ROW.id == invitation_id)

    def of_ceremony(self, ceremony_id: str) -> list[Invitation]:
        rows = self._scoped.connection.execute(
            select(CEREMONY_INVITATIONS)
            .where(ROW.ceremony_id == ceremony_id)
            .order_by(ROW.made_at.desc(), ROW.id)
        ).all()
        return [self._invitation(row) for row in rows]

    def with_token(self, sha256: str) -> Invitation:
        self._scoped.seek(sha256)
        return self._one(ROW.token_sha256 == sha256)

    def made_since(self, contact: str, since: datetime) -> int:
        index = contact_index(self._scoped.cipher, contact)
        self._scoped.seek(index)
        made: int = self._scoped.connection.execute(
            select(func.count())
            .select_from(CEREMONY_INVITATIONS)
            .where(ROW.contact_index == index, ROW.made_at >= since)
        ).scalar_one()
        return made

    def put_token(self, invitation_id: InvitationId, sha256: str) -> bool:
        return self._changed(
            ROW.id == invitation_id,
            ROW.sent_at.is_(None),
            ROW.accepted_at.is_(None),
            ROW.revoked_at.is_(None),
            token_sha256=sha256,
        )

    def sent(self, invitation_id: InvitationId, *, at: datetime) -> None:
        self._changed(ROW.id == invitation_id, ROW.sent_at.is_(None), sent_at=at)

    def revoke(self, invitation_id: InvitationId, *, at: datetime) -> bool:
        return self._changed(
            ROW.id == invitation_id,
            ROW.accepted_at.is_(None),
            ROW.revoked_at.is_(None),
            revoked_at=at,
        )

    def accept(self, invitation_id: InvitationId, *, at: datetime) -> bool:
        # Two at once: the row decides, not what either of them read before.
        return self._changed(
            ROW.id == invitation_id,
            ROW.accepted_at.is_(None),
            ROW.revoked_at.is_(None),
            ROW.made_at <= at,
            ROW.expires_at > at,
            accepted_at=at,
        )

    def _changed(self, *where: ColumnElement[bool], **values: datetime | str) -> bool:
        changed = self._scoped.connection.execute(
            update(CEREMONY_INVITATIONS).where(*where).values(**values)
        )
        return changed.rowcount == 1

    def _one(self, where: ColumnElement[bool]) -> Invitation:
        row = self._scoped.connection.execute(select(CEREMONY_INVITATIONS).where(where)).first()
        if row is None:
            raise InvitationNotFound
        return self._invitation(row)

    def _invitation(self, row: Row[Any]) -> Invitation:
        return Invitation(
            id=InvitationId(row.id),
            office=row.office,
            case=row.case_id,
            ceremony=CeremonyId(row.ceremony_id),
            party=row.party,
            seat=Seat(row.seat),
            contact=self._scoped.cipher.decrypt_text(row.contact, _place(row.id)),
            language=row.language,
            invited_by=row.invited_by,
            made_at=row.made_at,
            expires_at=row.expires_at,
            sent_at=row.sent_at,
            revoked_at=row.revoked_at,
            accepted_at=row.accepted_at,
        )


def _place(invitation: str) -> Place:
    return Place(table="ceremony_invitations", column="contact", row=invitation)
