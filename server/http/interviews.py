"""The interview record: written by the notary, read back and confirmed by each party."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from server.cases.handling import confirm_interview, write_interview
from server.cases.ids import PartyId
from server.cases.interview import Exchange, InterviewRecord
from server.http.call import Binding
from server.http.case_at_hand import case_to_change, saved

if TYPE_CHECKING:
    from server.http.call import Answer, Call


def write(call: Call) -> Answer:
    case, body = case_to_change(call), call.body
    witness = body.get("witness")
    record = InterviewRecord(
        place=body["place"],
        started_at=datetime.fromisoformat(body["started_at"]),
        interviewer=call.actor.account,
        recorder=case.staffing.second_handler,
        witness=None if witness is None else case.party(PartyId(witness)).id,
        exchanges=tuple(
            Exchange(
                question=each["question"],
                answer=each["answer"],
                corrected_from=each.get("corrected_from"),
            )
            for each in body["exchanges"]
        ),
        told=tuple(body["told"]),
    )
    write_interview(case, record, call.actor, at=call.now)
    return saved(call, case)


def confirm(call: Call) -> Answer:
    case = case_to_change(call)
    confirm_interview(case, call.actor, at=call.now)
    return saved(call, case)


def bindings() -> list[Binding]:
    return [
        Binding(operation_id="write_interview", handler=write),
        Binding(operation_id="confirm_interview", handler=confirm),
    ]
