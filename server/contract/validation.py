"""Checks values against the contract's schemas; says what is wrong, never the value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from jsonschema_rs import Draft202012, Draft202012Validator, Registry

from server.contract.formats import FORMATS
from server.problems.refusals import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema_rs import ValidationError

    from server.contract.spec import Spec

SPEC_URN: Final = "urn:feigui:contract"
MAX_FAULTS: Final = 20

# The keyword that failed -> the code that clients act on.
CODES: Final = {
    "additionalProperties": "unknown_field",
    "anyOf": "no_alternative_fits",
    "const": "not_allowed",
    "enum": "not_allowed",
    "exclusiveMaximum": "too_large",
    "exclusiveMinimum": "too_small",
    "format": "wrong_format",
    "maxItems": "too_many",
    "maxLength": "too_long",
    "maxProperties": "too_many",
    "maximum": "too_large",
    "minItems": "too_few",
    "minLength": "too_short",
    "minProperties": "too_few",
    "minimum": "too_small",
    "oneOf": "no_alternative_fits",
    "pattern": "wrong_format",
    "required": "missing",
    "type": "wrong_type",
    "uniqueItems": "not_unique",
}
_LIMITED: Final = frozenset(
    {"maxItems", "maxLength", "maximum", "minItems", "minLength", "minimum", "format", "type"}
)


class Schemas:
    """The compiled schemas of one contract, by their place in it."""

    def __init__(self, spec: Spec) -> None:
        self._registry = Registry([(SPEC_URN, dict(spec.document))], draft=Draft202012)
        self._compiled: dict[str, Draft202012Validator] = {}

    def compile(self, pointer: str) -> None:
        if pointer in self._compiled:
            return
        self._compiled[pointer] = Draft202012Validator(
            {"$ref": f"{SPEC_URN}#{quote(pointer, safe='/~')}"},
            registry=self._registry,
            formats=dict(FORMATS),
            validate_formats=True,
            mask="***",
            offline=True,
        )

    def faults(self, pointer: str, value: object, *, at: str = "") -> list[Fault]:
        """Return what is wrong with ``value``, the first twenty things at most."""
        found = (
            fault
            for error in self._compiled[pointer].iter_errors(value)
            for fault in _faults(error, at)
        )
        return [fault for fault, _ in zip(found, range(MAX_FAULTS), strict=False)]


def _faults(error: ValidationError, at: str) -> Iterator[Fault]:
    keyword = error.kind.name
    where = at + "".join(f"/{_escaped(str(step))}" for step in error.instance_path)
    if keyword == "required":
        where = f"{where}/{error.kind.value}"
    limit = str(error.kind.value) if keyword in _LIMITED else None
    yield Fault(pointer=where, code=CODES.get(keyword, "invalid"), limit=limit)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
