"""The whole case as one caller may see it, and a line of a list."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from server.cases.acting import available_actions
from server.cases.guards import unmet
from server.cases.identity_checks import routes_of
from server.cases.progress import next_action, stage_of
from server.cases.status import CaseStatus
from server.cases.transitions import Action
from server.http.shown.beside_the_line import beside_the_line
from server.http.shown.certificates import certificate_as_seen
from server.http.shown.consents import consents_as_seen
from server.http.shown.fees import fee_as_seen
from server.http.shown.identity_checks import check_as_seen, may_see_check
from server.http.shown.materials import material_as_seen
from server.http.shown.papers import (
    deed_as_seen,
    draft_as_seen,
    interview_as_seen,
    review_as_seen,
    task_as_seen,
    ticks_as_seen,
)
from server.http.shown.parties import party_as_seen
from server.http.shown.times import rfc3339, rfc3339_or_none
from server.http.shown.visibility import CASE, CLOSING, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.cases.case import Case
    from server.cases.closing import Closing
    from server.cases.guards import Unmet
    from server.cases.identity_checks import IdentityCheck
    from server.ceremony.ceremony import Ceremony
    from server.http.shown.visibility import Viewer
    from server.register.certificates import Certificate
    from server.transaction import CaseSummary

# What a step is told with it, and the conditions that this meets.
TAKES: Final[dict[Action, tuple[str, ...]]] = {
    Action.REQUEST_SUPPLEMENT: ("supplement",),
    Action.DECLINE: ("ground", "report"),
    Action.WITHDRAW: ("report",),
    Action.PROPOSE_TERMINATION: ("ground", "report"),
    Action.PROPOSE_REFUSAL: ("ground", "report"),
    Action.PROPOSE_TRANSFER: ("to_office", "report"),
    Action.SUSPEND: ("ground", "report"),
    Action.CALL_DISCUSSION: ("report",),
    Action.HOLD_DISCUSSION: ("report", "present"),
    Action.REVOKE_IN_PART: ("report",),
    Action.APPLY_ENFORCEMENT: ("report",),
    Action.SUBMIT_ENFORCEMENT: ("report",),
    Action.REFUSE_ENFORCEMENT: ("ground", "report"),
    Action.APPROVE: ("step_up",),
    Action.APPROVE_ENFORCEMENT: ("step_up",),
}
_MET_BY_WHAT_IT_TAKES: Final = frozenset({"ground_missing", "supplement_empty"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What stands in other books about the same case."""

    certificates: Sequence[Certificate] = ()
    ceremonies: Sequence[Ceremony] = ()
    checks: Sequence[IdentityCheck] = ()


def case_as_seen(case: Case, beside: Beside, viewer: Viewer) -> dict[str, Any]:
    full = {
        "id": case.id,
        "office": case.office,
        "matter": case.matter,
        "status": case.status,
        "stage": stage_of(case.status),
        "version": case.version,
        **_terms(case),
        **_course(case, viewer),
        **_people(case, beside, viewer),
        **_papers(case),
        "fee": case.fee and fee_as_seen(case.fee),
        "closing": case.closing and visible(_closing(case.closing), CLOSING, viewer),
        **beside_the_line(case, viewer),
        "certificates": [certificate_as_seen(c) for c in beside.certificates],
        "ceremonies": [{"id": c.id, "status": c.status} for c in beside.ceremonies],
    }
    return visible(full, CASE, viewer)


def _terms(case: Case) -> dict[str, Any]:
    rules = case.rules
    return {
        "rules": {
            "pack_version": rules.pack_version,
            "citation": rules.citation,
            "agent_allowed": rules.agent_allowed,
            "two_person": rules.two_person,
            "approval_required": rules.approval_required,
            "makes_deed": rules.makes_deed,
            "deed_signed_electronically": rules.deed_signed_electronically,
            "collective_discussion": rules.collective_discussion,
            "enforceable": rules.enforceable,
            "identity_routes": routes_of(rules),
            "visit_places": list(rules.visit_places),
        },
        "intake": asdict(case.intake),
    }


def _course(case: Case, viewer: Viewer) -> dict[str, Any]:
    waited_for = next_action(case)
    stamps = {name: getattr(case.milestones, name) for name in case.milestones.__slots__}
    return {
        "milestones": {name: rfc3339_or_none(at) for name, at in stamps.items()},
        "next_action": waited_for
        and {
            "actor": waited_for.actor,
            "kind": waited_for.kind,
            "due_on": waited_for.due_on and waited_for.due_on.isoformat(),
        },
        "available_actions": [
            _available(case, action, viewer) for action in available_actions(case, viewer.actor)
        ],
        "ceremony_completed_at": rfc3339_or_none(case.ceremony_completed_at),
    }


def _available(case: Case, action: Action, viewer: Viewer) -> dict[str, Any]:
    missing = unmet(case, action, viewer.actor)
    return {
        "action": action,
        "takes": list(TAKES.get(action, ())),
        "unmet": [_unmet(u) for u in missing if u.code not in _MET_BY_WHAT_IT_TAKES],
    }


def _unmet(condition: Unmet) -> dict[str, Any]:
    return {
        "code": condition.code,
        "citation": condition.citation,
        "subject": condition.subject,
    }


def _people(case: Case, beside: Beside, viewer: Viewer) -> dict[str, Any]:
    staffing = {seat: getattr(case.staffing, seat) for seat in case.staffing.__slots__}
    return {
        "parties": [party_as_seen(p, viewer) for p in case.parties],
        "consents": consents_as_seen(case, viewer),
        "materials": [material_as_seen(m, viewer) for m in case.materials],
        "identity_checks": [
            check_as_seen(c, viewer) for c in beside.checks if may_see_check(case, c, viewer)
        ],
        "staffing": staffing,
    }


def _papers(case: Case) -> dict[str, Any]:
    return {
        "verifications": [task_as_seen(t) for t in case.tasks],
        "review": case.review and review_as_seen(case.review),
        "interview_record": case.interview and interview_as_seen(case.interview),
        "deed": case.deed and deed_as_seen(case.deed),
        "draft": case.draft and draft_as_seen(case.draft),
        "check": case.check and ticks_as_seen(case.check),
        "approval": case.approval and ticks_as_seen(case.approval),
    }


def _closing(closing: Closing) -> dict[str, Any]:
    return {
        "ground": closing.ground,
        "report": closing.report,
        "proposed_by": closing.proposed_by,
        "proposed_at": rfc3339(closing.proposed_at),
        "decided_by": closing.decided_by,
        "decided_at": rfc3339_or_none(closing.decided_at),
    }


def summary_as_seen(summary: CaseSummary) -> dict[str, Any]:
    return {
        "id": summary.id,
        "office": summary.office,
        "matter": summary.matter,
        "status": summary.status,
        "stage": stage_of(CaseStatus(summary.status)),
        "created_at": rfc3339(summary.created_at),
        "version": summary.version,
    }
