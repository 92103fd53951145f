"""Steps of the main line: any role may ask, the transition table decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.cases.acting import act
from server.cases.dating import SHANGHAI
from server.cases.ending import revoked_by
from server.cases.errors import FormIncomplete
from server.cases.ids import AccountId, MaterialId, OfficeId
from server.cases.jobs import Job
from server.cases.particulars import Particulars, SupplementItem
from server.cases.step_up import KeyUse, put_on_record
from server.cases.transferring import rules_at
from server.cases.transitions import Action
from server.http.call import Binding
from server.http.case_at_hand import case_to_change, saved
from server.http.step_ups import agreed

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.catalogue.loading import Catalogue
    from server.http.call import Answer, Call


# The steps that lead to the notary's signature and the office's seal.
AGREED_TO: Final = {
    Action.APPROVE: KeyUse.APPROVE,
    Action.APPROVE_ENFORCEMENT: KeyUse.APPROVE_ENFORCEMENT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseActions:
    catalogue: Catalogue

    def act(self, call: Call) -> Answer:
        case, action = case_to_change(call), Action(call.body["action"])
        told = _told(call)
        if action is Action.PROPOSE_TRANSFER and told.to_office is not None:
            self._refuse_unfit(call, case, told.to_office)
        act(case, action, call.actor, at=call.now, particulars=told)
        if action in AGREED_TO:
            _put_agreement_on_record(call, case, AGREED_TO[action])
        known = call.tx.certificates.of_case(case.id)
        for ended in revoked_by(action, case, known, call.actor, at=call.now):
            call.tx.certificates.save(ended)
        if action is Action.AGREE_TO_TRANSFER:
            call.tx.jobs.defer(Job.TRANSFER_CASE, office=case.office, case=case.id)
        return saved(call, case)

    def _refuse_unfit(self, call: Call, case: Case, office: OfficeId) -> None:
        rules_at(
            case,
            office,
            packs=self.catalogue.rule_packs,
            matter=self.catalogue.matter(case.matter),
            on=call.now.astimezone(SHANGHAI).date(),
        )


def _put_agreement_on_record(call: Call, case: Case, use: KeyUse) -> None:
    """Undo the step, by raising, unless the caller agreed to it on a device of their own."""
    told = call.body.get("step_up")
    if told is None:
        raise FormIncomplete(["step_up"])
    put_on_record(case, agreed(call, case, use, told=told), call.actor)


def _told(call: Call) -> Particulars:
    body = call.body
    to_office = body.get("to_office")
    return Particulars(
        ground=body.get("ground"),
        report=body.get("report"),
        supplement=tuple(
            SupplementItem(material=MaterialId(item["material"]), reason=item["reason"])
            for item in body.get("supplement", ())
        ),
        to_office=None if to_office is None else OfficeId(to_office),
        present=tuple(AccountId(person) for person in body.get("present", ())),
    )


def bindings(*, catalogue: Catalogue) -> list[Binding]:
    return [Binding(operation_id="act_on_case", handler=CaseActions(catalogue=catalogue).act)]
