"""Take in what a phone sent: examined, then evidence; or refused with a code."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from identity.images.refusal import FileRefused
from server.transaction import Scope
from storage.errors import ContentMismatch, UploadMissing

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.cases.ids import OfficeId
    from server.transaction import OpenTransaction, Upload


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    open_transaction: OpenTransaction
    is_admitted: Callable[[Upload], bool]
    """An earlier run came as far as the evidence and died before it could say so."""

    examine: Callable[[Upload], None]
    """Raises `FileRefused` for what is not let in; decodes only in a limited process."""

    admit: Callable[[Upload], None]
    """Hashes, checks, encrypts and moves to the locked bucket."""

    abort: Callable[[Upload], None]


def admit_upload(office: OfficeId, upload_id: str, *, reception: Reception) -> None:
    """Bring a completed upload to its end. Running it again changes nothing."""
    with reception.open_transaction(Scope(office=office)) as tx:
        upload = tx.uploads.get(upload_id)
    if upload.state != "completing":
        return
    try:
        if not reception.is_admitted(upload):
            reception.examine(upload)
        reception.admit(upload)
    except FileRefused as refusal:
        ended = replace(upload, state="refused", problem=refusal.code)
    except (ContentMismatch, UploadMissing):
        ended = replace(upload, state="refused", problem="content_mismatch")
    else:
        ended = replace(upload, state="stored")
    if ended.state == "refused":
        reception.abort(upload)
    with reception.open_transaction(Scope(office=office)) as tx:
        tx.uploads.save(ended)


def give_up(office: OfficeId, upload_id: str, *, problem: str, reception: Reception) -> None:
    """End an upload that our own mistake stopped, so that the person can send it again."""
    with reception.open_transaction(Scope(office=office)) as tx:
        upload = tx.uploads.get(upload_id, lock=True)
        if upload.state == "completing":
            tx.uploads.save(replace(upload, state="refused", problem=problem))
