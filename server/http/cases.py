"""Cases: begin one, find one, read one, amend what it asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from server.access.errors import NotPermitted
from server.access.principals import AccountKind
from server.cases.dating import SHANGHAI
from server.cases.ids import CaseId, MatterCode, OfficeId
from server.cases.intake import add_party, amend_intake, open_case
from server.cases.opening import judged_intake, materials_of, rules_of
from server.cases.parties import PartyRole
from server.http.call import Answer, Binding, Call
from server.http.case_at_hand import answer_with, case_read, case_to_change, saved
from server.http.eligibility import question_from
from server.http.parties import party_from
from server.http.shown.cases import summary_as_seen
from server.transaction import Scope

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.catalogue.loading import Catalogue
    from server.http.cursors import Cursors


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    catalogue: Catalogue
    cursors: Cursors

    def create(self, call: Call) -> Answer:
        case = self._opened(call)
        applicant = {**call.body["applicant"], "role": PartyRole.APPLICANT}
        add_party(case, party_from(call, applicant, own=True), call.actor, at=call.now)
        call.tx.narrow(_inside(call, case))
        call.tx.cases.add(case)
        answer = answer_with(call, case, status=201)
        return replace(answer, headers={"Location": f"/v1/cases/{case.id}"})

    def _opened(self, call: Call) -> Case:
        body, on = call.body, call.now.astimezone(SHANGHAI).date()
        office = OfficeId(body["office"])
        if call.principal.office not in (None, office):
            raise NotPermitted
        pack = self.catalogue.rule_packs.at(office, on)
        matter = self.catalogue.matter(MatterCode(body["matter"]))
        return open_case(
            case_id=CaseId(call.new_id()),
            office=office,
            matter=matter.code,
            rules=rules_of(pack, matter),
            intake=judged_intake(
                question_from(body["eligibility"]),
                pack=pack,
                matter=matter,
                on=on,
                purpose=body["purpose"],
                copies=body["copies"],
                language=body["language"],
            ),
            materials=materials_of(matter, call.new_id),
            actor=call.actor,
            at=call.now,
        )

    def list(self, call: Call) -> Answer:
        limit = int(call.query.get("limit", 20))
        status = call.query.get("status")
        asked = {"status": status}
        after = self.cursors.position(call, filters=asked)
        # One more than is shown says whether there is a page after this one.
        found = call.tx.case_lists.page(status=status, after=after, limit=limit + 1)
        page = found[:limit]
        following = None
        if len(found) > limit:
            last = (page[-1].created_at, page[-1].id)
            following = self.cursors.after(call, last, filters=asked)
        return Answer(
            body={"items": [summary_as_seen(s) for s in page], "next_cursor": following},
        )


def _inside(call: Call, case: Case) -> Scope:
    account = call.principal.account
    if call.principal.kind is AccountKind.STAFF:
        return Scope(office=case.office)
    return Scope(office=case.office, account=account, case=case.id)


def get_case(call: Call) -> Answer:
    return answer_with(call, case_read(call))


def update_intake(call: Call) -> Answer:
    case, changes = case_to_change(call), call.body
    intake = replace(case.intake, **changes)
    amend_intake(case, intake, call.actor, at=call.now)
    return saved(call, case)


def bindings(*, catalogue: Catalogue, cursors: Cursors) -> list[Binding]:
    cases = Cases(catalogue=catalogue, cursors=cursors)
    return [
        Binding(operation_id="create_case", handler=cases.create),
        Binding(operation_id="list_cases", handler=cases.list),
        Binding(operation_id="get_case", handler=get_case),
        Binding(operation_id="update_intake", handler=update_intake),
    ]
