"""What must be true before a step; every unmet condition is named at once.

Each guard asks for the good case and returns what is missing. The codes are
translated for people in server/http/messages; the articles are the sources.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.cases.closing import DeclineGround, RefusalGround, TerminationGround
from server.cases.consents import ASKED_OF_EVERYBODY, Purpose
from server.cases.ids import PartyId
from server.cases.materials import HANDED_IN, SATISFIED
from server.cases.parties import MUST_BE_IDENTIFIED, STANDS_FOR_ANOTHER, PartyRole
from server.cases.transitions import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from server.cases.actor import Actor
    from server.cases.case import Case

    Guard = Callable[[Case, Actor], Iterator["Unmet"]]


@dataclass(frozen=True, slots=True)
class Unmet:
    code: str
    citation: str
    subject: str | None = None
    """Id or code of the party, material, head ... that it is about."""


def parties_complete(case: Case, _: Actor) -> Iterator[Unmet]:
    if not any(p.role is PartyRole.APPLICANT for p in case.parties):
        yield Unmet("applicant_missing", "P-17")
    for party in case.parties:
        if party.role in STANDS_FOR_ANOTHER and not case.rules.agent_allowed:
            yield Unmet("agent_not_allowed", "公证法 Art. 26", party.id)


def identities_proven(case: Case, _: Actor) -> Iterator[Unmet]:
    for party in case.parties:
        if party.role in MUST_BE_IDENTIFIED and not party.identity_proven:
            yield Unmet("identity_not_proven", "公证法 Art. 28(1)", party.id)


def identities_proven_or_chosen(case: Case, actor: Actor) -> Iterator[Unmet]:
    """Let pass also who chose to be compared by the notary in the ceremony.

    人脸识别技术应用安全管理办法: whoever shows no face to a machine is not turned away at the door.
    """
    for missing in identities_proven(case, actor):
        party = case.party(PartyId(str(missing.subject)))
        if not (party.compared_in_ceremony and case.rules.notary_compares):
            yield missing
        elif not case.consent_holds(party.id, Purpose.NOTARY_COMPARES):
            yield Unmet("consent_missing_notary_compares", "PIPL Art. 14, 29", party.id)


def consents_given(case: Case, _: Actor) -> Iterator[Unmet]:
    for party in case.parties:
        if party.account is None:
            continue
        for purpose in sorted(ASKED_OF_EVERYBODY):
            if not case.consent_holds(party.id, purpose):
                yield Unmet(f"consent_missing_{purpose}", "PIPL Art. 14, 29", party.id)


def notice_of_rights_confirmed(case: Case, _: Actor) -> Iterator[Unmet]:
    for party in case.parties:
        acts = party.role in MUST_BE_IDENTIFIED
        if acts and not case.consent_holds(party.id, Purpose.NOTICE_OF_RIGHTS):
            yield Unmet("notice_of_rights_not_confirmed", "公证法 Art. 27, P-21", party.id)


def materials_handed_in(case: Case, _: Actor) -> Iterator[Unmet]:
    for material in case.materials:
        if material.required and material.state not in HANDED_IN:
            yield Unmet("material_missing", "P-18", material.item)


def materials_satisfied(case: Case, _: Actor) -> Iterator[Unmet]:
    for material in case.materials:
        if material.required and material.state not in SATISFIED:
            yield Unmet("material_not_checked", "P-18", material.item)


def supplement_listed(case: Case, _: Actor) -> Iterator[Unmet]:
    if not any(m.in_supplement for m in case.materials):
        yield Unmet("supplement_empty", "P-19")


def supplement_handed_in(case: Case, _: Actor) -> Iterator[Unmet]:
    for material in case.materials:
        if material.in_supplement and material.state not in HANDED_IN:
            yield Unmet("material_missing", "P-19", material.item)


def notary_free_of_conflict(case: Case, actor: Actor) -> Iterator[Unmet]:
    for party in case.parties:
        if party.account == actor.account or actor.account in party.relative_of_staff:
            yield Unmet("conflict_of_interest", "公证法 Art. 23(3)", party.id)


def is_handling_notary(case: Case, actor: Actor) -> Iterator[Unmet]:
    if case.staffing.handling_notary != actor.account:
        yield Unmet("not_the_handling_notary", "P-5")


def two_persons_present(case: Case, _: Actor) -> Iterator[Unmet]:
    if not case.rules.two_person:
        return
    second = case.staffing.second_handler
    has_witness = any(p.role is PartyRole.WITNESS for p in case.parties)
    if not has_witness and (second is None or second == case.staffing.handling_notary):
        yield Unmet("second_person_missing", "P-53, P-54")


def record_confirmed(case: Case, _: Actor) -> Iterator[Unmet]:
    if case.interview is None or not case.interview.is_confirmed:
        yield Unmet("interview_record_not_confirmed", "P-28")


def ceremony_completed(case: Case, _: Actor) -> Iterator[Unmet]:
    if case.ceremony_completed_at is None:
        yield Unmet("ceremony_not_completed", "P-28")


def deed_signed(case: Case, _: Actor) -> Iterator[Unmet]:
    if not (case.rules.makes_deed and case.rules.deed_signed_electronically):
        return
    if case.deed is None or case.deed.signed_sha256 is None:
        yield Unmet("deed_not_signed", "P-38, 电子签名法 Art. 13")


def review_complete(case: Case, _: Actor) -> Iterator[Unmet]:
    if case.review is None:
        yield Unmet("review_missing", "公证法 Art. 28")
        return
    for head in case.review.unsatisfied:
        yield Unmet("review_head_unsatisfied", "公证法 Art. 28", head)


def tasks_closed(case: Case, _: Actor) -> Iterator[Unmet]:
    for task in case.tasks:
        if task.is_open:
            yield Unmet("verification_open", "公证法 Art. 29", task.id)


def draft_ready(case: Case, _: Actor) -> Iterator[Unmet]:
    if case.draft is None or case.draft.object_sha256 is None:
        yield Unmet("draft_missing", "P-40")


def checker_independent(case: Case, actor: Actor) -> Iterator[Unmet]:
    if actor.account in case.handlers:
        yield Unmet("checker_handled_the_case", "P-40")


def check_passed(case: Case, _: Actor) -> Iterator[Unmet]:
    if case.check is None or case.check.withheld:
        yield Unmet("ticks_withheld", "P-41")


def fee_covered(case: Case, _: Actor) -> Iterator[Unmet]:
    if case.fee is None or not case.fee.status.clears_approval:
        yield Unmet("fee_not_covered", "P-22, P-41(5)")


def approver_independent(case: Case, actor: Actor) -> Iterator[Unmet]:
    if actor.account in case.handlers:
        yield Unmet("approver_handled_the_case", "P-40")


def approval_given(case: Case, _: Actor) -> Iterator[Unmet]:
    if not case.needs_approval:
        return
    if case.approval is None or case.approval.withheld:
        yield Unmet("approval_missing", "P-40, P-41")
    elif case.approval.given_by in case.handlers:
        yield Unmet("approver_handled_the_case", "P-40")


def released(case: Case, _: Actor) -> Iterator[Unmet]:
    # Without approval the certificate bears the day the notary signs for it.
    if not case.needs_approval and case.milestones.released_at is None:
        yield Unmet("not_released", "P-44")


def clock_runs(case: Case, _: Actor) -> Iterator[Unmet]:
    if case.clock_stands:
        yield Unmet("clock_stands", "公证法 Art. 30; P-35")


def clock_stands(case: Case, _: Actor) -> Iterator[Unmet]:
    if not case.clock_stands:
        yield Unmet("clock_runs", "公证法 Art. 30; P-35")


def discussion_open(case: Case, _: Actor) -> Iterator[Unmet]:
    if case.discussion is None and not case.rules.collective_discussion:
        yield Unmet("discussion_not_called", "P-34")


def discussion_held(case: Case, _: Actor) -> Iterator[Unmet]:
    due = case.rules.collective_discussion or case.discussion is not None
    if due and not (case.discussion is not None and case.discussion.is_held):
        yield Unmet("discussion_not_held", "P-34, P-41(6)")


def approval_by_actor(case: Case, actor: Actor) -> Iterator[Unmet]:
    if case.approval is None or case.approval.given_by != actor.account:
        yield Unmet("ticks_not_yours", "P-41")


def accepted(case: Case, _: Actor) -> Iterator[Unmet]:
    if case.milestones.accepted_at is None:
        yield Unmet("not_accepted", "P-19")


def _grounded(grounds: type[DeclineGround | RefusalGround | TerminationGround]) -> Guard:
    def ground_on_the_list(case: Case, _: Actor) -> Iterator[Unmet]:
        if case.closing is None or case.closing.ground not in set(grounds):
            yield Unmet("ground_missing", "公证法 Art. 31; P-19, P-48, P-50")

    return ground_on_the_list


def decider_independent(case: Case, actor: Actor) -> Iterator[Unmet]:
    if case.closing is not None and case.closing.proposed_by == actor.account:
        yield Unmet("decider_proposed_it", "P-49, P-51")
    if actor.account == case.staffing.handling_notary:
        yield Unmet("decider_handled_the_case", "P-49, P-51")


def reexaminer_independent(case: Case, _: Actor) -> Iterator[Unmet]:
    reexaminer = case.staffing.reexaminer
    if reexaminer is None:
        yield Unmet("reexaminer_missing", "P-62")
    elif reexaminer in case.handlers:
        yield Unmet("reexaminer_handled_the_case", "P-62")


def copies_delivered(case: Case, _: Actor) -> Iterator[Unmet]:
    if case.delivered_copies < 1:
        yield Unmet("receipt_missing", "P-46")


def transfer_agreed(case: Case, _: Actor) -> Iterator[Unmet]:
    for party in case.parties:
        if party.account is not None and not case.consent_holds(party.id, Purpose.TRANSFER):
            yield Unmet("consent_missing_transfer", "PIPL Art. 23", party.id)


def enforceable(case: Case, _: Actor) -> Iterator[Unmet]:
    if not case.rules.enforceable:
        yield Unmet("not_enforceable", "公证法 Art. 37")


def performance_verified(case: Case, _: Actor) -> Iterator[Unmet]:
    """P-55: what the debtor did is verified after the application, not remembered."""
    since = case.enforcement.applied_at if case.enforcement else None
    if since is None or not any(not t.is_open and t.opened_at >= since for t in case.tasks):
        yield Unmet("performance_not_verified", "P-55; 法释〔2018〕18号 Art. 4")


def enforcement_drafted(case: Case, _: Actor) -> Iterator[Unmet]:
    since = case.enforcement.applied_at if case.enforcement else None
    drafted = case.draft is not None and case.draft.object_sha256 is not None
    if not (drafted and case.draft and since is not None and case.draft.drafted_at >= since):
        yield Unmet("draft_missing", "P-40, P-55")


def may_withdraw(case: Case, actor: Actor) -> Iterator[Unmet]:
    if not case.has_party(actor.account):
        yield Unmet("not_a_party", "P-50(2)")


def nothing_issued(case: Case, _: Actor) -> Iterator[Unmet]:
    # A correction brings an issued case back in hand; it ends with a certificate
    # that supersedes, or with a revocation, and never as if none were out there.
    if case.milestones.issued_at is not None:
        yield Unmet("certificate_exists", "公证法 Art. 39")


# Everything that invariant 2 of the domain rules asks for before a number exists.
BEFORE_A_NUMBER: Final[tuple[Guard, ...]] = (
    accepted,
    identities_proven,
    notice_of_rights_confirmed,
    tasks_closed,
    record_confirmed,
    deed_signed,
    fee_covered,
    approval_given,
    released,
    draft_ready,
)

GUARDS: Final[dict[Action, tuple[Guard, ...]]] = {
    Action.SUBMIT: (
        parties_complete,
        identities_proven_or_chosen,
        consents_given,
        materials_handed_in,
    ),
    Action.REQUEST_SUPPLEMENT: (supplement_listed,),
    Action.RESUBMIT: (supplement_handed_in,),
    Action.DECLINE: (_grounded(DeclineGround),),
    Action.ACCEPT: (
        parties_complete,
        identities_proven_or_chosen,
        consents_given,
        notice_of_rights_confirmed,
        notary_free_of_conflict,
    ),
    Action.AGREE_TO_TRANSFER: (transfer_agreed,),
    Action.START_REVIEW: (),
    Action.SUSPEND: (is_handling_notary, clock_runs),
    Action.RESUME: (is_handling_notary, clock_stands),
    Action.HOLD_DISCUSSION: (discussion_open,),
    Action.SCHEDULE_INTERVIEW: (two_persons_present, clock_runs),
    Action.COMPLETE_INTERVIEW: (
        is_handling_notary,
        two_persons_present,
        identities_proven,
        ceremony_completed,
        record_confirmed,
        deed_signed,
    ),
    Action.START_DRAFT: (),
    Action.SUBMIT_CHECK: (
        is_handling_notary,
        review_complete,
        discussion_held,
        materials_satisfied,
        draft_ready,
    ),
    Action.PASS_CHECK: (checker_independent, check_passed, fee_covered),
    Action.APPROVE: (
        approver_independent,
        approval_by_actor,
        approval_given,
        tasks_closed,
        fee_covered,
    ),
    Action.ISSUE: BEFORE_A_NUMBER,
    Action.DELIVER: (copies_delivered,),
    Action.WITHDRAW: (may_withdraw, nothing_issued, _grounded(TerminationGround)),
    Action.PROPOSE_TERMINATION: (
        is_handling_notary,
        nothing_issued,
        _grounded(TerminationGround),
    ),
    Action.PROPOSE_REFUSAL: (is_handling_notary, nothing_issued, _grounded(RefusalGround)),
    Action.VOID: (nothing_issued,),
    Action.CONFIRM_TERMINATION: (decider_independent,),
    Action.CONFIRM_REFUSAL: (decider_independent,),
    Action.MAINTAIN: (reexaminer_independent,),
    Action.CORRECT: (reexaminer_independent,),
    Action.SUPPLEMENT_CERTIFICATE: (reexaminer_independent,),
    Action.REVOKE_IN_PART: (reexaminer_independent,),
    Action.REVOKE: (reexaminer_independent,),
    Action.APPLY_ENFORCEMENT: (enforceable,),
    Action.SUBMIT_ENFORCEMENT: (
        is_handling_notary,
        performance_verified,
        tasks_closed,
        enforcement_drafted,
    ),
    Action.APPROVE_ENFORCEMENT: (
        approver_independent,
        approval_by_actor,
        approval_given,
        tasks_closed,
    ),
    Action.REFUSE_ENFORCEMENT: (approver_independent,),
}


def unmet(case: Case, action: Action, actor: Actor) -> tuple[Unmet, ...]:
    """Return everything that stands between ``case`` and ``action``."""
    return tuple(u for guard in GUARDS.get(action, ()) for u in guard(case, actor))
