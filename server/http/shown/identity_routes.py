"""What the notary saw in the room, and what was stated of a visit, as they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.http.shown.times import rfc3339

if TYPE_CHECKING:
    from server.cases.identity_comparisons import Comparison, SecondWord
    from server.cases.identity_visits import Visit, VisitReport


def comparison_as_seen(comparison: Comparison) -> dict[str, Any]:
    return {
        "ceremony": comparison.ceremony,
        "at": rfc3339(comparison.at),
        "result": comparison.result,
        "document": comparison.document,
        "original_shown": comparison.original_shown,
        "questions": list(comparison.questions),
        "reason": comparison.reason,
        "link": comparison.link,
        "needs_second": comparison.needs_second,
        "second": comparison.second and _second(comparison.second),
        "proves": comparison.proves,
    }


def _second(second: SecondWord) -> dict[str, Any]:
    return {
        "at": rfc3339(second.at),
        "agrees": second.agrees,
        "reason": second.reason,
        "link": second.link,
    }


def visit_as_seen(visit: Visit) -> dict[str, Any]:
    return {
        "reference": visit.reference,
        "place": visit.place,
        "where": visit.where,
        "opened_at": rfc3339(visit.opened_at),
        "expires_at": rfc3339(visit.expires_at),
        "report": visit.report and _report(visit.report),
    }


def _report(report: VisitReport) -> dict[str, Any]:
    return {
        "entered_at": rfc3339(report.entered_at),
        "seen_by": report.seen_by,
        "seen_at": rfc3339(report.seen_at),
        "same_person": report.same_person,
        "original_shown": report.original_shown,
        "statement_sha256": report.statement,
        "remarks": report.remarks,
    }
