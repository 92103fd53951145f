"""What a re-examination does to certificates that are out in the world."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from server.cases.acting import Particulars, act
from server.cases.closing import RefusalGround, TerminationGround
from server.cases.ending import revoke_all, superseded
from server.cases.errors import ConditionsUnmet
from server.cases.status import CaseStatus as S
from server.cases.transitions import Action
from server.register.certificates import (
    Allotted,
    Certificate,
    CertificateId,
    CertificateStatus,
)
from tests.unit.cases.a_case import APPLICANT, DIRECTOR, NOTARY, NOW, ready_case
from tests.unit.cases.test_issuing import Works, approved, works

if TYPE_CHECKING:
    from server.cases.actor import Actor


def certificate(sequence: int, status: CertificateStatus) -> Certificate:
    return Certificate(
        id=CertificateId(f"n-{sequence}"),
        office="kunming-demo",
        case="c-1",
        matter="WT03",
        number=Allotted(year=2026, series="domestic", sequence=sequence, text=f"第{sequence}号"),
        issue_date=date(2026, 3, 2),
        public_id=f"P{sequence}",
        check_code="AB12CD",
        status=status,
        intended_at=NOW,
    )


@pytest.mark.parametrize("status", CertificateStatus)
def test_only_what_is_valid_is_revoked_and_each_is_noted(status: CertificateStatus) -> None:
    case = ready_case(S.REVOKED)
    ended = revoke_all(case, [certificate(1, status)], DIRECTOR, at=NOW)
    if status is CertificateStatus.VALID:
        assert [(c.status, c.ended_at) for c in ended] == [(CertificateStatus.REVOKED, NOW)]
        assert [e.facts for e in case.pending] == [{"certificate": "n-1"}]
    else:
        assert ended == []
        assert case.pending == []


def test_a_superseded_certificate_names_its_successor() -> None:
    old, new = (certificate(n, CertificateStatus.VALID) for n in (1, 2))
    assert superseded(old, by=new, at=NOW) == replace(
        old, status=CertificateStatus.SUPERSEDED, successor="第2号", ended_at=NOW
    )


def test_a_correction_is_approved_anew_and_confirmed_anew() -> None:
    case = ready_case(S.REEXAM)
    case.came_from = (S.ISSUED,)
    act(case, Action.CORRECT, DIRECTOR, at=NOW)
    assert case.status is S.DRAFTING
    assert (case.check, case.approval, case.delivered_copies) == (None, None, 0)


@pytest.mark.parametrize(
    ("action", "who"),
    [
        # Nothing is voided once a certificate exists.
        (Action.VOID, DIRECTOR),
        # The party has the certificate; asking for none comes too late.
        (Action.WITHDRAW, APPLICANT),
        # 公证法 Art. 39: what is wrong with it is corrected or revoked.
        (Action.PROPOSE_TERMINATION, NOTARY),
        (Action.PROPOSE_REFUSAL, NOTARY),
    ],
)
def test_a_correction_does_not_end_as_if_nothing_had_been_issued(
    action: Action, who: Actor
) -> None:
    case = ready_case(S.DRAFTING)
    case.milestones = replace(case.milestones, issued_at=NOW)
    ground = RefusalGround.DISPUTED if action is Action.PROPOSE_REFUSAL else TerminationGround.OTHER
    told = Particulars(ground=ground, report="r")
    with pytest.raises(ConditionsUnmet) as refused:
        act(case, action, who, at=NOW, particulars=told)
    assert [u.code for u in refused.value.unmet] == ["certificate_exists"]
    case.milestones = replace(case.milestones, issued_at=None)
    act(case, action, who, at=NOW, particulars=told)


def issued_again() -> Works:
    at = works()
    at.issue()
    case = approved()
    at.shelf.cases.save(case)
    at.issue_next()
    return at


def test_the_corrected_certificate_has_its_own_number_and_replaces_the_first() -> None:
    first, second = issued_again().shelf.certificates.every.values()
    assert (first.status, first.successor) == (CertificateStatus.SUPERSEDED, second.number.text)
    assert (second.status, second.number.sequence) == (CertificateStatus.VALID, 2)


def test_asked_again_after_a_correction_the_answer_is_the_newest() -> None:
    at = issued_again()
    assert at.issue_next() == list(at.shelf.certificates.every)[-1]
    assert len(at.shelf.certificates.every) == 2
