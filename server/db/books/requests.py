"""Long work that can be asked about, and files on their way to the evidence store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from server.cases.ids import AccountId, OfficeId
from server.db.tables.requests import OPERATIONS, UPLOADS
from server.transaction import Operation, OperationNotFound, Upload, UploadNotFound

if TYPE_CHECKING:
    from server.db.scoped import ScopedConnection


class PostgresOperationBook:
    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped

    def add(self, operation: Operation) -> None:
        self._scoped.connection.execute(insert(OPERATIONS).values(_operation_values(operation)))

    def get(self, operation_id: str) -> Operation:
        query = select(OPERATIONS).where(OPERATIONS.c.id == operation_id)
        row = self._scoped.connection.execute(query).first()
        if row is None:
            raise OperationNotFound
        return Operation(
            id=row.id,
            office=OfficeId(row.office),
            kind=row.kind,
            case=row.case_id,
            account=row.account,
            state=row.state,
            step=row.step,
            of=row.of,
            label=row.label,
            problem=row.problem,
            result=row.result,
        )

    def save(self, operation: Operation) -> None:
        changed = self._scoped.connection.execute(
            update(OPERATIONS)
            .where(OPERATIONS.c.id == operation.id)
            .values(_operation_values(operation))
        )
        if changed.rowcount != 1:
            raise OperationNotFound


class PostgresUploadBook:
    def __init__(self, scoped: ScopedConnection) -> None:
        self._scoped = scoped

    def add(self, upload: Upload) -> None:
        self._scoped.connection.execute(insert(UPLOADS).values(_upload_values(upload)))

    def get(self, upload_id: str, *, lock: bool = False) -> Upload:
        query = select(UPLOADS).where(UPLOADS.c.id == upload_id)
        row = self._scoped.connection.execute(query.with_for_update() if lock else query).first()
        if row is None:
            raise UploadNotFound
        return Upload(
            id=row.id,
            office=OfficeId(row.office),
            case=row.case_id,
            account=AccountId(row.account),
            purpose=row.purpose,
            media_type=row.media_type,
            size=row.size,
            sha256=row.sha256,
            part_size=row.part_size,
            s3_upload_id=row.s3_upload_id,
            state=row.state,
            problem=row.problem,
            created_at=row.created_at,
            expires_at=row.expires_at,
        )

    def save(self, upload: Upload) -> None:
        changed = self._scoped.connection.execute(
            update(UPLOADS).where(UPLOADS.c.id == upload.id).values(_upload_values(upload))
        )
        if changed.rowcount != 1:
            raise UploadNotFound


def _operation_values(operation: Operation) -> dict[str, Any]:
    return {
        "id": operation.id,
        "office": operation.office,
        "kind": operation.kind,
        "case_id": operation.case,
        "account": operation.account,
        "state": operation.state,
        "step": operation.step,
        "of": operation.of,
        "label": operation.label,
        "problem": operation.problem,
        "result": operation.result,
    }


def _upload_values(upload: Upload) -> dict[str, Any]:
    return {
        "id": upload.id,
        "office": upload.office,
        "case_id": upload.case,
        "account": upload.account,
        "purpose": upload.purpose,
        "media_type": upload.media_type,
        "size": upload.size,
        "sha256": upload.sha256,
        "part_size": upload.part_size,
        "s3_upload_id": upload.s3_upload_id,
        "state": upload.state,
        "problem": upload.problem,
        "created_at": upload.created_at,
        "expires_at": upload.expires_at,
    }
