"""Ceremonies: plan one, come in, take its steps, chain what happens and is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.cases.consents import Purpose
from server.cases.dating import SHANGHAI
from server.cases.found_later import give_seat as give
from server.cases.ids import PartyId
from server.cases.meeting import join_ceremony as join
from server.cases.meeting import plan_ceremony as plan
from server.cases.meeting import step_ceremony as step
from server.cases.presence import confirm_presence
from server.cases.sitting_together import join_at_device as join_beside
from server.cases.sitting_together import leave_device as leave
from server.cases.sitting_together import offer_device as offer
from server.cases.telling import Claim, tell
from server.catalogue.notices import LANGUAGES
from server.ceremony.ceremony import CeremonyId, Seat, Segment
from server.ceremony.errors import CeremonyNotFound
from server.ceremony.status import Step
from server.http.call import Answer, Binding, etag_of
from server.http.case_at_hand import case_held, case_read
from server.http.shown.ceremonies import ceremony_as_seen, link_as_seen
from server.http.uploaded import stored_upload

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.catalogue.notices import Notices
    from server.ceremony.ceremony import Ceremony
    from server.ceremony.chain import Link
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
    ceremony = ceremony_of(call, case_read(call))
    if not call.actor.is_staff:
        ceremony.seat_of(call.actor.account)
    return _answer(call, ceremony)


def join_ceremony(call: Call) -> Answer:
    case = case_read(call)
    ceremony = ceremony_of(call, case, lock=True)
    join(
        case,
        ceremony,
        call.actor,
        at=call.now,
        session=call.principal.session,
        seen=call.tx.attendances.seen(ceremony.id),
        takes_over=bool(call.body and call.body.get("take_over")),
    )
    call.tx.ceremonies.save(ceremony)
    return _answer(call, ceremony)


def give_seat(call: Call) -> Answer:
    case, body = case_held(call), call.body
    ceremony = ceremony_of(call, case, lock=True)
    give(case, ceremony, PartyId(body["party"]), call.actor, seat=Seat(body["seat"]), at=call.now)
    call.tx.ceremonies.save(ceremony)
    call.tx.cases.save(case)
    return _answer(call, ceremony)


def offer_device(call: Call) -> Answer:
    case = case_read(call)
    ceremony = ceremony_of(call, case, lock=True)
    link = offer(
        case,
        ceremony,
        call.body["account"],
        call.actor,
        session=call.principal.session,
        at=call.now,
    )
    return _chained(call, ceremony, link)


def join_at_device(call: Call) -> Answer:
    case = case_read(call)
    ceremony = ceremony_of(call, case, lock=True)
    join_beside(
        case,
        ceremony,
        call.actor,
        device_of=call.body["device_of"],
        session=call.principal.session,
        room=call.tx.rooms.get(ceremony.id),
        at=call.now,
    )
    call.tx.ceremonies.save(ceremony)
    return _answer(call, ceremony)


def leave_device(call: Call) -> Answer:
    case = case_read(call)
    ceremony = ceremony_of(call, case, lock=True)
    return _chained(call, ceremony, leave(case, ceremony, call.actor, at=call.now))


def step_ceremony(call: Call) -> Answer:
    case = case_held(call)
    ceremony = ceremony_of(call, case, lock=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    notices: Notices

    def add(self, call: Call) -> Answer:
        case, body = case_held(call), call.body
        ceremony = ceremony_of(call, case, lock=True)
        claim = Claim(
            kind=body["kind"],
            subject=body.get("subject"),
            sha256=body.get("sha256"),
            offset_ms=body.get("offset_ms"),
            notices=self._in_force(call),
        )
        link = tell(case, ceremony, claim, call.actor, at=call.now)
        call.tx.ceremonies.save(ceremony)
        return Answer(status=201, body=link_as_seen(link), etag=etag_of(ceremony.version))

    def _in_force(self, call: Call) -> frozenset[str]:
        on = call.now.astimezone(SHANGHAI).date()
        code = Purpose.NOTICE_OF_RIGHTS
        return frozenset(
            self.notices.in_force(code, language, on=on).sha256 for language in LANGUAGES
        )


def add_segment(call: Call) -> Answer:
    case, body = case_read(call), call.body
    ceremony = ceremony_of(call, case, lock=True)
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
    ceremony = ceremony_of(call, case, lock=True)
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


def ceremony_of(call: Call, case: Case, *, lock: bool = False) -> Ceremony:
    """Return the ceremony of the path, or raise `CeremonyNotFound` for one of another case."""
    ceremony = call.tx.ceremonies.get(CeremonyId(call.path["ceremony_id"]), lock=lock)
    if ceremony.case != case.id:
        raise CeremonyNotFound
    return ceremony


def _chained(call: Call, ceremony: Ceremony, link: Link) -> Answer:
    call.tx.ceremonies.save(ceremony)
    return Answer(status=201, body=link_as_seen(link), etag=etag_of(ceremony.version))


def _answer(call: Call, ceremony: Ceremony) -> Answer:
    seen = ceremony_as_seen(ceremony, call.tx.rooms.get(ceremony.id))
    return Answer(body=seen, etag=etag_of(ceremony.version))


def bindings(*, notices: Notices) -> list[Binding]:
    return [
        Binding(operation_id="plan_ceremony", handler=plan_ceremony),
        Binding(operation_id="get_ceremony", handler=get_ceremony),
        Binding(operation_id="join_ceremony", handler=join_ceremony),
        Binding(operation_id="give_seat", handler=give_seat),
        Binding(operation_id="offer_device", handler=offer_device),
        Binding(operation_id="join_at_device", handler=join_at_device),
        Binding(operation_id="leave_device", handler=leave_device),
        Binding(operation_id="step_ceremony", handler=step_ceremony),
        Binding(operation_id="add_ceremony_event", handler=Events(notices=notices).add),
        Binding(operation_id="add_segment", handler=add_segment),
        Binding(operation_id="confirm_presence", handler=confirm_presence_of_party),
    ]
