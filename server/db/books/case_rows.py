"""A case as rows, and rows as a case.

What can hold a word about a person is encrypted as one JSON document per row
(`Papers`, `PartyPapers`); codes, ids, digests and times stay readable, because
lists, constraints and the register are made of them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from server.billing.fees import Fee
from server.cases.amendment import Amendment
from server.cases.case import Case, Deed, Intake, Milestones, Staffing
from server.cases.closing import Closing, RefusalGround, TerminationGround, WayOfClosing
from server.cases.discussion import Discussion
from server.cases.drafting import Draft, SixTicks
from server.cases.enforcement import Enforcement
from server.cases.ids import CaseId, MatterCode, OfficeId
from server.cases.interview import InterviewRecord
from server.cases.opening import ENFORCEMENT_CERTIFICATE
from server.cases.review import Review, VerificationTask
from server.cases.rules import CaseRules
from server.cases.status import CaseStatus
from server.cases.suspensions import Suspension
from server.cases.transfer import Transfer
from server.db.codec import from_json, seal, to_json, unseal
from server.db.secrets import FieldCipher, Place

if TYPE_CHECKING:
    from sqlalchemy import Row

    from server.cases.consents import Consent
    from server.cases.materials import Material
    from server.cases.parties import Party

MILESTONES: Final = tuple(f.name for f in fields(Milestones))


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The readable rest of a case."""

    rules: CaseRules
    use_country: str
    route: str
    applicant_country: str
    copies: int
    language: str
    eligibility: str
    staffing: Staffing
    fee: Fee | None
    ceremony_completed_at: datetime | None
    delivered_copies: int
    amendment: Amendment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What people said and wrote: encrypted as a whole."""

    purpose: str
    tasks: list[VerificationTask]
    review: Review | None
    interview: InterviewRecord | None
    deed: Deed | None
    draft: Draft | None
    check: SixTicks | None
    approval: SixTicks | None
    closing: Closing | None
    suspensions: list[Suspension] = field(default_factory=list)
    discussion: Discussion | None = None
    transfer: Transfer | None = None
    enforcement: Enforcement | None = None


def case_values(case: Case, cipher: FieldCipher) -> dict[str, Any]:
    """Return the columns of ``cases`` without the version."""
    return {
        "id": case.id,
        "office": case.office,
        "matter": case.matter,
        "status": case.status.value,
        "came_from": [s.value for s in case.came_from],
        "accounts": sorted({p.account for p in case.parties if p.account is not None}),
        "handling_notary": case.staffing.handling_notary,
        "approver": case.staffing.approver,
        "way_of_closing": _way_of_closing(case),
        **asdict(case.milestones),
        "content": to_json(_content(case)),
        "papers": seal(_papers(case), cipher, _papers_place(case.id)),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseParts:
    """What a case has a table of its own for."""

    parties: list[Party]
    consents: list[Consent]
    materials: list[Material]


def case_from(row: Row[Any], parts: CaseParts, cipher: FieldCipher) -> Case:
    content = from_json(row.content, Content)
    papers = unseal(row.papers, Papers, cipher=cipher, place=_papers_place(row.id))
    return Case(
        id=CaseId(row.id),
        office=OfficeId(row.office),
        matter=MatterCode(row.matter),
        rules=content.rules,
        intake=Intake(
            purpose=papers.purpose,
            use_country=content.use_country,
            route=content.route,
            applicant_country=content.applicant_country,
            copies=content.copies,
            language=content.language,
            eligibility=content.eligibility,
        ),
        milestones=Milestones(**{name: getattr(row, name) for name in MILESTONES}),
        status=CaseStatus(row.status),
        came_from=tuple(CaseStatus(s) for s in row.came_from),
        staffing=content.staffing,
        parties=parts.parties,
        consents=parts.consents,
        materials=parts.materials,
        tasks=papers.tasks,
        review=papers.review,
        interview=papers.interview,
        deed=papers.deed,
        ceremony_completed_at=content.ceremony_completed_at,
        draft=papers.draft,
        check=papers.check,
        approval=papers.approval,
        fee=content.fee,
        closing=papers.closing,
        suspensions=papers.suspensions,
        discussion=papers.discussion,
        transfer=papers.transfer,
        amendment=content.amendment,
        enforcement=papers.enforcement,
        delivered_copies=content.delivered_copies,
        version=row.version,
    )


def _papers_place(case_id: str) -> Place:
    return Place(table="cases", column="papers", row=case_id)


def _content(case: Case) -> Content:
    return Content(
        rules=case.rules,
        use_country=case.intake.use_country,
        route=case.intake.route,
        applicant_country=case.intake.applicant_country,
        copies=case.intake.copies,
        language=case.intake.language,
        eligibility=case.intake.eligibility,
        staffing=case.staffing,
        fee=case.fee,
        ceremony_completed_at=case.ceremony_completed_at,
        delivered_copies=case.delivered_copies,
        amendment=case.amendment,
    )


def _papers(case: Case) -> Papers:
    return Papers(
        purpose=case.intake.purpose,
        tasks=case.tasks,
        review=case.review,
        interview=case.interview,
        deed=case.deed,
        draft=case.draft,
        check=case.check,
        approval=case.approval,
        closing=case.closing,
        suspensions=case.suspensions,
        discussion=case.discussion,
        transfer=case.transfer,
        enforcement=case.enforcement,
    )


def _way_of_closing(case: Case) -> str | None:
    """Return the trade's code for how the case ended, once it has."""
    if case.status is CaseStatus.VOID:
        return WayOfClosing.VOID.value
    if case.milestones.issued_at is not None:
        return WayOfClosing.NORMAL.value
    if case.closing is None or case.closing.decided_at is None:
        return None
    if case.closing.ground in set(TerminationGround):
        return WayOfClosing.TERMINATED.value
    if case.closing.ground in set(RefusalGround):
        alone = case.matter == ENFORCEMENT_CERTIFICATE
        return (WayOfClosing.NO_ENFORCEMENT if alone else WayOfClosing.REFUSED).value
    return None
