"""What a re-examination does to certificates that are out in the world."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from server.cases.acting import act
from server.cases.amendment import Amendment
from server.cases.closing import RefusalGround, TerminationGround
from server.cases.ending import changed_by, relation_of, revoked_by
from server.cases.errors import ConditionsUnmet, FormIncomplete
from server.cases.particulars import Particulars
from server.cases.status import CaseStatus as S
from server.cases.transitions import Action
from server.register.certificates import (
    Allotted,
    Certificate,
    CertificateId,
    CertificateKind,
    CertificateStatus,
)
from tests.unit.cases.a_case import APPLICANT, DIRECTOR, NOTARY, NOW, ready_case
from tests.unit.cases.agreeing import agreed_to_issue
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


V, P, E = CertificateStatus.VALID, CertificateStatus.PARTLY_REVOKED, CertificateStatus.REVOKED
NO_LONGER = (CertificateStatus.INTENDED, CertificateStatus.SUPERSEDED, CertificateStatus.VOIDED)


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        # What stands is void from the start, and on record as such.
        (Action.REVOKE, V, E),
        # The rest of a partly revoked one can fall later.
        (Action.REVOKE, P, E),
        (Action.REVOKE_IN_PART, V, P),
        # A second part of the same certificate changes nothing that the register shows.
        (Action.REVOKE_IN_PART, P, None),
        # What ended before is not ended again.
        (Action.REVOKE, E, None),
        *((Action.REVOKE, status, None) for status in NO_LONGER),
        *((Action.REVOKE_IN_PART, status, None) for status in (*NO_LONGER, E)),
        # Steps that end no certificate.
        (Action.MAINTAIN, V, None),
        (Action.CORRECT, V, None),
    ],
)
def test_only_what_stands_is_revoked_and_each_is_noted(
    action: Action, before: CertificateStatus, after: CertificateStatus | None
) -> None:
    case = ready_case(S.REVOKED)
    ended = revoked_by(action, case, [certificate(1, before)], DIRECTOR, at=NOW)
    assert [(c.status, c.ended_at) for c in ended] == ([] if after is None else [(after, NOW)])
    kinds = [(e.kind, e.facts) for e in case.pending]
    expected = [] if after is None else [(f"certificate_{after}", {"certificate": "n-1"})]
    assert kinds == expected


def kind(n: int, kind: CertificateKind, *, about: str | None = None) -> Certificate:
    return replace(certificate(n, V), kind=kind, relates_to=about)


def test_a_corrected_certificate_replaces_the_deed_s_and_not_the_enforcement_s() -> None:
    old, beside = kind(1, CertificateKind.ORIGINAL), kind(2, CertificateKind.ENFORCEMENT)
    gone = certificate(3, E)
    new = kind(4, CertificateKind.CORRECTED, about="第1号")
    assert changed_by(new, [old, beside, gone, new], at=NOW) == [
        replace(old, status=CertificateStatus.SUPERSEDED, successor="第4号", ended_at=NOW)
    ]


def test_a_supplementary_certificate_leaves_the_first_standing_and_is_named_by_it() -> None:
    old, other = kind(1, CertificateKind.ORIGINAL), kind(2, CertificateKind.SUPPLEMENTARY)
    new = kind(3, CertificateKind.SUPPLEMENTARY, about="第1号")
    assert changed_by(new, [old, other, new], at=NOW) == [replace(old, supplemented_by="第3号")]


@pytest.mark.parametrize("other", [CertificateKind.ORIGINAL, CertificateKind.ENFORCEMENT])
def test_other_certificates_change_none_that_is_out(other: CertificateKind) -> None:
    assert changed_by(kind(2, other), [kind(1, CertificateKind.ORIGINAL)], at=NOW) == []


def test_the_next_certificate_knows_what_it_is_and_which_one_it_belongs_to() -> None:
    first, enforced = kind(1, CertificateKind.ORIGINAL), kind(2, CertificateKind.ENFORCEMENT)
    case = ready_case(S.APPROVED)
    assert relation_of(case, []) == (CertificateKind.ORIGINAL, None)
    case.amendment = Amendment.CORRECTION
    assert relation_of(case, [first, enforced]) == (CertificateKind.CORRECTED, "第1号")
    case.amendment = Amendment.SUPPLEMENT
    assert relation_of(case, [first]) == (CertificateKind.SUPPLEMENTARY, "第1号")
    case.status = S.ENFORCEMENT_APPROVED
    assert relation_of(case, [first]) == (CertificateKind.ENFORCEMENT, "第1号")


@pytest.mark.parametrize("action", [Action.CORRECT, Action.SUPPLEMENT_CERTIFICATE])
def test_an_amendment_is_approved_released_and_confirmed_anew(action: Action) -> None:
    case = ready_case(S.REEXAM)
    case.came_from = (S.ISSUED,)
    case.milestones = replace(case.milestones, released_at=NOW)
    act(case, action, DIRECTOR, at=NOW)
    assert case.status is S.DRAFTING
    assert (case.check, case.approval, case.delivered_copies) == (None, None, 0)
    assert case.milestones.released_at is None


def test_revoking_a_part_needs_to_say_which_and_leaves_the_case_where_it_was() -> None:
    case = ready_case(S.REEXAM)
    case.came_from = (S.ARCHIVED,)
    with pytest.raises(FormIncomplete, match="report"):
        act(case, Action.REVOKE_IN_PART, DIRECTOR, at=NOW)
    part = Particulars(report="第二段")
    act(case, Action.REVOKE_IN_PART, DIRECTOR, at=NOW, particulars=part)
    assert case.status is S.ARCHIVED


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
    case.amendment = Amendment.CORRECTION
    assert case.draft is not None
    case.draft = replace(case.draft, object_sha256="6" * 64)
    at.shelf.cases.save(case)
    at.shelf.step_ups.add(agreed_to_issue(case))
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
