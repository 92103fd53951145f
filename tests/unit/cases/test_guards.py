"""What stands between a case and a step, one spoilt condition at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from server.cases.case import Staffing
from server.cases.guards import unmet
from server.cases.ids import AccountId, PartyId, TaskId
from server.cases.materials import MaterialState
from server.cases.parties import Party, PartyRole
from server.cases.review import Finding, Head, VerificationTask
from server.cases.transitions import Action
from tests.unit.cases.a_case import (
    APPLICANT,
    APPROVER,
    ASSISTANT,
    CHECKER,
    CLERK,
    DIRECTOR,
    NOTARY,
    NOW,
    SYSTEM,
    WANG,
    all_ticks,
    ready_case,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.cases.actor import Actor
    from server.cases.case import Case

OTHER = AccountId("s-other-notary")
THIRD = PartyId("p-third")


def one_more(case: Case, role: PartyRole) -> None:
    case.parties.append(Party(id=THIRD, role=role, name="某某", identity_proven=True))


def in_role(case: Case, role: PartyRole) -> None:
    case.parties = [replace(p, role=role) for p in case.parties]


def materials(case: Case, state: MaterialState) -> None:
    case.materials = [replace(m, state=state) for m in case.materials]


def relative(case: Case) -> None:
    kin = frozenset({NOTARY.account})
    case.parties = [replace(p, relative_of_staff=kin) for p in case.parties]


def himself(case: Case) -> None:
    case.parties = [replace(p, account=NOTARY.account) for p in case.parties]


def for_two(case: Case, second: AccountId | None) -> None:
    case.rules = replace(case.rules, two_person=True)
    case.staffing = replace(case.staffing, second_handler=second)


def unsigned(case: Case) -> None:
    if case.deed is not None:
        case.deed = replace(case.deed, signed_sha256=None)


def no_deed(case: Case) -> None:
    case.deed = None


def uninformed(case: Case) -> None:
    case.consents = [c for c in case.consents if c.purpose != "notice_of_rights"]


def unconfirmed(case: Case) -> None:
    if case.interview is not None:
        case.interview = replace(case.interview, confirmed_at=None)


def no_record(case: Case) -> None:
    case.interview = None


def no_ceremony(case: Case) -> None:
    case.ceremony_completed_at = None


def no_review(case: Case) -> None:
    case.review = None


def unsatisfied(case: Case) -> None:
    if case.review is not None:
        doubtful = Finding(satisfied=False, opinion="存疑", evidence=())
        findings = {**case.review.findings, Head.EVIDENCE_SUFFICIENT: doubtful}
        case.review = replace(case.review, findings=findings)


def unanswered(case: Case) -> None:
    if case.review is not None:
        case.review = replace(case.review, findings={})


def no_draft(case: Case) -> None:
    case.draft = None


def untypeset(case: Case) -> None:
    if case.draft is not None:
        case.draft = replace(case.draft, object_sha256=None)


def unchecked(case: Case) -> None:
    case.check = None


def withheld(case: Case) -> None:
    case.check = replace(all_ticks(CHECKER), ticks=frozenset())
    case.approval = replace(all_ticks(APPROVER), ticks=frozenset())


def checker_drafted(case: Case) -> None:
    case.staffing = replace(case.staffing, assistant=CHECKER.account)


def no_fee(case: Case) -> None:
    case.fee = None


def unapproved(case: Case) -> None:
    case.approval = None


def approved_by_a_handler(case: Case) -> None:
    case.approval = all_ticks(NOTARY)


def pending_verification(case: Case) -> None:
    case.tasks.append(
        VerificationTask(id=TaskId("t-1"), fact="f", way="letter", opened_by=OTHER, opened_at=NOW)
    )


def reexaminer(case: Case, who: AccountId | None) -> None:
    case.staffing = replace(case.staffing, reexaminer=who)


def undelivered(case: Case) -> None:
    case.delivered_copies = 0


def no_ground(case: Case) -> None:
    case.closing = None


def ground(case: Case, code: str) -> None:
    if case.closing is not None:
        case.closing = replace(case.closing, ground=code)


def somebody_elses(case: Case) -> None:
    case.parties = [replace(p, account=None) for p in case.parties]


def director_handles(case: Case) -> None:
    case.staffing = replace(case.staffing, handling_notary=DIRECTOR.account)


def not_accepted(case: Case) -> None:
    case.milestones = replace(case.milestones, accepted_at=None)


@pytest.mark.parametrize(
    ("action", "who", "spoil", "expected"),
    [
        # Nobody applies, so there is nobody to notarize for.
        (
            Action.SUBMIT,
            APPLICANT,
            lambda c: in_role(c, PartyRole.PRINCIPAL),
            {"applicant_missing"},
        ),
        # 公证法 Art. 26: a power of attorney is given in person.
        (Action.SUBMIT, APPLICANT, lambda c: one_more(c, PartyRole.AGENT), {"agent_not_allowed"}),
        # A required paper that was never handed in.
        (
            Action.SUBMIT,
            APPLICANT,
            lambda c: materials(c, MaterialState.MISSING),
            {"material_missing"},
        ),
        # A rejected paper has to be replaced first.
        (
            Action.RESUBMIT,
            APPLICANT,
            lambda c: materials(c, MaterialState.REJECTED),
            {"material_missing"},
        ),
        # Nobody was told what the rights and the risks are.
        (Action.ACCEPT, NOTARY, uninformed, {"notice_of_rights_not_confirmed"}),
        # The notary's own application.
        (Action.ACCEPT, NOTARY, himself, {"conflict_of_interest"}),
        # The application of the notary's relative.
        (Action.ACCEPT, NOTARY, relative, {"conflict_of_interest"}),
        # A matter for two with one person.
        (
            Action.SCHEDULE_INTERVIEW,
            ASSISTANT,
            lambda c: for_two(c, None),
            {"second_person_missing"},
        ),
        # The notary is no second person beside himself.
        (
            Action.SCHEDULE_INTERVIEW,
            ASSISTANT,
            lambda c: for_two(c, NOTARY.account),
            {"second_person_missing"},
        ),
        # The record was read back and nobody has said yes.
        (Action.COMPLETE_INTERVIEW, NOTARY, unconfirmed, {"interview_record_not_confirmed"}),
        # No record was written at all.
        (Action.COMPLETE_INTERVIEW, NOTARY, no_record, {"interview_record_not_confirmed"}),
        # The ceremony is still going on.
        (Action.COMPLETE_INTERVIEW, NOTARY, no_ceremony, {"ceremony_not_completed"}),
        # The deed lies there unsigned.
        (Action.COMPLETE_INTERVIEW, NOTARY, unsigned, {"deed_not_signed"}),
        # There is no deed where the matter makes one.
        (Action.COMPLETE_INTERVIEW, NOTARY, no_deed, {"deed_not_signed"}),
        # The four heads were not looked at.
        (Action.SUBMIT_CHECK, NOTARY, no_review, {"review_missing"}),
        # One head is in doubt.
        (Action.SUBMIT_CHECK, NOTARY, unsatisfied, {"review_head_unsatisfied"}),
        # An unanswered head is an unsatisfied one.
        (Action.SUBMIT_CHECK, NOTARY, unanswered, {"review_head_unsatisfied"}),
        # A paper that was handed in and that nobody looked at.
        (
            Action.SUBMIT_CHECK,
            NOTARY,
            lambda c: materials(c, MaterialState.UPLOADED),
            {"material_not_checked"},
        ),
        # Nothing was written.
        (Action.SUBMIT_CHECK, NOTARY, no_draft, {"draft_missing"}),
        # It was written and is not on paper yet.
        (Action.SUBMIT_CHECK, NOTARY, untypeset, {"draft_missing"}),
        # A draft passes with six ticks, or not at all.
        (Action.PASS_CHECK, CHECKER, withheld, {"ticks_withheld"}),
        # No opinion is no agreement.
        (Action.PASS_CHECK, CHECKER, unchecked, {"ticks_withheld"}),
        # Whoever prepared the case does not check it.
        (Action.PASS_CHECK, CHECKER, checker_drafted, {"checker_handled_the_case"}),
        # A fee that was never quoted is not covered.
        (Action.PASS_CHECK, CHECKER, no_fee, {"fee_not_covered"}),
        # The approver said nothing: neither given nor his.
        (Action.APPROVE, APPROVER, unapproved, {"approval_missing", "ticks_not_yours"}),
        # The approver withheld a tick.
        (Action.APPROVE, APPROVER, withheld, {"approval_missing"}),
        # L-29: an open verification keeps the case from approval.
        (Action.APPROVE, APPROVER, pending_verification, {"verification_open"}),
        # An approval that a handler gave is none.
        (Action.ISSUE, SYSTEM, approved_by_a_handler, {"approver_handled_the_case"}),
        # No number for an application that was never accepted.
        (Action.ISSUE, SYSTEM, not_accepted, {"not_accepted"}),
        # The recipient has confirmed nothing.
        (Action.DELIVER, CLERK, undelivered, {"receipt_missing"}),
        # Only a party withdraws.
        (Action.WITHDRAW, APPLICANT, somebody_elses, {"not_a_party"}),
        # P-50 closes the list of grounds.
        (
            Action.PROPOSE_TERMINATION,
            NOTARY,
            lambda c: ground(c, "50(6)"),
            {"ground_missing"},
        ),
        # A ground of termination is none for refusing.
        (Action.PROPOSE_REFUSAL, NOTARY, lambda c: ground(c, "50(2)"), {"ground_missing"}),
        # Declining without a ground leaves the applicant without a remedy.
        (Action.DECLINE, NOTARY, no_ground, {"ground_missing"}),
        # The director who handles the case does not decide on its end.
        (Action.CONFIRM_TERMINATION, DIRECTOR, director_handles, {"decider_handled_the_case"}),
        # P-62: somebody has to look again.
        (Action.MAINTAIN, DIRECTOR, lambda c: reexaminer(c, None), {"reexaminer_missing"}),
        # ... and not the one who looked before.
        (
            Action.REVOKE,
            DIRECTOR,
            lambda c: reexaminer(c, NOTARY.account),
            {"reexaminer_handled_the_case"},
        ),
    ],
)
def test_what_is_missing_is_named(
    action: Action, who: Actor, spoil: Callable[[Case], None], expected: set[str]
) -> None:
    case = ready_case()
    spoil(case)
    assert {u.code for u in unmet(case, action, who)} == expected


def with_witness(case: Case) -> None:
    for_two(case, None)
    one_more(case, PartyRole.WITNESS)


def on_paper(case: Case) -> None:
    case.rules = replace(case.rules, deed_signed_electronically=False)
    case.deed = None


def without_deed(case: Case) -> None:
    case.rules = replace(case.rules, makes_deed=False)
    case.deed = None


def without_approval(case: Case) -> None:
    case.rules = replace(case.rules, approval_required=False)
    case.approval = None
    case.milestones = replace(case.milestones, released_at=NOW)


def optional_material(case: Case) -> None:
    case.materials = [
        replace(m, required=False, state=MaterialState.MISSING) for m in case.materials
    ]


def nobody_for_himself(case: Case) -> None:
    case.parties = [replace(p, account=None) for p in case.parties]
    case.consents = [c for c in case.consents if c.purpose == "notice_of_rights"]


def not_closing(case: Case) -> None:
    case.staffing = Staffing()
    case.closing = None


@pytest.mark.parametrize(
    ("action", "who", "change"),
    [
        # P-53: a witness stands in for the second person.
        (Action.SCHEDULE_INTERVIEW, ASSISTANT, with_witness),
        # Two handle it.
        (Action.SCHEDULE_INTERVIEW, ASSISTANT, lambda c: for_two(c, OTHER)),
        # 电子签名法 Art. 3: this deed is signed in ink, elsewhere.
        (Action.COMPLETE_INTERVIEW, NOTARY, on_paper),
        # A certified fact has no deed.
        (Action.COMPLETE_INTERVIEW, NOTARY, without_deed),
        # P-40: some matters are issued without an approver.
        (Action.ISSUE, SYSTEM, without_approval),
        # What the matter does not require may stay away.
        (Action.SUBMIT, APPLICANT, optional_material),
        # Whoever has no login is not asked for consent online.
        (Action.SUBMIT, ASSISTANT, nobody_for_himself),
        # A party who needs no proof of identity holds nobody up.
        (Action.ACCEPT, NOTARY, lambda c: one_more(c, PartyRole.RELATED_PERSON)),
        # Nothing was proposed by the director and nobody handles the case.
        (Action.CONFIRM_TERMINATION, DIRECTOR, not_closing),
        # P-62: another notary looks again.
        (Action.MAINTAIN, DIRECTOR, lambda _: None),
        # A step without conditions.
        (Action.ARCHIVE, CLERK, lambda _: None),
    ],
)
def test_what_does_not_stand_in_the_way(
    action: Action, who: Actor, change: Callable[[Case], None]
) -> None:
    case = ready_case()
    change(case)
    assert unmet(case, action, who) == ()


def test_a_verification_that_was_answered_holds_nobody_up() -> None:
    case = ready_case()
    pending_verification(case)
    case.tasks = [replace(t, result="confirmed", closed_at=NOW) for t in case.tasks]
    assert unmet(case, Action.APPROVE, APPROVER) == ()


def test_a_finding_names_the_party_it_is_about() -> None:
    case = ready_case()
    relative(case)
    assert [u.subject for u in unmet(case, Action.ACCEPT, NOTARY)] == [WANG]
