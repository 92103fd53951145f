"""Ask the platform to issue. Asking twice is asking once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from server.cases.jobs import Job
from server.cases.releasing import release
from server.cases.step_up import KeyUse, put_on_record
from server.http.call import Binding
from server.http.case_at_hand import case_held
from server.http.started import accepted, new_operation
from server.http.step_ups import agreed
from server.transaction import OperationNotFound

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.cases.step_up import StepUpId
    from server.http.call import Answer, Call
    from server.transaction import Operation


def request_issue(call: Call) -> Answer:
    case = case_held(call)
    release(case, call.actor, at=call.now)
    step_up = agreed(call, case, KeyUse.ISSUE, told=call.body["step_up"])
    put_on_record(case, step_up, call.actor)
    call.tx.cases.save(case)
    return accepted(call, case, _the_one_operation(call, case, step_up.id))


def _the_one_operation(call: Call, case: Case, step_up: StepUpId) -> Operation:
    """Return the operation under which this approval is issued; there is only one.

    Its id follows from the case's and its approval, so a second request finds the first one's.
    One that failed is queued again: issuing goes on where it stopped.
    """
    # A corrected case is approved or released, and so issued, again.
    stamps = case.milestones
    since = stamps.approved_at if stamps.released_at is None else stamps.released_at
    operation_id = str(uuid5(UUID(case.id), f"{Job.ISSUE_CASE} {since}"))
    try:
        known = call.tx.operations.get(operation_id)
    except OperationNotFound:
        known = None
    if known is not None and known.state != "failed":
        return known
    operation = new_operation(call, case, Job.ISSUE_CASE, operation_id=operation_id)
    if known is None:
        call.tx.operations.add(operation)
    else:
        call.tx.operations.save(replace(operation, problem=None))
    ids = {"case": case.id, "step_up": step_up, "operation": operation.id}
    call.tx.jobs.defer(Job.ISSUE_CASE, office=case.office, **ids)
    return operation


def bindings() -> list[Binding]:
    return [Binding(operation_id="request_issue", handler=request_issue)]
