"""Long work as whoever started it sees it: how far it is, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.http.languages import shipped_messages

if TYPE_CHECKING:
    from server.transaction import Operation


def operation_as_seen(operation: Operation, language: str) -> dict[str, Any]:
    return {
        "id": operation.id,
        "kind": operation.kind,
        "case_id": operation.case,
        "state": operation.state,
        "progress": {
            "step": operation.step,
            "of": operation.of,
            "percent": _percent(operation),
            "label_code": operation.label,
            "label": _label(operation.label, language),
        },
        "problem": operation.problem,
        "result": operation.result,
    }


def _percent(operation: Operation) -> int:
    if operation.state == "succeeded":
        return 100
    done = operation.step * 100 // operation.of if operation.of > 0 else 0
    return max(0, min(done, 99))


def _label(code: str, language: str) -> str:
    return shipped_messages().text_or_none(language, f"label.{code}") or code
