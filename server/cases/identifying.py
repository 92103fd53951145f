"""Ask for an identity check, take its outcome, and let a person decide where needed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from server.cases.case import BEFORE_ACCEPTANCE
from server.cases.consents import Purpose
from server.cases.errors import (
    ConditionsUnmet,
    FormIncomplete,
    NotYourAction,
    PartNotFound,
    TransitionRefused,
)
from server.cases.guards import Unmet
from server.cases.identity_checks import (
    CheckOutcome,
    CheckState,
    FieldsConfirmed,
    IdentityCheck,
    PersonDecision,
    ProofRoute,
)
from server.cases.intake import may_use_face, require_part, require_time_to_identify
from server.cases.parties import IdDocument, IdType
from server.cases.roles import Role
from server.cases.status import CaseStatus
from server.cases.transitions import Action
from server.cases.visiting import unmet_before_acceptance

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from server.cases.actor import Actor
    from server.cases.case import Case
    from server.cases.identity_checks import CheckId, CheckInputs
    from server.cases.ids import PartyId
    from server.cases.parties import Party

NOT_CARRIED_OUT: Final = "check_unavailable"
"""The doubt of a check that came to nothing through no fault of the person's."""

TYPE_OF: Final = {
    "resident_id": IdType.RESIDENT_ID,
    # Its holder has a number of the same rules (国务院办公厅 2018: 港澳台居民居住证申领发放办法).
    "residence_permit": IdType.RESIDENT_ID,
    "passport": IdType.PASSPORT,
    "mainland_permit": IdType.MAINLAND_PERMIT,
    "taiwan_permit": IdType.TAIWAN_PERMIT,
    "foreigners_permit": IdType.FOREIGNERS_PERMIT,
}


def request_check(
    case: Case,
    party_id: PartyId,
    inputs: CheckInputs,
    actor: Actor,
    *,
    check_id: CheckId,
    at: datetime,
) -> IdentityCheck:
    """Return the check to be run. Without consent to face data no face is looked at."""
    require_part(case, actor, "request_check")
    party = case.party(party_id)
    require_time_to_identify(case, party, actor)
    if inputs.shows_the_face and not may_use_face(case, party.id):
        raise ConditionsUnmet(
            (Unmet("consent_missing_face_online", "人脸识别技术应用安全管理办法", party.id),)
        )
    if inputs.route is ProofRoute.NOTARY_COMPARES:
        _require_choice(case, party, inputs)
    case.note(
        "identity_check_requested",
        actor,
        at,
        party=party.id,
        check=check_id,
        route=inputs.route,
    )
    return IdentityCheck(
        id=check_id,
        office=case.office,
        case=case.id,
        party=party.id,
        inputs=inputs,
        state=CheckState.QUEUED,
        requested_at=at,
    )


def record_outcome(
    case: Case,
    check: IdentityCheck,
    *,
    state: CheckState,
    outcome: CheckOutcome,
    actor: Actor,
    at: datetime,
) -> IdentityCheck:
    """Take in what the check measured; only a proven one marks the party."""
    if check.state is not CheckState.QUEUED:
        return check
    if check.inputs.route is ProofRoute.NOTARY_COMPARES and state is not CheckState.REFUSED:
        # A machine has read the document and nothing else: whose it is the notary says.
        state = CheckState.TO_BE_COMPARED
        _mark_to_be_compared(case, check, outcome)
    if state is CheckState.PROVEN:
        _mark_proven(case, check, outcome)
    case.note(
        "identity_checked",
        actor,
        at,
        party=check.party,
        check=check.id,
        state=state,
        doubts=" ".join(outcome.doubts) or None,
        policy=outcome.policy_citation,
    )
    return replace(check, state=state, outcome=outcome)


def leave_to_a_person(
    case: Case, check: IdentityCheck, *, policy: str, actor: Actor, at: datetime
) -> IdentityCheck:
    """End a check that could not be carried out: a notary decides, nobody waits for ever."""
    nothing_measured = CheckOutcome(
        doubts=(NOT_CARRIED_OUT,),
        face_score=None,
        policy_citation=policy,
        name=None,
        id_number=None,
        valid_until=None,
        finished_at=at,
    )
    return record_outcome(
        case,
        check,
        state=CheckState.PERSON_DECIDES,
        outcome=nothing_measured,
        actor=actor,
        at=at,
    )


