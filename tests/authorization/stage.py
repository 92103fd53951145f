"""Two offices with somebody in every role, and two cases that everybody asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from server.cases.case import Staffing
from server.cases.ids import CaseId
from server.cases.roles import Role
from server.cases.transitions import TRANSITIONS, Action
from server.contract.spec import read_spec
from server.transaction import Scope
from tests.authorization.asking import PATH_WITH_QUERY, body_of
from tests.authorization.expected import (
    CALLERS,
    OTHER,
    PARTY,
    SEATED,
    STEP,
    STRANGER,
    Caller,
)
from tests.functional.case.platform import HEKOU, KUNMING, ROOT, Reply, new_id
from tests.fuzz.cast import ids_of

if TYPE_CHECKING:
    from datetime import date

    from tests.authorization.expected import Cell
    from tests.functional.case.platform import Person
    from tests.functional.case.staging import Staging
    from tests.servers.whole import Whole

# The status in which the case is, put there by hand, so that a right is asked
# for where it matters. Whatever is not named is asked for during the interview.
IN_STATUS: Final = {
    "add_party": "submitted",
    "answer_review": "review",
    "attach_material": "review",
    "bind_witness": "review",
    "decide_material": "review",
    "issue_identity_challenge": "submitted",
    "request_identity_check": "submitted",
    "get_certificate_file": "issued",
    "give_approval": "to_approve",
    "give_check": "checking",
    "give_receipt": "issued",
    "quote_fee": "review",
    "request_issue": "approved",
    "update_intake": "draft",
    "write_draft": "drafting",
}
IN_THE_ROOM: Final = frozenset(
    {
        "get_ceremony",
        "join_ceremony",
        "step_ceremony",
        "add_ceremony_event",
        "list_ceremony_events",
        "stream_ceremony_events",
        "add_segment",
        "confirm_presence",
        "compare_identity",
        "agree_to_comparison",
        "issue_media_ticket",
        "get_media_room",
        "request_key_frame",
        "put_out_participant",
        "readmit_participant",
        "ask_for_picture",
        "get_act",
        "give_seat",
        "invite_participant",
        "list_invitations",
        "revoke_invitation",
        "get_ceremony_form",
        "report_tech_check",
        "set_challenge",
        "look_at_participant",
        "identify_participant",
        "answer_questions",
        "hand_over_ceremony",
        "correct_interview",
        "countersign_correction",
        "confirm_interview",
        "close_media_room",
        "get_composite",
        "request_composite",
        "get_composite_file",
    }
)
IN_OFFICE: Final = text("SELECT set_config('feigui.office', 'kunming-demo', true)")
PUT_BACK: Final = text("UPDATE cases SET status = :status WHERE id = :case RETURNING version")
PATHS: Final = {
    o.id: o for o in read_spec(ROOT / "mobile_api_spec" / "openapi.bundled.json").operations
}


@dataclass(slots=True, kw_only=True)
class Stage:
    whole: Whole
    issued: Staging = field(init=False)
    meeting: Staging = field(init=False)
    people: dict[tuple[str, str], Person | None] = field(init=False)
    ids: dict[str, dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.issued, self.meeting = self.whole.case(), self.whole.case()
        # The same people in both, so that a seat is a seat in either case.
        for who in ("applicant", "assistant", "notary", "checker", "approver"):
            setattr(self.meeting, who, getattr(self.issued, who))
        self.issued.issue()
        self.meeting.start_ceremony()
        second = self.whole.platform.staff(Role.SECOND_HANDLER)
        self.people = {(c.name, c.tenant): self._person(c, second) for c in CALLERS}
        for case in (self.issued, self.meeting):
            self._fill_seats(case, second)
        self.ids = {case.case: self._ids(case) for case in (self.issued, self.meeting)}

    def _person(self, caller: Caller, second: Person) -> Person | None:
        platform = self.whole.platform
        if caller.role is None:
            return None
        if caller.name == PARTY:
            return self.issued.applicant
        if caller.name == STRANGER:
            return platform.applicant()
        if caller.is_seated:
            return {
                Role.ASSISTANT: self.issued.assistant,
                Role.NOTARY: self.issued.notary,
                Role.SECOND_HANDLER: second,
                Role.CHECKER: self.issued.checker,
                Role.APPROVER: self.issued.approver,
            }[caller.role]
        return platform.staff(caller.role, office=HEKOU if caller.tenant == OTHER else KUNMING)

    def _fill_seats(self, case: Staging, second: Person) -> None:
        people = {seat: self.people[f"{role}:seated", "own"] for seat, role in SEATED.items()}
        with self.whole.platform.open_transaction(Scope(office=KUNMING)) as tx:
            kept = tx.cases.get(CaseId(case.case), lock=True)
            kept.staffing = Staffing(**{s: p.account for s, p in people.items() if p is not None})
            tx.cases.save(kept)

    def _ids(self, case: Staging) -> dict[str, Any]:
        reader, applicant = self.issued.notary, self.issued.applicant
        begin = body_of("begin_upload", {"case_id": case.case}, None, self.today)
        return {
            **ids_of(self.whole, case, reader),
            "assistant": self.issued.assistant.account,
            "party_account": applicant.account,
            "in_the_room": applicant.account,
            "task_id": new_id(),
            "invitation_id": new_id(),
            "page": "1",
            "upload_id": applicant.post("/uploads", begin)["id"],
        }

    @property
    def today(self) -> date:
        return self.whole.platform.clock().date()

    def ask(self, cell: Cell) -> Reply:
        """Send the cell's request as the cell's caller, with the case where it has to be."""
        operation = cell.operation.partition(":")[0]
        case = (self.meeting if operation in IN_THE_ROOM else self.issued).case
        person = self.people[cell.caller, cell.tenant]
        version = self._put_back(case, cell.operation)
        ids = dict(self.ids[case])
        if operation in {"end_session", "sign_out"} and person is not None:
            # Of a session of its own, which the call may end.
            person = self.whole.platform.again(person)
            ids["session_id"] = person.principal.session
        if operation == "revoke_device" and person is not None:
            ids["device_id"] = person.another_device().id
        for absent in ("session_id", "device_id", "package_id"):
            ids.setdefault(absent, new_id())
        body = self._body(cell, ids, person)
        return self._send(operation, person, ids, body=body, version=version)

    def _body(self, cell: Cell, ids: dict[str, Any], person: Person | None) -> object:
        operation, _, act = cell.operation.partition(":")
        if operation == "act_on_case":
            return {"action": act}
        if operation == "begin_step_up":
            return {"action": act, "document_sha256": "ab" * 32}
        return body_of(operation, ids, person if cell.tenant == "own" else None, self.today)

    def _send(
        self,
        operation: str,
        person: Person | None,
        ids: dict[str, Any],
        *,
        body: object,
        version: int,
    ) -> Reply:
        spec = PATHS[operation]
        path = spec.path.format_map(ids) + PATH_WITH_QUERY.get(operation, "")
        headers = {"Accept-Language": "en"}
        if person is not None:
            headers["Authorization"] = f"Bearer {person.token}"
        if spec.takes("if-match"):
            headers["If-Match"] = f'"{version}"'
        if spec.takes("idempotency-key"):
            headers["Idempotency-Key"] = new_id()
        is_file = isinstance(body, bytes)
        if is_file:
            headers["Content-Type"] = "application/pdf"
        response = self.whole.platform.app.test_client().open(
            path,
            method=spec.method,
            headers=headers,
            json=None if is_file else body,
            data=body if is_file else None,
        )
        told = response.get_json() if (response.mimetype or "").endswith("json") else None
        return Reply(
            response.status_code, told, response.headers.get("ETag"), dict(response.headers)
        )

    def _put_back(self, case: str, operation: str) -> int:
        status = IN_STATUS.get(operation, "interview_set")
        if operation.startswith(STEP):
            action = Action(operation.removeprefix(STEP))
            status = min(min(t.sources) for t in TRANSITIONS if t.action is action)
        with self.whole.owner.begin() as connection:
            connection.execute(IN_OFFICE)
            found = connection.execute(PUT_BACK, {"case": case, "status": status})
            return int(found.scalar_one())
