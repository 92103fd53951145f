"""The contract, the handlers, the gates and the enums of the code say the same."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from server.access.permissions import PERMISSIONS, open_to_all, signed_in
from server.contract.spec import METHODS, read_spec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.access.permissions import Gate
    from server.contract.spec import Operation

FOLDER = Path(__file__).parents[2] / "mobile_api_spec"
BUNDLE = FOLDER / "openapi.bundled.json"
SPEC = read_spec(BUNDLE)
DOCUMENT: dict[str, Any] = json.loads(BUNDLE.read_text("utf-8"))


def spelled(gate: Gate) -> object:
    if gate in (open_to_all, signed_in):
        return gate.name
    return sorted(gate.roles or ())


def schemas(node: object, where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every schema of the bundle with its place."""
    if isinstance(node, dict):
        if "type" in node and not where.endswith("/properties"):
            yield where, node
        for name, each in node.items():
            if name not in {"example", "examples", "enum"}:
                yield from schemas(each, f"{where}/{name}")
    elif isinstance(node, list):
        for position, each in enumerate(node):
            yield from schemas(each, f"{where}/{position}")


EVERY_SCHEMA = [s for s in schemas(DOCUMENT) if "securitySchemes" not in s[0]]


def kinds(schema: dict[str, Any]) -> list[str]:
    kind = schema["type"]
    return list(kind) if isinstance(kind, list) else [kind]


def test_every_operation_has_a_gate_and_every_gate_an_operation() -> None:
    assert {o.id for o in SPEC.operations} == PERMISSIONS.keys()


@pytest.mark.parametrize("operation", SPEC.operations, ids=lambda o: o.id)
def test_the_contract_names_the_gate_that_the_table_has(operation: Operation) -> None:
    gate = operation.gate
    assert (sorted(gate) if isinstance(gate, list) else gate) == spelled(PERMISSIONS[operation.id])


def test_what_is_open_to_all_says_that_it_takes_no_token() -> None:
    nodes = [i[m] for i in DOCUMENT["paths"].values() for m in METHODS if m in i]
    assert {n["operationId"] for n in nodes if n.get("security") == []} == {
        n["operationId"] for n in nodes if n["x-gate"] == "open_to_all"
    }


def test_enums_of_the_contract_are_those_of_the_code() -> None:
    named = {
        (schema["x-enum-of"], where): schema["enum"]
        for where, schema in EVERY_SCHEMA
        if "x-enum-of" in schema
    }
    assert named
    for (source, where), members in named.items():
        module, _, name = source.rpartition(".")
        enum = getattr(importlib.import_module(module), name)
        assert sorted(m for m in members if m is not None) == sorted(enum), where


def test_the_bundle_is_made_from_the_sources() -> None:
    paths = yaml.safe_load((FOLDER / "openapi.yaml").read_text("utf-8"))["paths"]
    assert list(paths) == list(DOCUMENT["paths"])


def test_every_text_list_and_number_has_a_limit() -> None:
    limits = {
        "string": {"maxLength", "enum", "const", "contentMediaType"},
        "array": {"maxItems"},
        "integer": {"maximum", "enum", "const"},
    }
    unlimited = [
        where
        for where, schema in EVERY_SCHEMA
        for kind in kinds(schema)
        if kind in limits and not limits[kind] & schema.keys()
    ]
    assert unlimited == []


def reachable(node: object, seen: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every object schema that a request can hold."""
    if isinstance(node, list):
        for each in node:
            yield from reachable(each, seen)
    if not isinstance(node, dict):
        return
    if "$ref" in node:
        name = node["$ref"]
        if name not in seen:
            seen.add(name)
            yield from reachable(DOCUMENT["components"]["schemas"][name.split("/")[-1]], seen)
        return
    if node.get("type") == "object":
        yield str(sorted(node.get("properties", {})))[:80], node
    for name, each in node.items():
        if name not in {"example", "examples"}:
            yield from reachable(each, seen)


def test_requests_take_no_field_that_is_not_described() -> None:
    bodies = [
        i[m]["requestBody"]["content"]["application/json"]["schema"]
        for i in DOCUMENT["paths"].values()
        for m in METHODS
        if m in i and "application/json" in i[m].get("requestBody", {}).get("content", {})
    ]
    loose = [
        where for where, schema in reachable(bodies, set()) if "additionalProperties" not in schema
    ]
    assert loose == []


def wants(operation: Operation) -> set[str]:
    """The refusals that every operation of this shape can answer with."""
    node = next(
        i[m]
        for i in DOCUMENT["paths"].values()
        for m in METHODS
        if i.get(m, {}).get("operationId") == operation.id
    )
    wanted = {"422"}
    if PERMISSIONS[operation.id].needs_login:
        wanted.add("401")
    if PERMISSIONS[operation.id].roles is not None:
        wanted.add("403")
    if "{" in operation.path:
        wanted.add("404")
    if "requestBody" in node:
        wanted |= {"400", "413", "415"}
    if operation.takes("idempotency-key"):
        wanted |= {"400", "409"}
    if operation.takes("if-match"):
        wanted |= {"412", "428"}
    return wanted


@pytest.mark.parametrize("operation", SPEC.operations, ids=lambda o: o.id)
def test_an_operation_lists_every_refusal_of_its_shape(operation: Operation) -> None:
    assert wants(operation) - operation.answers.keys() == set()


def test_paths_hold_no_personal_data() -> None:
    names = {n for path in DOCUMENT["paths"] for n in re.findall(r"\{(\w+)\}", path)}
    harmless = {"code", "matter", "office", "page", "picture", "public_id"}
    assert {n for n in names if not n.endswith("_id")} <= harmless
