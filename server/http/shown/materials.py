"""The items of a case's list of materials, each with its state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.http.shown.times import rfc3339_or_none
from server.http.shown.visibility import MATERIAL, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from server.cases.actor import Actor
    from server.cases.events import CaseEvent
    from server.cases.materials import Material
    from server.http.shown.visibility import Viewer


def material_as_seen(material: Material, viewer: Viewer) -> dict[str, Any]:
    full = {
        "id": material.id,
        "item": material.item,
        "name": material.name_en if viewer.language == "en" else material.name_zh,
        "required": material.required,
        "state": material.state,
        "media_type": material.media_type,
        "size": material.size,
        "sha256": material.object_sha256,
        "reason": material.reason,
        "in_supplement": material.in_supplement,
        "decided_by": material.decided_by,
        "decided_at": rfc3339_or_none(material.decided_at),
    }
    return visible(full, MATERIAL, viewer)


def may_see_material(
    material: Material, actor: Actor, events: Callable[[], Sequence[CaseEvent]]
) -> bool:
    """Let staff look, and an applicant at what he handed in himself."""
    if actor.is_staff:
        return True
    return any(
        event.kind == "material_uploaded"
        and event.actor == actor.account
        and event.facts.get("object") == material.object_sha256
        for event in events()
    )
