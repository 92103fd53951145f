"""Requests that carry a canary wherever a person could write something, right and wrong ones."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from server.contract.spec import read_spec
from tests.authorization.asking import BODIES
from tests.functional.case.platform import ROOT, new_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from server.contract.spec import Operation

MARK: Final = "CANARY7F3K"
WORDS: Final = f"{MARK} 金丝雀"
NUMBER: Final = f"{MARK}-0001"
PHONE: Final = "+33639984471"
TRACES: Final = (MARK, "金丝雀", PHONE.removeprefix("+"))
# What the contract leaves to people; the rest are codes, ids and checksums.
FREE: Final = frozenset(
    {
        "answer", "check_code", "device", "fact", "login", "name", "opinion", "password",
        "paragraphs", "place", "purpose", "question", "reason", "reference", "report", "result",
        "source", "statements", "title", "told",
    }
)  # fmt: skip
OPERATIONS: Final = read_spec(ROOT / "mobile_api_spec" / "openapi.bundled.json").operations


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


def requests(ids: dict[str, Any]) -> Iterator[Request]:
    """Every operation: with canaries in its texts, then malformed in every usual way."""
    for operation in OPERATIONS:
        path = operation.path.format_map(ids)
        needed = _headers(operation, ids)
        yield from _odd_surroundings(operation, path, needed)
        if operation.body is not None and operation.body.media_type == "application/json":
            sent = {**needed, "Content-Type": "application/json"}
            good = BODIES[operation.id](ids) if operation.id in BODIES else {"action": "submit"}
            for body in _bodies(good):
                yield Request(method=operation.method, path=path, headers=sent, body=body)
            as_text = {**needed, "Content-Type": f"text/plain; charset={MARK}"}
            yield Request(method=operation.method, path=path, headers=as_text, body=WORDS.encode())


def _bodies(good: Any) -> Iterator[bytes]:  # noqa: ANN401  # JSON is of any type
    yield _json(spoiled(good))
    yield _json({**good, WORDS: WORDS})
    for name in good:
        yield _json({**good, name: WORDS})
        yield _json({**good, name: [{WORDS: WORDS}]})
    yield f'{{"{MARK}": {MARK}'.encode()
    yield f'{{"{MARK}": 1, "{MARK}": 2}}'.encode()
    yield f'"{MARK}\\ud800"'.encode()
    yield WORDS.encode("gb18030")
    yield _json([WORDS])


def spoiled(value: Any, name: str = "") -> Any:  # noqa: ANN401  # JSON is of any type
    """Return ``value`` with a canary in every text that a person would write."""
    match value:
        case dict() if name == "applicant" or set(value) == {"name"}:
            document = {"type": "414", "number": NUMBER}
            return {**value, "name": WORDS, "phone": PHONE, "id_document": document}
        case dict():
            return {key: spoiled(each, key) for key, each in value.items()}
        case list():
            return [spoiled(each, name) for each in value]
        # The places of the pre-check are region codes, those of a record are words.
        case str() if (name in FREE and not value.isdigit()) or name in {
            "paragraphs",
            "statements",
            "told",
        }:
            return WORDS
        case str() if name == "phone":
            return PHONE
        case _:
            return value


def _odd_surroundings(
    operation: Operation, path: str, needed: Mapping[str, str]
) -> Iterator[Request]:
    send = operation.method
    yield Request(method=send, path=f"{path}?{MARK}={MARK}&q=%E9%87%91%FF", headers=needed)
    yield Request(method="TRACE", path=path, headers=needed)
    odd = operation.path.format_map(dict.fromkeys(_names(operation), f"{MARK}%20%FF"))
    yield Request(method=send, path=f"{odd}/{MARK}", headers=needed)
    if odd != path:
        yield Request(method=send, path=odd, headers=needed)
    for header in ("Accept-Language", "If-Match", "Idempotency-Key", "traceparent", "User-Agent"):
        yield Request(method=send, path=path, headers={**needed, header: MARK * 9})
    yield Request(method=send, path=path, headers={**needed, "Authorization": f"Bearer {MARK}"})


def _names(operation: Operation) -> list[str]:
    return [p.name for p in operation.parameters if p.place == "path"]


def _headers(operation: Operation, ids: Mapping[str, Any]) -> dict[str, str]:
    headers = {"Accept-Language": "en"}
    if operation.takes("if-match"):
        headers["If-Match"] = str(ids["etag"])
    if operation.takes("idempotency-key"):
        headers["Idempotency-Key"] = new_id()
    return headers


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
