"""From the id of an upload to the evidence that it became."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.transaction import UploadNotFound, UploadNotUsable

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.http.call import Call
    from server.transaction import Upload


def stored_upload(call: Call, upload_id: str, case: Case, *, purpose: str) -> Upload:
    """Return the caller's own upload for this case, once it is in the evidence store.

    Raises `UploadNotFound` for somebody else's and `UploadNotUsable` for one
    that is still on its way, was refused, or was inspected for another use.
    """
    upload = call.tx.uploads.get(upload_id)
    if upload.account != call.principal.account or upload.case != case.id:
        raise UploadNotFound
    if upload.purpose != purpose:
        raise UploadNotUsable("other_purpose")
    if upload.state != "stored":
        raise UploadNotUsable(upload.state)
    return upload
