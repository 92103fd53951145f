"""Health, readiness, token keys, and the pages that explain problems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.http.call import Answer, Binding, Call
from server.problems.refusals import NoSuchPath
from server.problems.table import INTERNAL, PROBLEMS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from server.http.languages import Messages

CACHED = {"Cache-Control": "public, max-age=300"}


def bindings(
    *,
    messages: Messages,
    token_keys: Callable[[], list[dict[str, str]]],
    probes: Mapping[str, Callable[[], bool]],
) -> list[Binding]:
    """``probes`` say of each part that requests need whether it answers."""

    def get_health(_: Call) -> Answer:
        return Answer(body={"status": "ok"})

    def get_readiness(_: Call) -> Answer:
        parts = {name: probe() for name, probe in probes.items()}
        ready = all(parts.values())
        return Answer(status=200 if ready else 503, body={"ready": ready, "parts": parts})

    def get_token_keys(_: Call) -> Answer:
        return Answer(body={"keys": token_keys()}, headers=CACHED)

    def list_problem_types(call: Call) -> Answer:
        items = [
            _explained(code, status, messages, call.language)
            for code, status in sorted(_statuses().items())
        ]
        return Answer(body={"items": items}, headers=CACHED)

    def get_problem_type(call: Call) -> Answer:
        code = call.path["code"]
        if code not in _statuses():
            raise NoSuchPath
        return Answer(
            body=_explained(code, _statuses()[code], messages, call.language), headers=CACHED
        )

    handlers = {
        "get_health": get_health,
        "get_readiness": get_readiness,
        "get_token_keys": get_token_keys,
        "list_problem_types": list_problem_types,
        "get_problem_type": get_problem_type,
    }
    return [
        Binding(operation_id=name, handler=handler, in_transaction=False)
        for name, handler in handlers.items()
    ]


def _statuses() -> dict[str, int]:
    rows = {row.code: row.status for row in PROBLEMS.values()}
    return {**rows, INTERNAL.code: INTERNAL.status}


def _explained(code: str, status: int, messages: Messages, language: str) -> dict[str, Any]:
    return {
        "code": code,
        "status": status,
        "title": messages.text(language, f"problem.{code}.title"),
        "detail": messages.template(language, f"problem.{code}.detail"),
    }