def decide_check(
    case: Case, check: IdentityCheck, *, proven: bool, reason: str, actor: Actor, at: datetime
) -> IdentityCheck:
    """Let a notary decide what the machine left open; a refusal is not overruled."""
    if Role.NOTARY not in actor.roles:
        raise NotYourAction("decide_identity_check")
    waits = check.state is CheckState.PERSON_DECIDES
    if check.state is CheckState.TO_BE_COMPARED:
        if proven:
            raise ConditionsUnmet((Unmet("identity_not_compared", "公证法 Art. 28(1)", check.id),))
        waits = True
    if not waits or check.outcome is None:
        raise TransitionRefused(case.status, Action.SUBMIT)
    if proven and (missing := tuple(unmet_before_acceptance(case, check, at=at))):
        raise ConditionsUnmet(missing)
    if proven and check.pictures_ended is not None:
        # There is nothing left to look at, nor to show to anybody who doubts it later.
        raise ConditionsUnmet((Unmet("identity_pictures_ended", "PIPL Art. 19, 47", check.id),))
    decision = PersonDecision(decided_by=actor.account, proven=proven, reason=reason, at=at)
    state = CheckState.PROVEN if proven else CheckState.REFUSED
    if proven:
        _mark_proven(case, check, check.outcome)
    elif check.state is CheckState.TO_BE_COMPARED:
        case.replace_party(replace(case.party(check.party), compared_in_ceremony=False))
    case.note("identity_decided", actor, at, party=check.party, check=check.id, state=state)
    return replace(check, state=state, decision=decision)


def confirm_fields(
    case: Case, check: IdentityCheck, corrected: dict[str, str], actor: Actor, *, at: datetime
) -> IdentityCheck:
    """Take in what the person says about fields that were read without certainty.

    Who corrects one has not been read right: what was proven is left to a notary.
    """
    if case.party(check.party).account != actor.account:
        raise NotYourAction("confirm_identity_fields")
    case.require_editable("identity", *BEFORE_ACCEPTANCE, CaseStatus.SUBMITTED)
    if check.outcome is None or check.confirmed is not None:
        raise PartNotFound("fields to confirm")
    unsure = {each.field for each in check.outcome.unsure}
    if not corrected.keys() <= unsure:
        raise FormIncomplete(sorted(unsure))
    state = check.state
    if corrected and state is CheckState.PROVEN:
        state = CheckState.PERSON_DECIDES
        case.replace_party(replace(case.party(check.party), identity_proven=False))
    case.note(
        "identity_fields_confirmed",
        actor,
        at,
        party=check.party,
        check=check.id,
        corrected=" ".join(sorted(corrected)) or None,
    )
    confirmed = FieldsConfirmed(at=at, by=actor.account, corrected=corrected)
    return replace(check, state=state, confirmed=confirmed)


def refusals_of(checks: Iterable[IdentityCheck], party: PartyId) -> tuple[datetime, ...]:
    """Return when the party was refused by the machine, in any order."""
    return tuple(
        check.outcome.finished_at
        for check in checks
        if check.party == party and check.outcome and check.state is CheckState.REFUSED
    )


def _require_choice(case: Case, party: Party, inputs: CheckInputs) -> None:
    """Raise unless the party chose the notary's comparison, and the office offers it."""
    missing = []
    if not case.rules.notary_compares:
        missing.append(Unmet("comparison_not_offered", case.rules.citation, party.id))
    if not case.consent_holds(party.id, Purpose.NOTARY_COMPARES):
        missing.append(Unmet("consent_missing_notary_compares", "PIPL Art. 14, 29", party.id))
    if inputs.shows_the_face or inputs.chip is not None or inputs.code is not None:
        missing.append(Unmet("comparison_stands_alone", "PIPL Art. 6", party.id))
    if missing:
        raise ConditionsUnmet(missing)


def _mark_to_be_compared(case: Case, check: IdentityCheck, outcome: CheckOutcome) -> None:
    party = case.party(check.party)
    # Whoever is proven already stays so; the comparison can still be held.
    case.replace_party(
        replace(
            party,
            compared_in_ceremony=party.compared_in_ceremony or not party.identity_proven,
            id_document=_document_of(case, check, outcome),
        )
    )


def _mark_proven(case: Case, check: IdentityCheck, outcome: CheckOutcome) -> None:
    party, document = case.party(check.party), _document_of(case, check, outcome)
    case.replace_party(
        replace(party, identity_proven=True, compared_in_ceremony=False, id_document=document)
    )


def _document_of(case: Case, check: IdentityCheck, outcome: CheckOutcome) -> IdDocument | None:
    document = case.party(check.party).id_document
    # In the ceremony a face is seen again; the document on file is what was reviewed.
    if outcome.id_number is not None and case.status is not CaseStatus.INTERVIEW_SET:
        document = IdDocument(
            type=TYPE_OF[check.inputs.document],
            number=outcome.id_number,
            valid_until=outcome.valid_until,
        )
    return document
