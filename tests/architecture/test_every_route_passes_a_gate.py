"""A route that nobody guards must fail the build, not the audit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from flask import Blueprint

from server.access.permissions import PERMISSIONS
from server.catalogue.loading import load_catalogue
from server.contract.errors import ContractUnbound
from server.contract.spec import Operation, read_spec
from server.contract.views import View
from server.http.call import Answer, Binding
from server.http.languages import language_of
from server.web.docs import docs_page
from server.web.gates import is_open_page
from server.web.verification import VerificationPage, verification_page
from tests.edge.standing import BUNDLE, Standing, refuse_document

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from server.db.secrets import FieldCipher
    from server.transaction import OpenTransaction


@pytest.fixture(scope="module")
def standing(open_transaction: OpenTransaction, field_cipher: FieldCipher) -> Standing:
    return Standing(open_transaction=open_transaction, cipher=field_cipher)


def unguarded(app: Flask) -> set[str]:
    """Endpoints that are neither an operation behind its gate nor a page open on purpose."""
    return {
        name
        for name, view in app.view_functions.items()
        if not (isinstance(view, View) and view.gate is PERMISSIONS[name])
        and not is_open_page(view)
    }


def test_every_route_passes_a_gate(standing: Standing) -> None:
    assert unguarded(standing.app) == set()
    assert len(standing.app.view_functions) >= len(PERMISSIONS)


def test_the_check_itself_notices_a_forgotten_gate(standing: Standing) -> None:
    app = standing.build(standing.bindings())
    app.add_url_rule("/oops", "oops", lambda: "hi")
    assert unguarded(app) == {"oops"}


def test_pages_are_open_on_purpose_and_an_unmarked_one_is_noticed(
    standing: Standing, tmp_path: Path
) -> None:
    (tmp_path / "standalone.js").write_text("'use strict'")
    docs = docs_page(tmp_path, {"openapi": "3.1.1"})
    verification = verification_page(
        VerificationPage(
            catalogue=load_catalogue(),
            verify_document=refuse_document,
            open_transaction=standing.open_transaction,
            now=standing.clock,
            public_url="https://feigui.test",
            language_of=language_of,
        )
    )
    app = standing.build(standing.bindings(), pages=[docs, verification])
    assert unguarded(app) == set()
    page = app.test_client().get("/docs")
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "//" not in page.get_data(as_text=True)  # nothing from anywhere else
    forgotten = Blueprint("forgotten", __name__)
    forgotten.add_url_rule("/oops", "oops", lambda: "hi")
    app = standing.build(standing.bindings(), pages=[docs, forgotten])
    assert unguarded(app) == {"forgotten.oops"}


def with_another_operation(tmp_path: Path) -> Path:
    document = json.loads(BUNDLE.read_text("utf-8"))
    health = document["paths"]["/v1/health"]["get"]
    document["paths"]["/v1/other"] = {"get": health | {"operationId": "other"}}
    other = tmp_path / "spec.json"
    other.write_text(json.dumps(document))
    return other


def test_an_operation_without_handler_and_gate_stops_the_start(
    standing: Standing, tmp_path: Path
) -> None:
    with pytest.raises(ContractUnbound) as refused:
        standing.build(standing.bindings(), with_another_operation(tmp_path))
    assert refused.value.gaps == {
        "operations without handler": ["other"],
        "operations without gate": ["other"],
    }


def test_a_handler_without_operation_stops_the_start(standing: Standing) -> None:
    stray = Binding(operation_id="stray", handler=lambda _: Answer())
    with pytest.raises(ContractUnbound) as refused:
        standing.build([*standing.bindings(), stray])
    assert refused.value.gaps == {"handlers without operation": ["stray"]}


def test_an_operation_bound_twice_stops_the_start(standing: Standing) -> None:
    twice = standing.bindings()
    with pytest.raises(ContractUnbound):
        standing.build([*twice, twice[0]])


@pytest.mark.parametrize(
    "operation",
    [o for o in read_spec(BUNDLE).operations if PERMISSIONS[o.id].needs_login],
    ids=lambda o: o.id,
)
def test_a_stranger_is_refused_before_anything_is_looked_at(
    standing: Standing, operation: Operation
) -> None:
    path = operation.path.replace("{", "").replace("}", "")
    answer = standing.client.open(
        path + "?nonsense=1",
        method=operation.method,
        data=b"{broken",
        headers={"Content-Type": "text/plain"},
    )
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
