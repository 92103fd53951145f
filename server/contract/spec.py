"""The bundled contract, read into what the server needs of each operation.

The file is the source of truth (mobile_api_spec/CONVENTIONS.md); whatever is
in it and not understood here stops the start.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from server.contract.errors import SpecInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    Document = Mapping[str, Any]

METHODS: Final = ("get", "put", "post", "delete", "patch")
JSON_LIMIT: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    name: str
    place: str
    """path | query | header"""

    required: bool
    type: str
    """string | integer | boolean | array"""

    schema: str
    """JSON pointer of its schema in the bundled file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    media_type: str
    schema: str | None
    """``None`` for a file, which is not JSON."""

    max_bytes: int
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    id: str
    method: str
    path: str
    gate: object
    """As written in ``x-gate``: a name, or a list of roles."""

    parameters: tuple[Parameter, ...]
    body: Body | None
    answers: Mapping[str, Mapping[str, str | None]]
    """Status -> media type -> pointer of the schema, ``None`` for a file."""

    def takes(self, header: str) -> bool:
        return any(p.place == "header" and p.name.lower() == header for p in self.parameters)

    @property
    def rule(self) -> str:
        """The path as Flask writes it."""
        return re.sub(r"\{(\w+)\}", r"<\1>", self.path)

    @property
    def is_of_a_case(self) -> bool:
        return "{case_id}" in self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    document: Document
    operations: tuple[Operation, ...]


def read_spec(path: Path) -> Spec:
    """Return the contract in ``path``, or raise `SpecInvalid`."""
    document = json.loads(path.read_text(encoding="utf-8"))
    operations = tuple(_operations(document))
    ids = [operation.id for operation in operations]
    if len(set(ids)) != len(ids):
        raise SpecInvalid("an operationId occurs twice")
    return Spec(document=document, operations=operations)


def _operations(document: Document) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        here = f"/paths/{_escaped(path)}"
        for method in METHODS:
            if method in item:
                yield _operation(document, here, path, method)


def _operation(document: Document, here: str, path: str, method: str) -> Operation:
    item = document["paths"][path]
    node = item[method]
    if "operationId" not in node or "x-gate" not in node:
        raise SpecInvalid(f"{method} {path} lacks an operationId or an x-gate")
    shared = [f"{here}/parameters/{i}" for i in range(len(item.get("parameters", ())))]
    own = [f"{here}/{method}/parameters/{i}" for i in range(len(node.get("parameters", ())))]
    return Operation(
        id=node["operationId"],
        method=method.upper(),
        path=path,
        gate=node["x-gate"],
        parameters=tuple(_parameter(document, pointer) for pointer in shared + own),
        body=_body(document, f"{here}/{method}/requestBody") if "requestBody" in node else None,
        answers={
            status: _contents(document, f"{here}/{method}/responses/{status}")
            for status in node["responses"]
        },
    )


def _parameter(document: Document, pointer: str) -> Parameter:
    pointer, node = _resolved(document, pointer)
    _, schema = _resolved(document, f"{pointer}/schema")
    return Parameter(
        name=node["name"],
        place=node["in"],
        required=bool(node.get("required")),
        type=schema["type"],
        schema=f"{pointer}/schema",
    )


def _body(document: Document, pointer: str) -> Body:
    pointer, node = _resolved(document, pointer)
    contents = _contents(document, pointer)
    if len(contents) != 1:
        raise SpecInvalid(f"{pointer}: an operation takes exactly one media type")
    ((media_type, schema),) = contents.items()
    return Body(
        media_type=media_type,
        schema=schema,
        max_bytes=int(node.get("x-max-bytes", JSON_LIMIT)),
        required=bool(node.get("required")),
    )


def _contents(document: Document, pointer: str) -> dict[str, str | None]:
    pointer, node = _resolved(document, pointer)
    return {
        media: f"{pointer}/content/{_escaped(media)}/schema" if media.endswith("json") else None
        for media in node.get("content", {})
    }


def _resolved(document: Document, pointer: str) -> tuple[str, Any]:
    """Follow references until there is something else; return where and what."""
    node = _at(document, pointer)
    while "$ref" in node:
        pointer = node["$ref"].removeprefix("#")
        node = _at(document, pointer)
    return pointer, node


def _at(document: Document, pointer: str) -> Any:  # noqa: ANN401  # any node of a JSON tree
    node: Any = document
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        node = node[int(name)] if isinstance(node, list) else node[name]
    return node


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
