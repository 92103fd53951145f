"""Any order of any action by any role keeps the promises of the workflow."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from server.billing.fee_status import FeeStatus
from server.cases.acting import act
from server.cases.actor import Actor  # noqa: TC001  # Hypothesis reads the annotation
from server.cases.closing import DeclineGround, RefusalGround, TerminationGround
from server.cases.consents import Purpose
from server.cases.enforcement import NoEnforcementGround
from server.cases.errors import CaseError
from server.cases.ids import OfficeId
from server.cases.particulars import Particulars
from server.cases.status import CaseStatus as S
from server.cases.suspensions import SuspensionGround
from server.cases.transitions import Action
from tests.unit.cases.a_case import (
    APPROVER,
    CHECKER,
    EVERYBODY,
    NOTARY,
    NOW,
    WANG,
    all_ticks,
    consent,
    ready_case,
)

ISSUED_OR_LATER = {
    S.ISSUED,
    S.DELIVERED,
    S.REEXAM,
    S.REVOKED,
    S.ENFORCEMENT_REVIEW,
    S.ENFORCEMENT_APPROVAL,
    S.ENFORCEMENT_APPROVED,
    S.ENFORCEMENT_CLOSED,
}
GROUNDS = [
    *DeclineGround,
    *RefusalGround,
    *TerminationGround,
    *SuspensionGround,
    *NoEnforcementGround,
    None,
    "made up",
]
TOLD = st.builds(
    Particulars,
    ground=st.sampled_from(GROUNDS),
    report=st.sampled_from(["because", None]),
    to_office=st.sampled_from([OfficeId("hekou-demo"), None]),
)


class CaseLifecycle(RuleBasedStateMachine):
    @initialize(
        identified=st.booleans(),
        confirmed=st.booleans(),
        fee=st.sampled_from(FeeStatus),
        ticked=st.sampled_from([APPROVER, NOTARY, None]),
        enforceable=st.booleans(),
        agreed=st.booleans(),
    )
    def begin(
        self,
        *,
        identified: bool,
        confirmed: bool,
        fee: FeeStatus,
        ticked: Actor | None,
        enforceable: bool,
        agreed: bool,
    ) -> None:
        """Start with any of the things that can be wrong being wrong."""
        self.case = ready_case()
        self.done: list[tuple[Action, Actor]] = []
        self.case.parties = [replace(self.case.party(WANG), identity_proven=identified)]
        if self.case.interview is not None and not confirmed:
            self.case.interview = replace(self.case.interview, confirmed_at=None)
        if self.case.fee is not None:
            self.case.fee = replace(self.case.fee, status=fee)
        self.case.approval = all_ticks(ticked) if ticked else None
        self.case.rules = replace(self.case.rules, enforceable=enforceable)
        if agreed:
            self.case.consents.append(consent(Purpose.TRANSFER))

    @rule(
        action=st.sampled_from(Action),
        who=st.sampled_from(EVERYBODY),
        told=TOLD,
    )
    def attempt(self, action: Action, who: Actor, told: Particulars) -> None:
        before, events = self.case.status, len(self.case.pending)
        try:
            act(self.case, action, who, at=NOW, particulars=told)
        except CaseError:
            assert (self.case.status, len(self.case.pending)) == (before, events)
        else:
            assert not before.is_final, f"{before} is final but allowed {action}"
            assert len(self.case.pending) == events + 1
            self.done.append((action, who))
            if action is Action.LAPSE:
                assert before is S.SUPPLEMENT

    @rule()
    def give_opinions_again(self) -> None:
        """Let the two who may, tick again, so that a returned draft can go on."""
        self.case.check, self.case.approval = all_ticks(CHECKER), all_ticks(APPROVER)

    @invariant()
    def a_certificate_has_a_history(self) -> None:
        if not hasattr(self, "case") or self.case.status not in ISSUED_OR_LATER:
            return
        actions = [a for a, _ in self.done]
        order = [Action.SUBMIT, Action.ACCEPT, Action.COMPLETE_INTERVIEW, Action.APPROVE]
        positions = [actions.index(a) for a in order]
        assert positions == sorted(positions)
        assert self.case.party(WANG).identity_proven
        assert self.case.interview is not None
        assert self.case.interview.is_confirmed
        assert self.case.fee is not None
        assert self.case.fee.status.clears_approval

    @invariant()
    def no_handler_ever_approved(self) -> None:
        if hasattr(self, "case"):
            approvals = {Action.APPROVE, Action.APPROVE_ENFORCEMENT, Action.REFUSE_ENFORCEMENT}
            approvers = {who.account for a, who in self.done if a in approvals}
            assert not approvers & self.case.handlers

    @invariant()
    def the_clock_stands_once_at_most(self) -> None:
        if hasattr(self, "case"):
            assert sum(s.is_open for s in self.case.suspensions) <= 1

    @invariant()
    def nobody_s_application_leaves_without_his_consent(self) -> None:
        if hasattr(self, "case") and self.case.status is S.TRANSFERRED:
            assert self.case.consent_holds(WANG, Purpose.TRANSFER)


TestCaseLifecycle = CaseLifecycle.TestCase
TestCaseLifecycle.settings = settings(max_examples=200, stateful_step_count=60, deadline=None)
