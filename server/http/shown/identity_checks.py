"""Identity checks: how each ended and every doubt, never what was read off a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.http.shown.times import rfc3339
from server.http.shown.visibility import IDENTITY_CHECK, visible

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.cases.identity_checks import IdentityCheck, PersonDecision
    from server.http.shown.visibility import Viewer


def check_as_seen(check: IdentityCheck, viewer: Viewer) -> dict[str, Any]:
    outcome = check.outcome
    full = {
        "id": check.id,
        "party": check.party,
        "state": check.state,
        "document": check.inputs.document,
        "compares_face": check.inputs.live is not None,
        "requested_at": rfc3339(check.requested_at),
        "finished_at": None if outcome is None else rfc3339(outcome.finished_at),
        "doubts": [] if outcome is None else list(outcome.doubts),
        "policy": None if outcome is None else outcome.policy_citation,
        "face_score": None if outcome is None else outcome.face_score,
        "decision": None if check.decision is None else _decision(check.decision),
    }
    return visible(full, IDENTITY_CHECK, viewer)


def _decision(decision: PersonDecision) -> dict[str, Any]:
    return {"proven": decision.proven, "reason": decision.reason, "at": rfc3339(decision.at)}


def may_see_check(case: Case, check: IdentityCheck, viewer: Viewer) -> bool:
    """Say whether the check is the viewer's own, or the viewer is staff."""
    return viewer.actor.is_staff or case.party(check.party).account == viewer.actor.account
