"""The routes without a machine that looks at a face: compared in the room, or seen elsewhere."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from server.cases.comparing import Seen, agree_to_comparison, compare_identity
from server.cases.errors import PartNotFound
from server.cases.identity_checks import CheckId
from server.cases.identity_comparisons import AskedAbout, Likeness
from server.cases.identity_visits import PlaceKind, VisitReport
from server.cases.ids import PartyId
from server.cases.visiting import VisitWanted, open_visit, report_visit
from server.http.call import Answer, Binding, etag_of
from server.http.case_at_hand import case_held, viewer_of
from server.http.ceremonies import ceremony_of
from server.http.shown.identity_checks import check_as_seen
from server.http.uploaded import stored_upload

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.cases.identity_checks import IdentityCheck
    from server.ceremony.ceremony import Ceremony
    from server.http.call import Call


def compare(call: Call) -> Answer:
    case, ceremony, check = _in_the_room(call)
    body = call.body
    seen = Seen(
        result=Likeness(body["result"]),
        document=body["document"],
        original_shown=body["original_shown"],
        questions=tuple(map(AskedAbout, body["questions"])),
        reason=body["reason"],
    )
    compared = compare_identity(case, ceremony, check, seen, actor=call.actor, at=call.now)
    call.tx.ceremonies.save(ceremony)
    return _saved(call, case, compared)


def agree(call: Call) -> Answer:
    case, ceremony, check = _in_the_room(call)
    agreed = agree_to_comparison(
        case,
        ceremony,
        check,
        agrees=call.body["agrees"],
        reason=call.body["reason"],
        actor=call.actor,
        at=call.now,
    )
    call.tx.ceremonies.save(ceremony)
    return _saved(call, case, agreed)


def open_one(call: Call) -> Answer:
    case = case_held(call)
    wanted = VisitWanted(
        document=call.body["document"],
        place=PlaceKind(call.body["place"]),
        where=call.body["where"],
    )
    check = open_visit(
        case,
        PartyId(call.path["party_id"]),
        call.actor,
        check_id=CheckId(call.new_id()),
        reference=call.new_id(),
        wanted=wanted,
        at=call.now,
    )
    call.tx.identity_checks.add(check)
    call.tx.cases.save(case)
    return _answer(call, case, check)


def report(call: Call) -> Answer:
    case, body = case_held(call), call.body
    check = _check(call, case, call.path["check_id"])
    valid_until = body["valid_until"]
    told = VisitReport(
        entered_by=call.actor.account,
        entered_at=call.now,
        seen_by=body["seen_by"],
        seen_at=datetime.fromisoformat(body["seen_at"]),
        id_number=body["id_number"].upper(),
        valid_until=valid_until and date.fromisoformat(valid_until),
        same_person=body["same_person"],
        original_shown=body["original_shown"],
        statement=stored_upload(call, body["statement"], case, purpose="material").sha256,
        remarks=body.get("remarks"),
    )
    reported = report_visit(case, check, told, call.actor, reference=body["reference"], at=call.now)
    return _saved(call, case, reported)


def _in_the_room(call: Call) -> tuple[Case, Ceremony, IdentityCheck]:
    case = case_held(call)
    ceremony = ceremony_of(call, case, lock=True)
    return case, ceremony, _check(call, case, call.body["check"])


def _check(call: Call, case: Case, check_id: str) -> IdentityCheck:
    check = call.tx.identity_checks.get(CheckId(check_id), lock=True)
    if check.case != case.id:
        raise PartNotFound("identity check")
    return check


def _saved(call: Call, case: Case, check: IdentityCheck) -> Answer:
    call.tx.identity_checks.save(check)
    call.tx.cases.save(case)
    return _answer(call, case, check)


def _answer(call: Call, case: Case, check: IdentityCheck) -> Answer:
    body = check_as_seen(check, viewer_of(call))
    return Answer(status=201, body=body, etag=etag_of(case.version))


def bindings() -> list[Binding]:
    return [
        Binding(operation_id="compare_identity", handler=compare),
        Binding(operation_id="agree_to_comparison", handler=agree),
        Binding(operation_id="open_identity_visit", handler=open_one),
        Binding(operation_id="report_identity_visit", handler=report),
    ]
