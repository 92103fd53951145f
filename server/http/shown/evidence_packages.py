"""What of a case goes into a package, by who takes it; and a request as it is seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from server.http.languages import shipped_messages
from server.http.shown.materials import may_see_material
from server.http.shown.times import rfc3339, rfc3339_or_none
from server.http.shown.visibility import Viewer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from server.cases.actor import Actor
    from server.cases.case import Case
    from server.cases.events import CaseEvent
    from server.cases.ids import PartyId
    from server.cases.materials import Material
    from server.http.shown.visibility import Audience
    from server.register.package_requests import PackageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBy:
    """What of a case goes to somebody who takes its evidence away."""

    audience: Audience
    materials: Sequence[Material]
    parties: frozenset[PartyId]
    """Whose identity checks and consents."""

    recordings: bool = False


def taken_by(case: Case, actor: Actor, events: Callable[[], Sequence[CaseEvent]]) -> TakenBy:
    """Return what ``actor`` may take: all that the API shows to the same person, and no more."""
    return TakenBy(
        audience=Viewer(actor=actor, language="").audience,
        materials=[each for each in case.materials if may_see_material(each, actor, events)],
        parties=frozenset(
            party.id for party in case.parties if actor.is_staff or party.account == actor.account
        ),
    )


def package_as_seen(asked: PackageRequest, *, problem: str | None, language: str) -> dict[str, Any]:
    """``problem`` is the code of what ended its making."""
    return {
        "id": asked.id,
        "certificate": asked.certificate,
        "asked_by": asked.account,
        "asked_at": rfc3339(asked.asked_at),
        "purpose": asked.why.purpose,
        "reason": asked.why.reason,
        "reference": asked.why.reference,
        "state": asked.state,
        "says": shipped_messages().text(language, f"package.{asked.state}"),
        "problem": problem,
        "sha256": asked.object_sha256,
        "size": asked.size,
        "made_at": rfc3339_or_none(asked.made_at),
        "kept_until": rfc3339_or_none(asked.kept_until),
    }
