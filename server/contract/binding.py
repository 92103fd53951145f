"""operationId -> handler, held equal to the contract and to the gates at start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.contract.errors import ContractUnbound
from server.contract.validation import Schemas
from server.contract.views import Edge, View

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flask import Flask

    from server.access.permissions import Gate
    from server.contract.spec import Spec
    from server.http.call import Binding


def register(
    app: Flask,
    spec: Spec,
    bindings: Iterable[Binding],
    *,
    gates: Mapping[str, Gate],
    edge: Edge,
) -> None:
    """Serve every operation of ``spec``, or raise `ContractUnbound` with every gap."""
    handlers = _by_operation(bindings)
    wanted = {operation.id for operation in spec.operations}
    gaps = {
        "operations without handler": sorted(wanted - handlers.keys()),
        "handlers without operation": sorted(handlers.keys() - wanted),
        "operations without gate": sorted(wanted - gates.keys()),
    }
    if any(gaps.values()):
        raise ContractUnbound({what: ids for what, ids in gaps.items() if ids})
    schemas = _compiled(spec)
    for operation in spec.operations:
        view = View(
            operation=operation,
            binding=handlers[operation.id],
            gate=gates[operation.id],
            schemas=schemas,
            edge=edge,
        )
        app.add_url_rule(
            operation.rule,
            endpoint=operation.id,
            view_func=view,
            methods=[operation.method],
            provide_automatic_options=False,
        )


def _by_operation(bindings: Iterable[Binding]) -> dict[str, Binding]:
    handlers: dict[str, Binding] = {}
    for binding in bindings:
        if binding.operation_id in handlers:
            raise ContractUnbound({"bound twice": [binding.operation_id]})
        handlers[binding.operation_id] = binding
    return handlers


def _compiled(spec: Spec) -> Schemas:
    schemas = Schemas(spec)
    for operation in spec.operations:
        for parameter in operation.parameters:
            schemas.compile(parameter.schema)
        pointers = [operation.body.schema] if operation.body else []
        for contents in operation.answers.values():
            pointers.extend(contents.values())
        for pointer in pointers:
            if pointer is not None:
                schemas.compile(pointer)
    return schemas
