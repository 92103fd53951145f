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
from server.http.uploaded import stored_upload
from storage.objects import Digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.cases.case import Case
    from server.cases.ids import OfficeId
    from server.cases.materials import Material

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
        if material.object_sha256 is None or not may_see_material(call, case, material):
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


def may_see_material(call: Call, case: Case, material: Material) -> bool:
    """Let staff look, and an applicant at what he handed in himself."""
    if call.actor.is_staff:
        return True
    return any(
        event.kind == "material_uploaded"
        and event.actor == call.actor.account
        and event.facts.get("object") == material.object_sha256
        for event in call.tx.cases.events(case.id)
    )


def bindings(*, fetch: Fetch) -> list[Binding]:
    return [
        Binding(operation_id="attach_material", handler=attach),
        Binding(operation_id="decide_material", handler=decide),
        Binding(operation_id="get_material_content", handler=MaterialContents(fetch=fetch).get),
    ]
