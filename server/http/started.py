"""Answer 202 to work that goes on after the answer.

The job is queued in the same transaction, so it exists if and only if what it
was asked for is on record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.access.principals import AccountKind
from server.http.call import Answer, etag_of
from server.http.shown.operations import operation_as_seen
from server.transaction import Operation

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.cases.jobs import Job
    from server.http.call import Call


def started(call: Call, case: Case, job: Job, **arguments: str) -> Answer:
    """Queue ``job`` for the case and say where its progress can be read."""
    operation = new_operation(call, case, job, operation_id=call.new_id())
    call.tx.operations.add(operation)
    call.tx.jobs.defer(job, office=case.office, case=case.id, operation=operation.id, **arguments)
    return accepted(call, case, operation)


def new_operation(call: Call, case: Case, job: Job, *, operation_id: str) -> Operation:
    is_applicant = call.principal.kind is AccountKind.APPLICANT
    return Operation(
        id=operation_id,
        office=case.office,
        kind=job,
        case=case.id,
        account=call.principal.account if is_applicant else None,
        state="queued",
        step=0,
        of=1,
        label="queued",
    )


def accepted(call: Call, case: Case, operation: Operation) -> Answer:
    return Answer(
        status=202,
        body=operation_as_seen(operation, call.language),
        etag=etag_of(case.version),
        headers={"Location": f"/v1/operations/{operation.id}"},
    )
