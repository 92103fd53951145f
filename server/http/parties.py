"""The parties of a case, and the one way to read a whole number."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from server.access.principals import AccountKind
from server.cases.errors import PartNotFound
from server.cases.ids import AccountId, PartyId
from server.cases.intake import add_party as add
from server.cases.intake import bind_witness as bind
from server.cases.parties import IdDocument, IdType, Party, PartyRole
from server.http.call import Answer, Binding, Call
from server.http.case_at_hand import case_held, case_read, made, viewer_of
from server.http.shown.parties import party_as_seen

if TYPE_CHECKING:
    from collections.abc import Mapping


def party_from(call: Call, body: Mapping[str, Any], *, own: bool = False) -> Party:
    """Return the party that ``body`` describes; ``own`` when it is the caller."""
    stands_for = body.get("stands_for")
    return Party(
        id=PartyId(call.new_id()),
        role=PartyRole(body["role"]),
        is_organisation=body.get("is_organisation", False),
        name=body["name"],
        account=_account(call, body, own=own),
        id_document=_document(body.get("id_document")),
        phone=body.get("phone"),
        nationality=body.get("nationality"),
        stands_for=None if stands_for is None else PartyId(stands_for),
        relative_of_staff=frozenset(AccountId(a) for a in body.get("relative_of_staff", ())),
    )


def _account(call: Call, body: Mapping[str, Any], *, own: bool) -> AccountId | None:
    """Return the login through which the party acts: by his phone, if he has signed in before."""
    if own and call.principal.kind is AccountKind.APPLICANT:
        return call.principal.account
    phone = body.get("phone")
    known = None if phone is None else call.tx.accounts.applicant_with_contact(phone)
    return None if known is None else known.id


def _document(body: Mapping[str, Any] | None) -> IdDocument | None:
    if body is None:
        return None
    until = body.get("valid_until")
    return IdDocument(
        type=IdType(body["type"]),
        number=body["number"],
        valid_until=None if until is None else date.fromisoformat(until),
    )


def add_party(call: Call) -> Answer:
    case = case_held(call)
    party = party_from(call, call.body)
    add(case, party, call.actor, at=call.now)
    call.tx.cases.save(case)
    return made(case, party_as_seen(party, viewer_of(call)))


def bind_witness(call: Call) -> Answer:
    case = case_held(call)
    party = party_from(call, {"role": PartyRole.WITNESS, **call.body})
    bind(case, party, call.actor, at=call.now)
    call.tx.cases.save(case)
    return made(case, party_as_seen(party, viewer_of(call)))


def read_party_id_number(call: Call) -> Answer:
    case = case_read(call)
    party = case.party(PartyId(call.path["party_id"]))
    if party.id_document is None:
        raise PartNotFound("id_document")
    # In the transaction of the answer: no number leaves without its row.
    call.tx.sensitive_reads.put_on_record(
        case.id, field="id_number", subject=party.id, by=call.actor.account
    )
    document = party.id_document
    return Answer(body={"type": document.type, "number": document.number})


def bindings() -> list[Binding]:
    return [
        Binding(operation_id="add_party", handler=add_party),
        Binding(operation_id="bind_witness", handler=bind_witness),
        Binding(operation_id="read_party_id_number", handler=read_party_id_number),
    ]
