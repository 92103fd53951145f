"""Materials: hand one in, decide on it, look at it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from server.cases.errors import PartNotFound
from server.cases.ids import MaterialId
from server.cases.intake import attach_material, decide_material
from server.cases.materials import MaterialState
from server.http.call import Answer, Binding, Call
from server.http.case_at_hand import case_held, case_to_change, saved
from server.http.shown.materials import may_see_material
from server.http.uploaded import stored_upload
from storage.objects import Digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.cases.ids import OfficeId

    Fetch = Callable[[OfficeId, Digest], bytes]


def attach(call: Call) -> Answer:
    case = case_to_change(call)
    upload = stored_upload(call, call.body["upload_id"], case, purpose="material")
    attach_material(
        case,
        MaterialId(call.path["material_id"]),
        object_sha256=upload.sha256,
        media_type=upload.media_type,
        size=upload.size,
        actor=call.actor,
        at=call.now,
    )
    return saved(call, case)


def decide(call: Call) -> Answer:
    case = case_to_change(call)
    decide_material(
        case,
        MaterialId(call.path["material_id"]),
        state=MaterialState(call.body["state"]),
        reason=call.body.get("reason"),
        actor=call.actor,
        at=call.now,
    )
    return saved(call, case)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialContents:
    fetch: Fetch

    def get(self, call: Call) -> Answer:
        case = case_held(call)
        material = case.material(MaterialId(call.path["material_id"]))
        seen = may_see_material(material, call.actor, partial(call.tx.cases.events, case.id))
        if material.object_sha256 is None or not seen:
            raise PartNotFound("material_content")
        # In the transaction of the answer: nothing is looked at without its row.
        call.tx.sensitive_reads.put_on_record(
            case.id, field="material", subject=material.id, by=call.actor.account
        )
        return Answer(
            fetched=partial(self.fetch, case.office, Digest(material.object_sha256)),
            content_type="application/octet-stream",
            headers={"Content-Disposition": "attachment"},
        )


def bindings(*, fetch: Fetch) -> list[Binding]:
    return [
        Binding(operation_id="attach_material", handler=attach),
        Binding(operation_id="decide_material", handler=decide),
        Binding(operation_id="get_material_content", handler=MaterialContents(fetch=fetch).get),
    ]
