"""Files from phones: begun here, sent straight to the store, finished here.

The bytes never pass through this process; a job hashes, checks and locks them
after the upload is complete.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from server.access.principals import AccountKind
from server.cases.errors import CaseNotFound
from server.cases.ids import CaseId
from server.cases.jobs import Job
from server.http.call import Answer, Binding, Call
from server.http.scopes import narrow_to_case, scope_of
from server.http.shown.times import rfc3339
from server.transaction import Upload, UploadNotFound
from storage import uploads as staging
from storage.objects import Digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.transaction import OpenTransaction, Transaction

PART_SIZE: Final = 8 << 20
LOOK_EVERY_S: Final = 0.25
UNDER_WAY: Final = frozenset({"completing"})


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadDesk:
    staging: staging.Uploads
    open_transaction: OpenTransaction
    pause: Callable[[float], None] = time.sleep

    def begin(self, call: Call) -> Answer:
        body = call.body
        narrow_to_case(call.tx, call.principal, body["case_id"])
        case = call.tx.cases.get(CaseId(body["case_id"]))
        if call.principal.kind is AccountKind.APPLICANT and not case.has_party(call.actor.account):
            raise CaseNotFound
        # Within the transaction: what the store answers belongs to the row. If
        # the row does not come to be, the store's own sweep ends the upload.
        begun = self.staging.begin(
            case.office, size=body["size"], part_size=PART_SIZE, digest=Digest(body["sha256"])
        )
        upload = Upload(
            id=call.new_id(),
            office=case.office,
            case=case.id,
            account=call.principal.account,
            purpose=body["purpose"],
            media_type=body["media_type"],
            size=body["size"],
            sha256=body["sha256"],
            part_size=begun.part_size,
            s3_upload_id=handle_of(begun),
            state="open",
            created_at=call.now,
            expires_at=begun.expires_at,
        )
        call.tx.uploads.add(upload)
        location = {"Location": f"/v1/uploads/{upload.id}"}
        return Answer(status=201, body=upload_as_seen(upload), headers=location)

    def sign_parts(self, call: Call) -> Answer:
        with self.open_transaction(scope_of(call.caller)) as tx:
            upload = _own(tx, call)
        staged = staged_upload(upload)
        signed = [
            self.staging.presign(staged, part["number"], checksum=Digest(part["sha256"]))
            for part in call.body["parts"]
        ]
        parts = [
            {
                "number": asked["number"],
                "url": part.url,
                "headers": dict(part.headers),
                "size": part.size,
                "expires_at": rfc3339(part.expires_at),
            }
            for asked, part in zip(call.body["parts"], signed, strict=True)
        ]
        return Answer(body={"parts": parts})

    def complete(self, call: Call) -> Answer:
        """Put the parts together and have them looked at; asking twice is asking once."""
        with self.open_transaction(scope_of(call.caller)) as tx:
            upload = _own(tx, call)
        if upload.state == "open":
            # No transaction is open: the store copies gigabytes in here.
            checksums = {p["number"]: Digest(p["sha256"]) for p in call.body["parts"]}
            self.staging.complete(staged_upload(upload), checksums=checksums)
            with self.open_transaction(scope_of(call.caller)) as tx:
                upload = _own(tx, call, lock=True)
                if upload.state == "open":
                    upload = replace(upload, state="completing")
                    tx.uploads.save(upload)
                    tx.jobs.defer(Job.ADMIT_UPLOAD, office=upload.office, upload=upload.id)
        return Answer(status=202, body=upload_as_seen(upload))

    def get(self, call: Call) -> Answer:
        """Answer at once, or with ``wait`` as soon as the file was looked at."""
        upload = self._look(call)
        until = time.monotonic() + int(call.query.get("wait", 0))
        while upload.state in UNDER_WAY and time.monotonic() < until:
            self.pause(LOOK_EVERY_S)
            upload = self._look(call)
        there = []
        if upload.state == "open":
            there = [p.number for p in self.staging.parts_there(staged_upload(upload))]
        return Answer(body={**upload_as_seen(upload), "parts_there": there})

    def _look(self, call: Call) -> Upload:
        with self.open_transaction(scope_of(call.caller)) as tx:
            return _own(tx, call)


def _own(tx: Transaction, call: Call, *, lock: bool = False) -> Upload:
    """Return the caller's own upload: an office sees its rows, not each other's telephones."""
    upload = tx.uploads.get(call.path["upload_id"], lock=lock)
    if upload.account != call.principal.account:
        raise UploadNotFound
    return upload


def handle_of(begun: staging.Upload) -> str:
    """Return what the row keeps to find the upload again in the store."""
    return f"{begun.key}#{begun.upload_id}"


def staged_upload(upload: Upload) -> staging.Upload:
    """Return the upload as the store knows it."""
    key, _, upload_id = upload.s3_upload_id.partition("#")
    return staging.Upload(
        office=upload.office,
        key=key,
        upload_id=upload_id,
        size=upload.size,
        part_size=upload.part_size,
        digest=Digest(upload.sha256),
        expires_at=upload.expires_at,
    )


def upload_as_seen(upload: Upload) -> dict[str, Any]:
    return {
        "id": upload.id,
        "case_id": upload.case,
        "purpose": upload.purpose,
        "media_type": upload.media_type,
        "size": upload.size,
        "sha256": upload.sha256,
        "part_size": upload.part_size,
        "parts": -(-upload.size // upload.part_size),
        "state": upload.state,
        "problem": upload.problem,
        "expires_at": rfc3339(upload.expires_at),
    }


def bindings(*, uploads: staging.Uploads, open_transaction: OpenTransaction) -> list[Binding]:
    desk = UploadDesk(staging=uploads, open_transaction=open_transaction)
    return [
        Binding(operation_id="begin_upload", handler=desk.begin),
        Binding(operation_id="get_upload", handler=desk.get, in_transaction=False),
        Binding(operation_id="sign_upload_parts", handler=desk.sign_parts, in_transaction=False),
        Binding(operation_id="complete_upload", handler=desk.complete, in_transaction=False),
    ]
