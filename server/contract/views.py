"""One view per operation; the order of its steps is what keeps strangers out.

Authenticate, gate, read, one transaction: session, parse, validate, narrow to
the case, idempotency, handler. Nothing is told about a body to somebody who
may not send it (docs/request-flow.md).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flask import request

from server.access.errors import RefusedOnRecord
from server.access.sessions import require_live
from server.contract.answers import check_answer, kept, replayed, response_of
from server.contract.bodies import parse_body, read_body
from server.contract.parameters import read_headers, read_path, read_query
from server.http.call import Answer, Binding, Call
from server.http.languages import language_of
from server.http.scopes import narrow_to_case, scope_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from flask import Response

    from server.access.permissions import Gate
    from server.access.principals import Principal
    from server.cases.ids import Clock, NewId
    from server.contract.spec import Operation
    from server.contract.validation import Schemas
    from server.transaction import OpenTransaction, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What every view takes from the wiring."""

    open_transaction: OpenTransaction
    authenticate: Callable[[], Principal]
    """Who the request's token speaks for, or `TokenRefused`."""

    now: Clock
    new_id: NewId
    validate_answers: bool
    """On in tests and staging: an undocumented answer is then our error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A request that passed the gate; nothing of it has been looked into yet."""

    caller: Principal | None
    path: Mapping[str, str]
    raw: bytes
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    operation: Operation
    binding: Binding
    gate: Gate
    schemas: Schemas
    edge: Edge

    def __call__(self, **path: str) -> Response:
        caller = self.edge.authenticate() if self.gate.needs_login else None
        self.gate.admit(caller)
        received = Received(
            caller=caller,
            path=path,
            # Before the transaction: a phone on a bad line sends slowly.
            raw=read_body(request, self.operation.body),
            now=self.edge.now(),
        )
        if self.binding.in_transaction:
            return response_of(self._in_one_transaction(received))
        return response_of(self._without_transaction(received))

    def _in_one_transaction(self, received: Received) -> Answer:
        caller = received.caller
        with self.edge.open_transaction(scope_of(caller)) as tx:
            if caller is not None:
                require_live(caller, tx.sessions, now=received.now)
            call = self._call(received, tx)
            if caller is not None and self.operation.is_of_a_case:
                narrow_to_case(tx, caller, call.path["case_id"])
            try:
                answer: Answer | RefusedOnRecord = self._once(call, received.raw)
            except RefusedOnRecord as refusal:
                answer = refusal
        # Outside: what the refusal wrote is committed by now.
        if isinstance(answer, RefusedOnRecord):
            raise answer
        return self._with_body(answer)

    def _without_transaction(self, received: Received) -> Answer:
        if received.caller is not None:
            with self.edge.open_transaction(scope_of(received.caller)) as tx:
                require_live(received.caller, tx.sessions, now=received.now)
        return self._carried_out(self._call(received, None))

    def _call(self, received: Received, tx: Transaction | None) -> Call:
        operation, schemas = self.operation, self.schemas
        return Call(
            operation=operation.id,
            caller=received.caller,
            transaction=tx,
            path=read_path(operation, received.path, schemas),
            query=read_query(operation, request.query_string, schemas),
            headers=read_headers(operation, dict(request.headers), schemas),
            body=parse_body(received.raw, operation.body, schemas),
            now=received.now,
            new_id=self.edge.new_id,
            language=language_of(request.headers.get("Accept-Language", "")),
        )

    def _once(self, call: Call, raw: bytes) -> Answer:
        """Carry the call out, or give the answer kept under its Idempotency-Key."""
        key = call.headers.get("idempotency-key")
        if key is None:
            return self._carried_out(call)
        caller = f"{call.principal.office or '-'}:{call.principal.account}"
        fingerprint = _fingerprint(call, raw)
        before = call.tx.idempotency.claim(
            key, caller=caller, operation=call.operation, fingerprint=fingerprint, at=call.now
        )
        if before is not None:
            return replayed(before)
        answer = self._carried_out(call)
        call.tx.idempotency.keep(
            key, caller=caller, operation=call.operation, answer=kept(answer, fingerprint)
        )
        return answer

    def _carried_out(self, call: Call) -> Answer:
        return self._checked(self.binding.handler(call))

    def _with_body(self, answer: Answer) -> Answer:
        if answer.fetched is None:
            return answer
        return self._checked(replace(answer, body=answer.fetched(), fetched=None))

    def _checked(self, answer: Answer) -> Answer:
        if self.edge.validate_answers and answer.fetched is None:
            check_answer(self.operation, answer, self.schemas)
        return answer


def _fingerprint(call: Call, raw: bytes) -> str:
    """Digest what was asked, not how it was written: clients reorder their JSON."""
    body = raw.hex() if isinstance(call.body, bytes) else call.body
    asked = [dict(call.path), dict(call.query), body]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
