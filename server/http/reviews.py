"""Who handles the case, and the examination under four heads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.access.errors import AccountNotFound
from server.cases.case import Staffing
from server.cases.handling import answer_review, assign, close_task, open_task
from server.cases.ids import AccountId, TaskId
from server.cases.review import Finding, Head, VerificationTask
from server.cases.seating import SEATS, refuse_unsuited
from server.http.call import Binding
from server.http.case_at_hand import case_held, case_to_change, made, saved
from server.http.shown.papers import task_as_seen

if TYPE_CHECKING:
    from server.cases.roles import Role
    from server.http.call import Answer, Call


def assign_staff(call: Call) -> Answer:
    case = case_to_change(call)
    named = {seat: AccountId(call.body[seat]) for seat in SEATS if call.body.get(seat)}
    staffing = Staffing(**named)

    def roles_of(person: AccountId) -> frozenset[Role]:
        try:
            account = call.tx.accounts.staff(person)
        except AccountNotFound:
            return frozenset()
        return account.roles if account.office == case.office and account.is_active else frozenset()

    refuse_unsuited(staffing, roles_of=roles_of)
    assign(case, staffing, call.actor, at=call.now)
    return saved(call, case)


def answer(call: Call) -> Answer:
    case = case_to_change(call)
    findings = {
        Head(each["head"]): Finding(
            satisfied=each["satisfied"],
            opinion=each["opinion"],
            evidence=tuple(each["evidence"]),
        )
        for each in call.body["findings"]
    }
    answer_review(case, findings, call.actor, at=call.now)
    return saved(call, case)


def open_verification(call: Call) -> Answer:
    case = case_held(call)
    task = VerificationTask(
        id=TaskId(call.new_id()),
        fact=call.body["fact"],
        way=call.body["way"],
        opened_by=call.actor.account,
        opened_at=call.now,
    )
    open_task(case, task, call.actor, at=call.now)
    call.tx.cases.save(case)
    return made(case, task_as_seen(task))


def close_verification(call: Call) -> Answer:
    case = case_to_change(call)
    close_task(
        case,
        TaskId(call.path["task_id"]),
        result=call.body["result"],
        source=call.body["source"],
        actor=call.actor,
        at=call.now,
    )
    return saved(call, case)


def bindings() -> list[Binding]:
    return [
        Binding(operation_id="assign_staff", handler=assign_staff),
        Binding(operation_id="answer_review", handler=answer),
        Binding(operation_id="open_verification", handler=open_verification),
        Binding(operation_id="close_verification", handler=close_verification),
    ]
