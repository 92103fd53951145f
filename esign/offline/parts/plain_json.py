"""JSON (RFC 8259) and its canonical form (RFC 8785), of what occurs here."""

from __future__ import annotations

import json
from typing import Any

from esign.offline.parts.faults import Fault, require


def read_json(content: bytes, where: str) -> Any:
    """Return the value of a JSON file; a name twice, NaN or bad UTF-8 is a fault."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        require(len({name for name, _ in pairs}) == len(pairs), "unreadable", where)
        return dict(pairs)

    def refuse(_: str) -> None:
        raise Fault("unreadable", where)

    try:
        return json.loads(content.decode(), object_pairs_hook=once, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise Fault("unreadable", where) from error


def canonical(value: Any) -> bytes:
    """Return RFC 8785's form of text, integers, lists and objects; all that is hashed here."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return b"{" + b",".join(canonical(n) + b":" + canonical(value[n]) for n in names) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(canonical, value)) + b"]"
    require(not isinstance(value, float), "manifest_form", "", "a number that is no integer")
    return json.dumps(value, ensure_ascii=False).encode()
