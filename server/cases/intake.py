"""From nothing to a draft that can be submitted: parties, consents, materials."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from server.cases.case import BEFORE_ACCEPTANCE, Case, Intake, Milestones
from server.cases.consents import Consent, Purpose
from server.cases.errors import FormIncomplete, NotEditable, NotYourAction, PartNotFound
from server.cases.materials import Material, MaterialState
from server.cases.parties import TAKES_PART_ONLY, Party, PartyRole
from server.cases.status import CaseStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from server.cases.actor import Actor
    from server.cases.ids import CaseId, ConsentId, MaterialId, MatterCode, OfficeId, PartyId
    from server.cases.rules import CaseRules


def open_case(
    *,
    case_id: CaseId,
    office: OfficeId,
    matter: MatterCode,
    rules: CaseRules,
    intake: Intake,
    materials: Sequence[Material],
    actor: Actor,
    at: datetime,
) -> Case:
    """Return a new draft. Eligibility was judged before and its outcome is in ``intake``."""
    case = Case(
        id=case_id,
        office=office,
        matter=matter,
        rules=rules,
        intake=intake,
        materials=list(materials),
        milestones=Milestones(created_at=at),
    )
    case.note("created", actor, at, matter=matter, rules=rules.pack_version, route=intake.route)
    return case


def amend_intake(case: Case, intake: Intake, actor: Actor, *, at: datetime) -> None:
    """Change what is asked for. What eligibility was judged on needs a new case."""
    case.require_editable("intake", *BEFORE_ACCEPTANCE)
    require_part(case, actor, "amend_intake")
    case.intake = replace(
        case.intake, purpose=intake.purpose, copies=intake.copies, language=intake.language
    )
    case.note("intake_amended", actor, at, copies=intake.copies, language=intake.language)


def add_party(case: Case, party: Party, actor: Actor, *, at: datetime) -> None:
    """Add a party, or refuse one that the matter does not admit (公证法 Art. 26)."""
    case.require_editable("parties", *BEFORE_ACCEPTANCE, CaseStatus.SUBMITTED)
    require_part(case, actor, "add_party", creating=not case.parties)
    if party.role is PartyRole.AGENT and not case.rules.agent_allowed:
        raise NotEditable("agent", case.status)
    if party.stands_for is not None:
        case.party(party.stands_for)
    case.parties.append(party)
    case.note("party_added", actor, at, party=party.id, role=party.role)


def bind_witness(case: Case, party: Party, actor: Actor, *, at: datetime) -> None:
    """Bind a witness in place of the second person (P-27, P-53), or an interpreter.

    Also once the interview is set: before it is over somebody may be found to be missing.
    """
    times = (CaseStatus.ACCEPTED, CaseStatus.REVIEW, CaseStatus.INTERVIEW_SET)
    case.require_editable("witness", *times)
    if not actor.is_staff or party.role not in TAKES_PART_ONLY:
        raise NotYourAction("bind_witness")
    case.parties.append(party)
    case.note("witness_bound", actor, at, party=party.id, role=party.role)


def require_part(case: Case, actor: Actor, what: str, *, creating: bool = False) -> None:
    """Let staff of the office and parties of the case pass; refuse anybody else."""
    if not (creating or actor.is_staff or case.has_party(actor.account)):
        raise NotYourAction(what)


def give_consent(case: Case, consent: Consent, actor: Actor, *, at: datetime) -> None:
    """Record a consent. Nobody consents for another: the party's own login gives it."""
    party = case.party(consent.party)
    if party.account != actor.account:
        raise NotYourAction("give_consent")
    if case.status.is_final:
        raise NotEditable("consents", case.status)
    case.consents.append(consent)
    case.note(
        "consent_given",
        actor,
        at,
        party=party.id,
        purpose=consent.purpose,
        notice=f"{consent.notice_code}@{consent.notice_version}",
        text=consent.text_sha256,
    )


def withdraw_consent(case: Case, consent_id: ConsentId, actor: Actor, *, at: datetime) -> Consent:
    """Withdraw a consent; what was filed on its strength stays (PIPL Art. 13, 15)."""
    for position, consent in enumerate(case.consents):
        if consent.id != consent_id:
            continue
        if case.party(consent.party).account != actor.account:
            raise NotYourAction("withdraw_consent")
        withdrawn = replace(consent, withdrawn_at=consent.withdrawn_at or at)
        case.consents[position] = withdrawn
        case.note("consent_withdrawn", actor, at, party=consent.party, purpose=consent.purpose)
        return withdrawn
    raise PartNotFound("consent")


def may_use_face(case: Case, party_id: PartyId) -> bool:
    """Say whether face data of the party may be processed now (D-28..31, D-face)."""
    return case.consent_holds(party_id, Purpose.FACE_ONLINE)


def require_time_to_identify(case: Case, party: Party, actor: Actor) -> None:
    """Raise unless the party may be identified now: at intake, or before the camera again.

    In the ceremony a face vouches for a signature, so only the person can show it.
    """
    times = (*BEFORE_ACCEPTANCE, CaseStatus.SUBMITTED, CaseStatus.INTERVIEW_SET)
    case.require_editable("identity", *times)
    if case.status is CaseStatus.INTERVIEW_SET and party.account != actor.account:
        raise NotYourAction("identify_in_ceremony")


def attach_material(
    case: Case,
    material_id: MaterialId,
    *,
    object_sha256: str,
    media_type: str,
    size: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Put an uploaded file to an item. In a supplement only listed items may change."""
    require_part(case, actor, "attach_material")
    case.require_editable("materials", *BEFORE_ACCEPTANCE, CaseStatus.REVIEW)
    material = case.material(material_id)
    if case.status is CaseStatus.SUPPLEMENT and not material.in_supplement:
        raise NotEditable("material", case.status)
    case.replace_material(
        replace(
            material,
            state=MaterialState.UPLOADED,
            object_sha256=object_sha256,
            media_type=media_type,
            size=size,
        )
    )
    case.note("material_uploaded", actor, at, item=material.item, object=object_sha256)


def decide_material(
    case: Case,
    material_id: MaterialId,
    *,
    state: MaterialState,
    reason: str | None,
    actor: Actor,
    at: datetime,
) -> None:
    """Say what the office found: checked, original seen, or rejected with a reason."""
    case.require_editable(
        "materials",
        CaseStatus.SUBMITTED,
        CaseStatus.ACCEPTED,
        CaseStatus.REVIEW,
        CaseStatus.INTERVIEWED,
        CaseStatus.DRAFTING,
    )
    material = case.material(material_id)
    if state is MaterialState.REJECTED and not reason:
        raise FormIncomplete(["reason"])
    if state is MaterialState.SHARED_DATA:
        promised = any(c.holds and c.purpose is Purpose.TRUTH_PROMISE for c in case.consents)
        if not promised:
            raise PartNotFound("truth promise (P-18)")
    elif material.object_sha256 is None:
        raise PartNotFound("uploaded material")
    case.replace_material(
        replace(material, state=state, reason=reason, decided_by=actor.account, decided_at=at)
    )
    case.note("material_decided", actor, at, item=material.item, state=state)
