"""Cases to test with: one that could take every step, and ways to spoil it."""

from __future__ import annotations

from datetime import UTC, datetime

from server.billing.fee_status import FeeStatus
from server.billing.fees import Fee
from server.billing.quoting import LineKind, Quote, QuoteLine
from server.cases.actor import Actor
from server.cases.case import Case, Deed, Intake, Milestones, Staffing
from server.cases.closing import Closing, TerminationGround
from server.cases.consents import ASKED_OF_EVERYBODY, Consent, Purpose
from server.cases.drafting import Draft, SixTicks, Tick
from server.cases.ids import (
    AccountId,
    CaseId,
    ConsentId,
    MaterialId,
    MatterCode,
    OfficeId,
    PartyId,
)
from server.cases.interview import Exchange, InterviewRecord
from server.cases.materials import Material, MaterialState
from server.cases.parties import Party, PartyRole
from server.cases.review import Finding, Head, Review
from server.cases.roles import Role
from server.cases.rules import CaseRules
from server.cases.status import CaseStatus
from server.catalogue.tariffs import Fen

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
WANG = PartyId("p-wang")


def actor(account: str, *roles: Role) -> Actor:
    return Actor(account=AccountId(account), roles=frozenset(roles))


APPLICANT = actor("a-wang", Role.APPLICANT)
STRANGER = actor("a-stranger", Role.APPLICANT)
ASSISTANT = actor("s-assistant", Role.ASSISTANT)
NOTARY = actor("s-notary", Role.NOTARY)
CHECKER = actor("s-checker", Role.CHECKER)
APPROVER = actor("s-approver", Role.APPROVER)
DIRECTOR = actor("s-director", Role.DIRECTOR)
CLERK = actor("s-clerk", Role.ISSUING_CLERK)
ARCHIVIST = actor("s-archivist", Role.ARCHIVIST)
SYSTEM = actor("system", Role.SYSTEM)
EVERYBODY = (
    APPLICANT,
    STRANGER,
    ASSISTANT,
    NOTARY,
    CHECKER,
    APPROVER,
    DIRECTOR,
    CLERK,
    ARCHIVIST,
    SYSTEM,
)

RULES = CaseRules(
    matter="WT03",
    pack_version="2026-01",
    citation="test",
    agent_allowed=False,
    two_person=False,
    approval_required=True,
    deed_signed_electronically=True,
    makes_deed=True,
    collective_discussion=False,
    supplement_days=30,
)

QUOTE = Quote(
    lines=(
        QuoteLine(
            kind=LineKind.NOTARIAL_FEE,
            quantity=1,
            amount=Fen(30000),
            item="WT03",
            citation="tariff",
        ),
    ),
    tariff_version="2026-01",
)


def consent(purpose: Purpose, party: PartyId = WANG) -> Consent:
    return Consent(
        id=ConsentId(f"{party}-{purpose}"),
        party=party,
        purpose=purpose,
        notice_code=purpose,
        notice_version="1",
        language="zh-CN",
        text_sha256="0" * 64,
        given_at=NOW,
    )


def all_ticks(by: Actor) -> SixTicks:
    return SixTicks(ticks=frozenset(Tick), opinion="同意", given_by=by.account, given_at=NOW)


def ready_case(status: CaseStatus = CaseStatus.DRAFT) -> Case:
    """Return a case on which every condition of every step of the main line holds."""
    finding = Finding(satisfied=True, opinion="属实", evidence=("m-1",))
    return Case(
        id=CaseId("c-1"),
        office=OfficeId("kunming-demo"),
        matter=MatterCode("WT03"),
        rules=RULES,
        status=status,
        intake=Intake(
            purpose="办理抵押登记",
            use_country="CN",
            route="home_abroad",
            applicant_country="FR",
            copies=2,
            language="zh-CN",
            eligibility="eligible",
        ),
        milestones=Milestones(
            created_at=NOW, submitted_at=NOW, accepted_at=NOW, interviewed_at=NOW, approved_at=NOW
        ),
        staffing=Staffing(
            assistant=ASSISTANT.account,
            handling_notary=NOTARY.account,
            checker=CHECKER.account,
            approver=APPROVER.account,
            reexaminer=AccountId("s-other-notary"),
        ),
        parties=[
            Party(
                id=WANG,
                role=PartyRole.APPLICANT,
                name="王小明",
                account=APPLICANT.account,
                identity_proven=True,
            )
        ],
        consents=[consent(p) for p in (*sorted(ASKED_OF_EVERYBODY), Purpose.NOTICE_OF_RIGHTS)],
        materials=[
            Material(
                id=MaterialId("m-1"),
                item="title_certificate",
                name_zh="不动产权证书",
                name_en="Title certificate",
                required=True,
                state=MaterialState.CHECKED,
                object_sha256="1" * 64,
                in_supplement=True,
            )
        ],
        review=Review(
            findings=dict.fromkeys(Head, finding), reviewed_by=NOTARY.account, reviewed_at=NOW
        ),
        interview=InterviewRecord(
            place="远程",
            started_at=NOW,
            interviewer=NOTARY.account,
            recorder=None,
            witness=None,
            exchanges=(Exchange(question="是否自愿？", answer="是。"),),
            told=("rights",),
            confirmed_by=(WANG,),
            confirmed_at=NOW,
        ),
        deed=Deed(
            title="委托书",
            variables={},
            object_sha256="2" * 64,
            signed_sha256="3" * 64,
            signed_by=(WANG,),
        ),
        ceremony_completed_at=NOW,
        draft=Draft(
            form="1",
            template="certificate",
            variables={},
            drafted_by=NOTARY.account,
            drafted_at=NOW,
            object_sha256="4" * 64,
        ),
        check=all_ticks(CHECKER),
        approval=all_ticks(APPROVER),
        fee=Fee(quote=QUOTE, status=FeeStatus.ON_ACCOUNT),
        closing=Closing(
            ground=TerminationGround.WITHDRAWN,
            report="",
            proposed_by=NOTARY.account,
            proposed_at=NOW,
        ),
        delivered_copies=1,
    )


def with_fee(case: Case, status: FeeStatus) -> Case:
    case.fee = Fee(quote=QUOTE, status=status)
    return case
