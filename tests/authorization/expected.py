"""What every caller is to be answered, worked out from the permission table and the law.

A gate looks at roles. What stands beyond it, seats in a case and whose file
it is, is written down here a second time, on purpose: the code must agree.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from server.access.permissions import PERMISSIONS
from server.cases.roles import STAFF_ROLES, Role
from server.cases.step_up import KeyUse
from server.cases.transitions import TRANSITIONS, Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CSV: Final = Path(__file__).with_name("matrix.csv")
COLUMNS: Final = ("operation", "caller", "tenant", "expected")
OK: Final = "ok"
OWN, OTHER, NONE = "own", "other", "-"

# The seats of a case and who sits in them. "notary:seated" is this notary,
# "notary" is a colleague of his who has nothing to do with the case.
SEATED: Final = {
    "assistant": Role.ASSISTANT,
    "handling_notary": Role.NOTARY,
    "second_handler": Role.SECOND_HANDLER,
    "checker": Role.CHECKER,
    "approver": Role.APPROVER,
}
NOBODY, PARTY, STRANGER = "nobody", "party", "other applicant"


@dataclass(frozen=True, slots=True)
class Caller:
    name: str
    role: Role | None
    tenant: str
    is_seated: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    operation: str
    caller: str
    tenant: str
    expected: str


CALLERS: Final = (
    Caller(NOBODY, None, NONE),
    Caller(PARTY, Role.APPLICANT, OWN, is_seated=True),
    Caller(STRANGER, Role.APPLICANT, OTHER),
    *(Caller(f"{role}:seated", role, OWN, is_seated=True) for role in SEATED.values()),
    *(Caller(str(role), role, OWN) for role in sorted(STAFF_ROLES)),
    *(Caller(str(role), role, OTHER) for role in sorted(STAFF_ROLES)),
)

# Of no case: whoever passes the gate is answered with what is his own.
ABOUT_ONESELF: Final = frozenset(
    {
        "get_me",
        "list_sessions",
        "end_session",
        "sign_out",
        "list_devices",
        "revoke_device",
        "list_cases",
        "get_register",
    }
)
# Somebody's own file; a colleague does not sign parts for another's phone.
OF_THE_UPLOADER: Final = frozenset({"get_upload", "sign_upload_parts", "complete_upload"})
# Beyond the gate, these ask for a seat (公证程序规则 Art. 5, 20, 40) or a place in the room.
SEAT_OF: Final = {
    "answer_review": {Role.NOTARY},
    "write_interview": {Role.NOTARY},
    "give_check": {Role.CHECKER},
    "give_approval": {Role.APPROVER},
    "join_ceremony": {Role.NOTARY, Role.APPLICANT},
    "offer_device": {Role.NOTARY, Role.APPLICANT},
    "join_at_device": {Role.NOTARY, Role.APPLICANT},
    # Nobody is beside another in the ceremony that everybody asks for.
    "leave_device": set(),
    "step_ceremony": {Role.NOTARY, Role.APPLICANT},
    "add_ceremony_event": {Role.NOTARY, Role.APPLICANT},
    "list_ceremony_events": {Role.NOTARY, Role.APPLICANT},
    "stream_ceremony_events": {Role.NOTARY, Role.APPLICANT},
    "add_segment": {Role.NOTARY, Role.APPLICANT},
    "confirm_presence": {Role.NOTARY},
    "compare_identity": {Role.NOTARY},
    # Nobody sits as the second handler in the ceremony that everybody asks for.
    "agree_to_comparison": set(),
    "issue_media_ticket": {Role.NOTARY, Role.APPLICANT},
    "get_media_room": {Role.NOTARY, Role.APPLICANT},
    "request_key_frame": {Role.NOTARY, Role.APPLICANT},
    "put_out_participant": {Role.NOTARY},
    "readmit_participant": {Role.NOTARY},
    "ask_for_picture": {Role.NOTARY, Role.APPLICANT},
    "report_tech_check": {Role.NOTARY, Role.APPLICANT},
    "set_challenge": {Role.NOTARY},
    "look_at_participant": {Role.NOTARY},
    "identify_participant": {Role.NOTARY},
    "answer_questions": {Role.NOTARY},
    "hand_over_ceremony": {Role.NOTARY},
    "correct_interview": {Role.NOTARY},
    "close_media_room": {Role.NOTARY},
    "list_events": set(SEATED.values()),
    "request_issue": {Role.NOTARY},
}
WITHOUT_A_SEAT: Final = {
    "hand_over_ceremony": {Role.DIRECTOR},
    "list_events": {Role.DIRECTOR, Role.INSPECTOR, Role.ARCHIVIST},
    "request_issue": {Role.ISSUING_CLERK},
}
# A step that belongs to the holder of a seat once there is one.
SEAT_OF_STEP: Final = {
    Action.ACCEPT: Role.NOTARY,
    Action.PASS_CHECK: Role.CHECKER,
    Action.RETURN_DRAFT: Role.CHECKER,
    Action.APPROVE: Role.APPROVER,
    Action.RETURN_FOR_REDRAFT: Role.APPROVER,
    Action.APPROVE_ENFORCEMENT: Role.APPROVER,
    Action.RETURN_ENFORCEMENT: Role.APPROVER,
    Action.REFUSE_ENFORCEMENT: Role.APPROVER,
}
STEP: Final = "act_on_case:"
# Being asked before a key is used: whose act it is, written down a second time.
ASKED: Final = "begin_step_up:"
ASKED_OF: Final = {
    KeyUse.SIGN_DEED: {Role.APPLICANT},
    KeyUse.APPROVE: {Role.APPROVER, Role.DIRECTOR},
    KeyUse.APPROVE_ENFORCEMENT: {Role.APPROVER, Role.DIRECTOR},
    KeyUse.ISSUE: {Role.NOTARY, Role.ISSUING_CLERK},
    KeyUse.TAKE_EVIDENCE: {
        Role.APPLICANT,
        Role.NOTARY,
        Role.APPROVER,
        Role.DIRECTOR,
        Role.ISSUING_CLERK,
        Role.ARCHIVIST,
        Role.INSPECTOR,
    },
}


def operations() -> Iterator[str]:
    """Every operation; the one that takes steps once for each step."""
    for operation in PERMISSIONS:
        if operation == "act_on_case":
            yield from (f"{STEP}{action}" for action in Action)
        elif operation == "begin_step_up":
            yield from (f"{ASKED}{use}" for use in KeyUse)
        else:
            yield operation


def cells() -> list[Cell]:
    return [
        Cell(operation, caller.name, caller.tenant, expected(operation, caller))
        for operation in operations()
        for caller in CALLERS
    ]


def expected(operation: str, caller: Caller) -> str:
    gate = PERMISSIONS[operation.partition(":")[0]]
    if not gate.needs_login:
        return OK
    if caller.role is None:
        return "401"
    if gate.roles is not None and caller.role not in gate.roles:
        return "403"
    return _beyond_the_gate(operation, caller)


def _beyond_the_gate(operation: str, caller: Caller) -> str:
    if operation in ABOUT_ONESELF:
        return OK
    if operation == "add_device":
        return "403"  # Nobody adds one without a second factor, which here is wrong.
    if operation == "create_case":
        # Which offices there are is public, so this is no secret to keep.
        return "403" if caller.role is Role.ASSISTANT and caller.tenant == OTHER else OK
    if caller.tenant == OTHER or (operation in OF_THE_UPLOADER and caller.name != PARTY):
        return "404"
    return OK if has_a_part(operation, caller) else "403"


def has_a_part(operation: str, caller: Caller) -> bool:
    if operation.startswith(STEP):
        return _may_take(Action(operation.removeprefix(STEP)), caller)
    if operation.startswith(ASKED):
        return caller.role in ASKED_OF[KeyUse(operation.removeprefix(ASKED))]
    if operation not in SEAT_OF:
        return True
    if caller.role in WITHOUT_A_SEAT.get(operation, ()):
        return True
    return caller.is_seated and caller.role in SEAT_OF[operation]


def _may_take(action: Action, caller: Caller) -> bool:
    actors = {role for row in TRANSITIONS if row.action is action for role in row.actors}
    if caller.role not in actors:
        return False
    return action not in SEAT_OF_STEP or (caller.is_seated and caller.role is SEAT_OF_STEP[action])


def read_reviewed() -> list[Cell]:
    with CSV.open(encoding="utf-8", newline="") as file:
        return [Cell(*row) for row in list(csv.reader(file))[1:]]


def write(found: Iterable[Cell]) -> None:
    with CSV.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows((c.operation, c.caller, c.tenant, c.expected) for c in found)
