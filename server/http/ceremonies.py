"""Ceremonies: plan one, come in, take its steps, chain what happens and is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.cases.ids import PartyId
from server.cases.meeting import join_ceremony as join
from server.cases.meeting import plan_ceremony as plan
from server.cases.meeting import step_ceremony as step
from server.cases.presence import confirm_presence
from server.ceremony.ceremony import CeremonyId, Seat, Segment
from server.ceremony.errors import CeremonyNotFound
from server.ceremony.status import Step
from server.http.call import Answer, Binding, etag_of
from server.http.case_at_hand import case_held, case_read
from server.http.shown.ceremonies import ceremony_as_seen, link_as_seen
from server.http.uploaded import stored_upload

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.ceremony.ceremony import Ceremony
    from server.http.call import Call


def plan_ceremony(call: Call) -> Answer:
    case = case_held(call)
    ceremony = plan(
        case,
        [(PartyId(each["party"]), Seat(each["seat"])) for each in call.body["participants"]],
        call.actor,
        ceremony_id=CeremonyId(call.new_id()),
        at=call.now,
    )
    call.tx.ceremonies.add(ceremony)
    call.tx.cases.save(case)
    return Answer(
        status=201,
        body=ceremony_as_seen(ceremony),
        etag=etag_of(ceremony.version),
        headers={"Location": f"/v1/cases/{case.id}/ceremonies/{ceremony.id}"},
    )


def get_ceremony(call: Call) -> Answer:
    ceremony = _ceremony(call, case_read(call))
    if not call.actor.is_staff:
        ceremony.seat_of(call.actor.account)
    return _answer(call, ceremony)


def join_ceremony(call: Call) -> Answer:
    case = case_read(call)
    ceremony = _ceremony(call, case, lock=True)
    join(case, ceremony, call.actor, at=call.now)
    call.tx.ceremonies.save(ceremony)
    return _answer(call, ceremony)


def step_ceremony(call: Call) -> Answer:
    case = case_held(call)
    ceremony = _ceremony(call, case, lock=True)
    step(
        case,
        ceremony,
        Step(call.body["step"]),
        call.actor,
        at=call.now,
        reason=call.body.get("reason"),
        room=call.tx.rooms.get(ceremony.id),
    )
    call.tx.ceremonies.save(ceremony)
    call.tx.cases.save(case)
    return _answer(call, ceremony)


def add_ceremony_event(call: Call) -> Answer:
    ceremony, body = _ceremony(call, case_read(call), lock=True), call.body
    facts: dict[str, str | int | None] = {
        name: body[name] for name in ("offset_ms", "subject", "sha256") if name in body
    }
    link = ceremony.add_event(body["kind"], call.now, by=call.actor.account, facts=facts)
    call.tx.ceremonies.save(ceremony)
    return Answer(status=201, body=link_as_seen(link), etag=etag_of(ceremony.version))


def add_segment(call: Call) -> Answer:
    case, body = case_read(call), call.body
    ceremony = _ceremony(call, case, lock=True)
    upload = stored_upload(call, body["upload_id"], case, purpose="segment")
    link = ceremony.add_segment(
        Segment(
            participant=call.actor.account,
            index=body["index"],
            starts_ms=body["starts_ms"],
            ends_ms=body["ends_ms"],
            sha256=upload.sha256,
            size=upload.size,
            media_type=upload.media_type,
            prev_sha256=body["prev_sha256"],
        ),
        call.now,
    )
    call.tx.ceremonies.save(ceremony)
    return Answer(status=201, body=link_as_seen(link), etag=etag_of(ceremony.version))


def confirm_presence_of_party(call: Call) -> Answer:
    case = case_held(call)
    ceremony = _ceremony(call, case, lock=True)
    link = confirm_presence(
        case,
        ceremony,
        PartyId(call.body["party"]),
        call.actor,
        deed_sha256=call.body["deed_sha256"],
        at=call.now,
    )
    call.tx.ceremonies.save(ceremony)
    call.tx.cases.save(case)
    return Answer(status=201, body=link_as_seen(link), etag=etag_of(ceremony.version))


def _ceremony(call: Call, case: Case, *, lock: bool = False) -> Ceremony:
    ceremony = call.tx.ceremonies.get(CeremonyId(call.path["ceremony_id"]), lock=lock)
    if ceremony.case != case.id:
        raise CeremonyNotFound
    return ceremony


def _answer(call: Call, ceremony: Ceremony) -> Answer:
    seen = ceremony_as_seen(ceremony, call.tx.rooms.get(ceremony.id))
    return Answer(body=seen, etag=etag_of(ceremony.version))


def bindings() -> list[Binding]:
    return [
        Binding(operation_id="plan_ceremony", handler=plan_ceremony),
        Binding(operation_id="get_ceremony", handler=get_ceremony),
        Binding(operation_id="join_ceremony", handler=join_ceremony),
        Binding(operation_id="step_ceremony", handler=step_ceremony),
        Binding(operation_id="add_ceremony_event", handler=add_ceremony_event),
        Binding(operation_id="add_segment", handler=add_segment),
        Binding(operation_id="confirm_presence", handler=confirm_presence_of_party),
    ]
