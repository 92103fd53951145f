"""Identity checks: how each ended, with every doubt and what a person has to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.http.shown.identity_advice import advice_of, hints_of, way_on_of
from server.http.shown.identity_routes import comparison_as_seen, visit_as_seen
from server.http.shown.times import rfc3339
from server.http.shown.visibility import IDENTITY_CHECK, visible

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.cases.identity_checks import (
        FieldsConfirmed,
        IdentityCheck,
        PersonDecision,
        PicturesEnded,
        UnsureField,
    )
    from server.http.shown.visibility import Viewer


def check_as_seen(check: IdentityCheck, viewer: Viewer) -> dict[str, Any]:
    outcome = check.outcome
    full = {
        "id": check.id,
        "party": check.party,
        "state": check.state,
        "document": check.inputs.document,
        "route": check.inputs.route,
        "compares_face": check.inputs.shows_the_face,
        "reads_chip": check.inputs.chip is not None,
        "requested_at": rfc3339(check.requested_at),
        "finished_at": None if outcome is None else rfc3339(outcome.finished_at),
        "doubts": [] if outcome is None else list(outcome.doubts),
        "advice": [
            *([] if outcome is None else advice_of(outcome, viewer.language)),
            *way_on_of(check, viewer.language),
        ],
        "hints": [] if outcome is None else hints_of(outcome, viewer.language),
        "policy": None if outcome is None else outcome.policy_citation,
        "face_score": None if outcome is None else outcome.face_score,
        "second_score": None if outcome is None else outcome.second_score,
        "liveness": None if outcome is None else outcome.liveness,
        "chip": None if outcome is None else outcome.chip,
        "register": None if outcome is None else outcome.register,
        "pictures": sorted(pictures_of(check)),
        "pictures_ended": None if check.pictures_ended is None else _ended(check.pictures_ended),
        "unsure": [] if outcome is None else [_unsure(each) for each in outcome.unsure],
        "confirmed": None if check.confirmed is None else _confirmed(check.confirmed),
        "decision": None if check.decision is None else _decision(check.decision),
        "comparisons": list(map(comparison_as_seen, check.comparisons)),
        "visit": check.visit and visit_as_seen(check.visit),
    }
    return visible(full, IDENTITY_CHECK, viewer)


def _ended(ended: PicturesEnded) -> dict[str, Any]:
    return {"at": rfc3339(ended.at), "ground": ended.ground}


def _unsure(unsure: UnsureField) -> dict[str, Any]:
    return {"field": unsure.field, "text": unsure.text}


def _confirmed(confirmed: FieldsConfirmed) -> dict[str, Any]:
    return {"at": rfc3339(confirmed.at), "corrected": dict(confirmed.corrected)}


def pictures_of(check: IdentityCheck) -> dict[str, str]:
    """Return the digest of each picture by the name it is asked for."""
    stills = check.outcome.stills if check.outcome else ()
    named: dict[str, str | None] = {
        "front": check.inputs.front,
        "back": check.inputs.back,
        "live": check.inputs.live,
        "statement": check.statement,
        **{f"still-{number}": digest for number, digest in enumerate(stills)},
    }
    at_hand = check.objects_at_hand
    return {name: digest for name, digest in named.items() if digest and digest in at_hand}


def _decision(decision: PersonDecision) -> dict[str, Any]:
    return {"proven": decision.proven, "reason": decision.reason, "at": rfc3339(decision.at)}


def may_see_check(case: Case, check: IdentityCheck, viewer: Viewer) -> bool:
    """Say whether the check is the viewer's own, or the viewer is staff."""
    return viewer.actor.is_staff or case.party(check.party).account == viewer.actor.account
