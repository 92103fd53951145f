"""The interview record: written live, read back, corrected, countersigned, confirmed by each."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from server.cases.ids import PartyId
from server.cases.interview import Exchange, InterviewRecord
from server.cases.record_keeping import (
    confirm_record,
    correct_record,
    countersign,
    write_record,
)
from server.ceremony.errors import NotRecording
from server.http.call import Binding
from server.http.case_at_hand import case_to_change, saved

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.ceremony.ceremony import Ceremony
    from server.http.call import Answer, Call


def write(call: Call) -> Answer:
    case = case_to_change(call)
    ceremony = _live(call, case)
    write_record(case, ceremony, _told(call, case), call.actor, at=call.now)
    if ceremony is not None:
        call.tx.ceremonies.save(ceremony)
    return saved(call, case)


def correct(call: Call) -> Answer:
    case, body = case_to_change(call), call.body
    ceremony = _in_the_room(call, case)
    correct_record(
        case,
        ceremony,
        call.actor,
        position=body["position"],
        answer=body["answer"],
        party=case.party(PartyId(body["party"])).id,
        at=call.now,
    )
    call.tx.ceremonies.save(ceremony)
    return saved(call, case)


def _told(call: Call, case: Case) -> InterviewRecord:
    body = call.body
    witness = body.get("witness")
    return InterviewRecord(
        place=body["place"],
        started_at=datetime.fromisoformat(body["started_at"]),
        interviewer=call.actor.account,
        recorder=case.staffing.second_handler,
        witness=None if witness is None else case.party(PartyId(witness)).id,
        exchanges=tuple(
            Exchange(question=each["question"], answer=each["answer"]) for each in body["exchanges"]
        ),
        told=tuple(body["told"]),
    )


def countersign_correction(call: Call) -> Answer:
    case, body = case_to_change(call), call.body
    ceremony = _in_the_room(call, case)
    countersign(
        case,
        ceremony,
        call.actor,
        position=body["position"],
        sha256=body["record_sha256"],
        at=call.now,
    )
    call.tx.ceremonies.save(ceremony)
    return saved(call, case)


def confirm(call: Call) -> Answer:
    case = case_to_change(call)
    ceremony = _in_the_room(call, case)
    sha256 = call.body["record_sha256"]
    confirm_record(case, ceremony, call.actor, sha256=sha256, at=call.now)
    call.tx.ceremonies.save(ceremony)
    return saved(call, case)


def _live(call: Call, case: Case) -> Ceremony | None:
    """Return the ceremony of the case that is not over, locked; there is one at most at work."""
    standing = [c for c in call.tx.ceremonies.of_case(case.id) if not c.status.is_final]
    recorded = [c for c in standing if c.status.records] or standing
    return call.tx.ceremonies.get(recorded[-1].id, lock=True) if recorded else None


def _in_the_room(call: Call, case: Case) -> Ceremony:
    ceremony = _live(call, case)
    if ceremony is None:
        raise NotRecording
    return ceremony


def bindings() -> list[Binding]:
    return [
        Binding(operation_id="write_interview", handler=write),
        Binding(operation_id="confirm_interview", handler=confirm),
        Binding(operation_id="correct_interview", handler=correct),
        Binding(operation_id="countersign_correction", handler=countersign_correction),
    ]
