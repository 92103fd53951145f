"""A problem as RFC 9457 has it, in the caller's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.http.call import Answer

if TYPE_CHECKING:
    from server.http.languages import Messages
    from server.problems.problem import Problem, Told

PROBLEM_JSON = "application/problem+json"


def present_problem(
    problem: Problem, messages: Messages, *, language: str, trace_id: str
) -> Answer:
    facts = problem.details.facts
    body: dict[str, Any] = {
        "type": f"/problems/{problem.code}",
        "title": messages.text(language, f"problem.{problem.code}.title"),
        "status": problem.status,
        "detail": messages.text(language, f"problem.{problem.code}.detail", **facts),
        "code": problem.code,
        "trace_id": trace_id,
    }
    if problem.details.told:
        body["errors"] = [_error(told, messages, language) for told in problem.details.told]
    if facts:
        body["facts"] = dict(facts)
    return Answer(
        status=problem.status,
        body=body,
        headers={**problem.details.headers, "Content-Language": language},
        content_type=PROBLEM_JSON,
    )


def _error(told: Told, messages: Messages, language: str) -> dict[str, str]:
    # A condition that somebody adds to a rule pack is told by its code until
    # it is translated; leaving it out would hide what stands in the way.
    detail = messages.text_or_none(language, f"error.{told.code}") or told.code
    entry = {"code": told.code, "detail": detail}
    for name in ("pointer", "subject", "citation", "limit"):
        value = getattr(told, name)
        if value is not None:
            entry[name] = value
    return entry
