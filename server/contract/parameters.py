"""Path, query and header parameters, given the types that the contract states."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from server.problems.refusals import (
    Fault,
    IdempotencyKeyMissing,
    NoSuchPath,
    PreconditionMissing,
    RequestInvalid,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from server.contract.spec import Operation, Parameter
    from server.contract.validation import Schemas

MAX_FIELDS: Final = 50
_WHOLE: Final = re.compile(r"-?\d{1,15}", re.ASCII)
_TRUTH: Final = {"true": True, "false": False}
# Their absence has an answer of its own (RFC 6585; Idempotency-Key draft).
_OWN_ANSWER: Final = {
    "idempotency-key": IdempotencyKeyMissing,
    "if-match": PreconditionMissing,
}


def read_path(operation: Operation, values: Mapping[str, str], schemas: Schemas) -> dict[str, str]:
    """Return the path's values; one that cannot be an id names nothing: `NoSuchPath`."""
    for parameter in operation.parameters:
        if parameter.place == "path" and schemas.faults(parameter.schema, values[parameter.name]):
            raise NoSuchPath
    return dict(values)


def read_query(operation: Operation, raw: bytes, schemas: Schemas) -> dict[str, object]:
    """Return the query's values, or raise `RequestInvalid`."""
    given: dict[str, list[str]] = {}
    for name, value in _pairs(raw):
        given.setdefault(name, []).append(value)
    known = {p.name: p for p in operation.parameters if p.place == "query"}
    # Which unknown name it was is not repeated: it is the caller's own text.
    faults = [Fault("/query", "unknown_field")] if given.keys() - known.keys() else []
    values: dict[str, object] = {}
    for parameter in known.values():
        if parameter.name in given:
            values[parameter.name] = _typed(parameter, given[parameter.name])
    return _checked(known.values(), values, schemas, faults)


def read_headers(
    operation: Operation, given: Mapping[str, str], schemas: Schemas
) -> dict[str, object]:
    """Return the headers that the contract names, in lower case."""
    known = [p for p in operation.parameters if p.place == "header"]
    by_name = {name.lower(): value for name, value in given.items()}
    values: dict[str, object] = {}
    for parameter in known:
        value = by_name.get(parameter.name.lower())
        if value is not None:
            values[parameter.name] = _typed(parameter, [value])
        elif parameter.required and parameter.name.lower() in _OWN_ANSWER:
            raise _OWN_ANSWER[parameter.name.lower()]
    checked = _checked(known, values, schemas, [])
    return {name.lower(): value for name, value in checked.items()}


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        raise RequestInvalid([Fault("/query", "wrong_format")]) from None


def _typed(parameter: Parameter, texts: list[str]) -> object:
    """Return the value in its type; what cannot have it stays text and is refused."""
    if parameter.type == "array":
        return texts
    if len(texts) > 1:
        return texts
    (text,) = texts
    if parameter.type == "integer" and _WHOLE.fullmatch(text):
        return int(text)
    if parameter.type == "boolean":
        return _TRUTH.get(text, text)
    return text


def _checked(
    known: Iterable[Parameter],
    values: dict[str, object],
    schemas: Schemas,
    faults: list[Fault],
) -> dict[str, object]:
    for parameter in known:
        at = f"/{parameter.place}/{parameter.name}"
        if parameter.name in values:
            value = values[parameter.name]
            if isinstance(value, str) and "\0" in value:
                faults.append(Fault(at, "wrong_format"))
            faults.extend(schemas.faults(parameter.schema, value, at=at))
        elif parameter.required:
            faults.append(Fault(at, "missing"))
    if faults:
        raise RequestInvalid(faults)
    return values
