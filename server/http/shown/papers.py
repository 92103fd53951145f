"""What is written in a case: review, record, deed, draft and the two opinions on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.http.shown.times import rfc3339, rfc3339_or_none

if TYPE_CHECKING:
    from server.cases.case import Deed
    from server.cases.drafting import Draft, SixTicks
    from server.cases.interview import Exchange, InterviewRecord
    from server.cases.review import Review, VerificationTask


def task_as_seen(task: VerificationTask) -> dict[str, Any]:
    return {
        "id": task.id,
        "fact": task.fact,
        "way": task.way,
        "opened_by": task.opened_by,
        "opened_at": rfc3339(task.opened_at),
        "result": task.result,
        "source": task.source,
        "closed_by": task.closed_by,
        "closed_at": rfc3339_or_none(task.closed_at),
    }


def review_as_seen(review: Review) -> dict[str, Any]:
    return {
        "reviewed_by": review.reviewed_by,
        "reviewed_at": rfc3339(review.reviewed_at),
        "findings": [
            {
                "head": head,
                "satisfied": finding.satisfied,
                "opinion": finding.opinion,
                "evidence": list(finding.evidence),
            }
            for head, finding in sorted(review.findings.items())
        ],
    }


def exchange_as_seen(exchange: Exchange) -> dict[str, Any]:
    return {
        "question": exchange.question,
        "answer": exchange.answer,
        "corrected_from": exchange.corrected_from,
        "countersigned": None if exchange.corrected_for is None else not exchange.is_open,
    }


def interview_as_seen(record: InterviewRecord) -> dict[str, Any]:
    return {
        "place": record.place,
        "started_at": rfc3339(record.started_at),
        "interviewer": record.interviewer,
        "recorder": record.recorder,
        "witness": record.witness,
        "exchanges": [exchange_as_seen(each) for each in record.exchanges],
        "told": list(record.told),
        "confirmed_by": list(record.confirmed_by),
        "confirmed_at": rfc3339_or_none(record.confirmed_at),
        "version": record.version,
        "sha256": record.sha256,
    }


def deed_as_seen(deed: Deed) -> dict[str, Any]:
    return {
        "title": deed.title,
        "variables": dict(deed.variables),
        "sha256": deed.object_sha256,
        "signed_sha256": deed.signed_sha256,
        "signed_by": list(deed.signed_by),
    }


def draft_as_seen(draft: Draft) -> dict[str, Any]:
    return {
        "form": draft.form,
        "template": draft.template,
        "variables": dict(draft.variables),
        "drafted_by": draft.drafted_by,
        "drafted_at": rfc3339(draft.drafted_at),
        "sha256": draft.object_sha256,
    }


def ticks_as_seen(opinion: SixTicks) -> dict[str, Any]:
    return {
        "ticks": sorted(opinion.ticks),
        "withheld": list(opinion.withheld),
        "opinion": opinion.opinion,
        "given_by": opinion.given_by,
        "given_at": rfc3339(opinion.given_at),
    }
