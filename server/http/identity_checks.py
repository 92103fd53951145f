"""Identity checks: ask for one, see how it ended, decide what the machine left open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.cases.errors import PartNotFound
from server.cases.identifying import decide_check, request_check
from server.cases.identity_checks import CheckId, CheckInputs
from server.cases.ids import PartyId
from server.cases.jobs import Job
from server.http.call import Answer, Binding, etag_of
from server.http.case_at_hand import case_held, case_read, case_to_change, viewer_of
from server.http.shown.identity_checks import check_as_seen, may_see_check
from server.http.started import started
from server.http.uploaded import stored_upload

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.cases.identity_checks import IdentityCheck
    from server.http.call import Call


def request_identity_check(call: Call) -> Answer:
    case = case_held(call)
    check = request_check(
        case,
        PartyId(call.path["party_id"]),
        _inputs(call, case),
        call.actor,
        check_id=CheckId(call.new_id()),
        at=call.now,
    )
    call.tx.identity_checks.add(check)
    call.tx.cases.save(case)
    return started(call, case, Job.CHECK_IDENTITY, check=check.id)


def _inputs(call: Call, case: Case) -> CheckInputs:
    def digest(field: str, purpose: str) -> str | None:
        upload_id = call.body.get(field)
        if upload_id is None:
            return None
        return stored_upload(call, upload_id, case, purpose=purpose).sha256

    front = stored_upload(call, call.body["front"], case, purpose="document")
    return CheckInputs(
        document=call.body["document"],
        front=front.sha256,
        back=digest("back", "document"),
        live=digest("live", "live_photo"),
    )


def get_identity_check(call: Call) -> Answer:
    case = case_read(call)
    check = _check_of(call, case)
    return Answer(body=check_as_seen(check, viewer_of(call)), etag=etag_of(case.version))


def decide_identity_check(call: Call) -> Answer:
    case = case_to_change(call)
    check = decide_check(
        case,
        _check_of(call, case, lock=True),
        proven=call.body["proven"],
        reason=call.body["reason"],
        actor=call.actor,
        at=call.now,
    )
    call.tx.identity_checks.save(check)
    call.tx.cases.save(case)
    return Answer(body=check_as_seen(check, viewer_of(call)), etag=etag_of(case.version))


def _check_of(call: Call, case: Case, *, lock: bool = False) -> IdentityCheck:
    check = call.tx.identity_checks.get(CheckId(call.path["check_id"]), lock=lock)
    if check.case != case.id or not may_see_check(case, check, viewer_of(call)):
        raise PartNotFound("identity_check")
    return check


def bindings() -> list[Binding]:
    return [
        Binding(operation_id="request_identity_check", handler=request_identity_check),
        Binding(operation_id="get_identity_check", handler=get_identity_check),
        Binding(operation_id="decide_identity_check", handler=decide_identity_check),
    ]
