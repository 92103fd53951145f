"""Wherever issuing dies, doing it again ends with one number and one certificate."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from server.cases.acting import act
from server.cases.closing import TerminationGround
from server.cases.dating import issue_date
from server.cases.errors import (
    ConditionsUnmet,
    IntentBroken,
    IssueOvertaken,
    StepUpNotFound,
    StepUpOfAnotherAct,
    StepUpOfAnotherDocument,
    StepUpSpent,
    StepUpUnanswered,
    TransitionRefused,
)
from server.cases.ids import OfficeId, PartyId
from server.cases.issuing import issue_case
from server.cases.particulars import Particulars
from server.cases.parties import Party, PartyRole
from server.cases.press import Fault, Press
from server.cases.status import CaseStatus as S
from server.cases.step_up import KeyUse, StepUpId
from server.cases.transitions import Action
from server.register.certificates import Certificate, CertificateId, CertificateStatus
from server.register.generations import FileKind, sm3_of
from storage.objects import Digest
from tests.unit.cases.a_case import APPLICANT, NOW, WANG, ready_case
from tests.unit.cases.agreeing import agreed_to_issue, answered, asked
from tests.unit.cases.books import MemoryCases, Shelf

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.cases.case import Case
    from server.cases.step_up import StepUp

OFFICE = OfficeId("kunming-demo")


class Died(BaseException):
    """The process is gone: nothing in it gets to tidy up."""


def approved() -> Case:
    case = ready_case(S.APPROVED)
    case.delivered_copies = 0
    return case


@dataclass(slots=True)
class Works:
    """A press, its store, and where it dies next."""

    shelf: Shelf
    objects: dict[str, bytes] = field(default_factory=dict)
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    dies_at: Fault | None = None
    seals: int = 0
    typesettings: int = 0

    def press(self) -> Press:
        return Press(
            open_books=lambda _: self.shelf.opened(),
            series_of=lambda _: "domestic",
            print_number=lambda _, year, sequence: f"({year})云昆内证字第{sequence}号",
            typeset=self._typeset,
            seal=self._seal,
            put=self._put,
            get=lambda _, digest: self.objects[digest.hex],
            new_id=self._new,
            public_id=self._new,
            check_code=self._new,
            now=lambda: NOW,
            reach=self._reach,
        )

    def issue_next(self, press: Press | None = None) -> CertificateId:
        """Run the job of whoever asked, who agreed to the draft on a device."""
        step_up = agreed_to_issue(self.case)
        return issue_case(OFFICE, self.case.id, press=press or self.press(), step_up=step_up.id)

    def issue(self) -> Certificate:
        """Issue the only certificate there is."""
        self.issue_next()
        (certificate,) = self.shelf.certificates.every.values()
        return certificate

    @property
    def case(self) -> Case:
        (case,) = self.shelf.cases.every.values()
        return case

    def _new(self) -> str:
        return f"id-{next(self.ids)}"

    def _typeset(self, case: Case, certificate: Certificate) -> bytes:
        # A later release sets it otherwise.
        self.typesettings += 1
        return f"{certificate.number.text} set {self.typesettings} times".encode()

    def _seal(self, case: Case, certificate: Certificate, prepared: bytes, _: object) -> bytes:
        self.seals += 1
        return prepared + f" sealed {self.seals} times".encode()

    def _put(self, _: OfficeId, content: bytes) -> Digest:
        digest = Digest(hashlib.sha256(content).hexdigest())
        self.objects[digest.hex] = content
        return digest

    def _reach(self, fault: str) -> None:
        if fault == self.dies_at:
            self.dies_at = None
            raise Died


def works(case: Case | None = None) -> Works:
    case = case or approved()
    shelf = Shelf(MemoryCases(case))
    shelf.step_ups.add(agreed_to_issue(case))
    return Works(shelf)


def test_a_certificate_bears_its_number_and_the_day_of_approval() -> None:
    at = works()
    certificate = at.issue()
    assert (certificate.status, certificate.number.sequence) == (CertificateStatus.VALID, 1)
    assert certificate.issue_date == date(2026, 3, 2)
    assert certificate.sealed_sha256 in at.objects
    assert at.case.status is S.ISSUED
    assert [d.recipient for d in at.shelf.deliveries.every] == [WANG]


def test_what_was_sealed_is_on_record_with_both_digests_and_the_deed_beside_it() -> None:
    at = works()
    certificate = at.issue()
    kept = {g.file.kind: g for g in at.shelf.generations.every.values()}
    sealed = kept[FileKind.CERTIFICATE]
    assert (sealed.file.subject, sealed.sha256) == (certificate.id, certificate.sealed_sha256)
    assert sealed.sm3 == sm3_of(at.objects[str(certificate.sealed_sha256)])
    deed = at.case.deed
    assert deed is not None
    assert (kept[FileKind.DEED].number, kept[FileKind.DEED].sha256) == (1, deed.signed_sha256)
    assert certificate.deed_sha256 == deed.signed_sha256


def test_only_applicants_are_sent_a_certificate() -> None:
    case = approved()
    case.parties.append(Party(id=PartyId("p-2"), role=PartyRole.RELATED_PERSON, name="某某"))
    at = works(case)
    at.issue()
    assert [d.recipient for d in at.shelf.deliveries.every] == [WANG]


# The permit is given inside the seal, which here is made in one go.
@pytest.mark.parametrize("fault", [f for f in Fault if f is not Fault.PERMIT_GIVEN])
def test_after_dying_anywhere_a_second_run_comes_to_one_certificate(fault: Fault) -> None:
    at = works()
    at.dies_at = fault
    with pytest.raises(Died):
        at.issue()
    certificate = at.issue()
    assert certificate.status is CertificateStatus.VALID
    assert certificate.number.sequence == 1
    assert at.shelf.numbers.last == {(2026, "domestic"): 1}
    assert len(at.shelf.deliveries.every) == 1
    assert [e.kind for e in at.shelf.cases.recorded] == ["issue_intended", "issue", "sealed"]
    assert certificate.sealed_sha256 is not None
    sealed = at.objects[certificate.sealed_sha256]
    assert certificate.prepared_sha256 is not None
    assert sealed.startswith(at.objects[certificate.prepared_sha256])


def test_issuing_again_what_is_issued_touches_nothing() -> None:
    at = works()
    first = at.issue()
    assert at.issue() == first
    assert at.seals == 1


def test_of_two_runs_at_once_the_second_adopts_the_certificate_of_the_first() -> None:
    at = works()
    slow = at.press()

    def overtaken(fault: str) -> None:
        if fault == Fault.READ_BACK:
            at.issue()

    at.issue_next(replace(slow, reach=overtaken))
    (certificate,) = at.shelf.certificates.every.values()
    assert certificate.sealed_sha256 is not None
    # The later file lies in the store and is nobody's certificate.
    assert at.objects[certificate.sealed_sha256].endswith(b"sealed 2 times")
    assert len(at.shelf.deliveries.every) == 1


def test_two_runs_never_intend_two_documents() -> None:
    at = works()

    def overtaken(fault: str) -> None:
        if fault == Fault.TYPESET:
            at.issue()

    with pytest.raises(IntentBroken, match="differs"):
        at.issue_next(replace(at.press(), reach=overtaken))
    assert at.case.status is S.ISSUED


def withdraw(at: Works) -> None:
    case = at.shelf.cases.get(at.case.id)
    asked = Particulars(ground=TerminationGround.WITHDRAWN)
    act(case, Action.WITHDRAW, APPLICANT, at=NOW, particulars=asked)
    at.shelf.cases.save(case)


def test_a_case_withdrawn_while_the_seal_was_made_gets_no_certificate() -> None:
    at = works()

    def withdrawn(fault: str) -> None:
        if fault == Fault.SEALED:
            withdraw(at)

    with pytest.raises(IssueOvertaken):
        at.issue_next(replace(at.press(), reach=withdrawn))
    (certificate,) = at.shelf.certificates.every.values()
    assert (certificate.status, certificate.sealed_sha256) == (CertificateStatus.VOIDED, None)
    assert at.case.status is S.TERMINATING
    assert at.shelf.deliveries.every == []
    assert at.shelf.cases.recorded[-1].kind == "certificate_voided"


def test_a_case_withdrawn_after_a_crash_is_not_issued_by_the_sweep() -> None:
    at = works()
    at.dies_at = Fault.NUMBER_ALLOTTED
    with pytest.raises(Died):
        at.issue()
    withdraw(at)
    with pytest.raises(IssueOvertaken):
        at.issue_next()
    assert at.seals == 0
    assert list(at.shelf.certificates.unfinished(before=datetime.max.replace(tzinfo=UTC))) == []


def test_a_store_that_returns_other_bytes_gets_no_certificate() -> None:
    at = works()
    with pytest.raises(IntentBroken, match="other bytes"):
        at.issue_next(replace(at.press(), get=lambda *_: b"rot"))
    assert at.case.status is S.APPROVED


def test_a_voided_certificate_keeps_its_number_and_the_case_gets_the_next() -> None:
    at = works()
    at.dies_at = Fault.NUMBER_ALLOTTED
    with pytest.raises(Died):
        at.issue()
    (intended,) = at.shelf.certificates.every.values()
    at.shelf.certificates.save(replace(intended, status=CertificateStatus.VOIDED))
    with pytest.raises(StepUpSpent):
        at.issue_next()
    anew = replace(agreed_to_issue(at.case), id=StepUpId("u-anew"))
    anew = answered(replace(anew, answer=None))
    at.shelf.step_ups.add(anew)
    fresh = issue_case(OFFICE, at.case.id, press=at.press(), step_up=anew.id)
    assert at.shelf.certificates.get(CertificateId(fresh)).number.sequence == 2


def test_no_number_for_a_case_that_is_not_approved_or_lacks_something() -> None:
    early = works(ready_case(S.TO_APPROVE))
    with pytest.raises(TransitionRefused):
        early.issue()
    case = approved()
    case.fee = None
    with pytest.raises(ConditionsUnmet, match="fee_not_covered"):
        works(case).issue()
    assert early.shelf.numbers.last == {}


def test_the_day_is_shanghai_s_and_nobody_has_one_before_approval() -> None:
    case = approved()
    late = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    case.milestones = replace(case.milestones, approved_at=late)
    assert issue_date(case) == date(2027, 1, 1)
    case.milestones = replace(case.milestones, approved_at=None)
    with pytest.raises(TransitionRefused):
        issue_date(case)


def unanswered(case: Case) -> StepUp:
    return replace(agreed_to_issue(case), answer=None)


def of_another_draft(case: Case) -> StepUp:
    return replace(answered(asked(case, KeyUse.ISSUE, "9" * 64)), id=agreed_to_issue(case).id)


def of_another_act(case: Case) -> StepUp:
    approved_only = answered(asked(case, KeyUse.APPROVE, "4" * 64))
    return replace(approved_only, id=agreed_to_issue(case).id)


@pytest.mark.parametrize(
    ("agreed", "error"),
    [
        # Asked, and nobody answered.
        (unanswered, StepUpUnanswered),
        # Another draft was read than the one that would be sealed.
        (of_another_draft, StepUpOfAnotherDocument),
        # Whoever approved has not asked for the seal.
        (of_another_act, StepUpOfAnotherAct),
    ],
)
def test_a_job_that_nobody_agreed_to_allots_no_number(
    agreed: Callable[[Case], StepUp], error: type[Exception]
) -> None:
    at = works()
    at.shelf.step_ups.every.clear()
    with pytest.raises(StepUpNotFound):
        at.issue_next()
    at.shelf.step_ups.add(agreed(at.case))
    with pytest.raises(error):
        at.issue_next()
    with pytest.raises(StepUpUnanswered):
        issue_case(OFFICE, at.case.id, press=at.press())
    assert (at.shelf.numbers.last, at.seals) == ({}, 0)


def test_what_a_crash_left_goes_on_under_the_answer_it_was_begun_with() -> None:
    at = works()
    at.dies_at = Fault.NUMBER_ALLOTTED
    with pytest.raises(Died):
        at.issue()
    issue_case(OFFICE, at.case.id, press=at.press())
    (certificate,) = at.shelf.certificates.every.values()
    assert certificate.status is CertificateStatus.VALID
    assert certificate.step_up == agreed_to_issue(at.case).id


def test_what_was_begun_without_an_answer_waits_for_one() -> None:
    at = works()
    at.dies_at = Fault.NUMBER_ALLOTTED
    with pytest.raises(Died):
        at.issue()
    (begun,) = at.shelf.certificates.every.values()
    at.shelf.certificates.save(replace(begun, step_up=None))
    with pytest.raises(StepUpUnanswered):
        issue_case(OFFICE, at.case.id, press=at.press())
    assert at.seals == 0
    assert at.issue().step_up == agreed_to_issue(at.case).id
