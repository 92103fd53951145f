"""One office with a row in every table, written through the books.

Every personal field carries `CANARY`, which must not be readable in the database.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

from server.access.devices import AuthenticatorKind, Device, DeviceId
from server.access.principals import (
    AccountKind,
    ApplicantAccount,
    OneTimeCode,
    RefreshToken,
    Session,
    SessionId,
    StaffAccount,
)
from server.cases.case import Case, Deed, Intake, Milestones, Staffing
from server.cases.closing import Closing, TerminationGround
from server.cases.consents import Consent, Purpose
from server.cases.drafting import Draft, SixTicks, Tick
from server.cases.events import CaseEvent
from server.cases.identity_challenges import AnsweredBy, ChallengeId, IdentityChallenge
from server.cases.identity_checks import (
    CheckId,
    CheckInputs,
    CheckOutcome,
    CheckState,
    IdentityCheck,
    PersonDecision,
)
from server.cases.ids import (
    AccountId,
    CaseId,
    ConsentId,
    MaterialId,
    MatterCode,
    OfficeId,
    PartyId,
    TaskId,
)
from server.cases.interview import Exchange, InterviewRecord
from server.cases.materials import Material, MaterialState
from server.cases.parties import IdDocument, IdType, Party, PartyRole
from server.cases.review import Finding, Head, Review, VerificationTask
from server.cases.roles import Role
from server.cases.rules import CaseRules
from server.cases.status import CaseStatus
from server.cases.step_up import LIFE, KeyUse, StepUp, StepUpId
from server.ceremony.ceremony import Ceremony, CeremonyId, Participant, Seat, Segment
from server.ceremony.chain import GENESIS
from server.ceremony.composite import Composite, CompositeState
from server.ceremony.invitations import Invitation, InvitationId, hash_of
from server.ceremony.rooms import LEASE, EngineName, MediaRoom, MediaWorkerPlace
from server.ceremony.status import Step
from server.delivery.delivery import Delivery, DeliveryId, DeliveryState
from server.demo.device import DeviceKey
from server.register.certificates import (
    Allotted,
    Certificate,
    CertificateId,
    CertificateStatus,
)
from server.register.generations import FileKind, Generation, GenerationState, SignedFile
from server.register.log_state import KeptCheckpoint
from server.register.package_requests import (
    PackageId,
    PackagePurpose,
    PackageRequest,
    PackageState,
    Why,
)
from server.register.package_seals import PackageSeal
from server.transaction import NOBODY, KeptAnswer, Operation, Scope, Upload

if TYPE_CHECKING:
    from server.transaction import OpenTransaction, Transaction

CANARY = "金丝雀-canary"
AT = datetime(2026, 3, 2, 3, 4, 5, 678901, tzinfo=UTC)
DIGEST = "ab" * 32
_serial = count(1)


def fresh(what: str) -> str:
    """Return an id that nothing else in this run has."""
    return f"{what}-{next(_serial):06}"


RULES = CaseRules(
    matter="power-of-attorney",
    pack_version="2026-01",
    citation="公证法 Art. 11",
    agent_allowed=True,
    two_person=False,
    approval_required=True,
    deed_signed_electronically=True,
    makes_deed=True,
    collective_discussion=False,
    supplement_days=30,
)


def new_case(office: str, account: str, **changes: object) -> Case:
    """Return a case as it is when it was just opened."""
    values: dict[str, object] = {
        "id": CaseId(fresh("case")),
        "office": OfficeId(office),
        "matter": MatterCode("power-of-attorney"),
        "rules": RULES,
        "intake": Intake(
            purpose=CANARY,
            use_country="CN",
            route="embassy",
            applicant_country="FR",
            copies=2,
            language="zh-CN",
            eligibility="eligible",
        ),
        "milestones": Milestones(created_at=AT),
        "parties": [applicant(account)],
    }
    return Case(**(values | changes))  # type: ignore[arg-type]  # a test names what it changes


def applicant(account: str) -> Party:
    return Party(
        id=PartyId(fresh("party")),
        role=PartyRole.APPLICANT,
        name=CANARY,
        account=AccountId(account),
        id_document=IdDocument(
            type=IdType.PASSPORT, number=f"{CANARY}-E1", valid_until=date(2030, 1, 1)
        ),
        phone=f"{CANARY}-phone",
        nationality="CN",
        relative_of_staff=frozenset({AccountId("staff-9"), AccountId("staff-8")}),
        identity_proven=True,
    )


def full_case(office: str, account: str) -> Case:
    """Return a case in which every field says something."""
    case = new_case(office, account)
    party = case.parties[0]
    case.status = CaseStatus.TERMINATING
    case.came_from = (CaseStatus.REVIEW,)
    case.milestones = Milestones(created_at=AT, submitted_at=AT, accepted_at=AT)
    case.staffing = Staffing(handling_notary=AccountId("notary-1"), approver=AccountId("boss"))
    case.parties.append(
        Party(
            id=PartyId(fresh("party")),
            role=PartyRole.AGENT,
            name=f"{CANARY}-agent",
            stands_for=party.id,
        )
    )
    case.consents = [_consent(party.id, purpose) for purpose in Purpose]
    case.materials = [_material(state) for state in MaterialState]
    case.tasks = [
        VerificationTask(
            id=TaskId("task"),
            fact=CANARY,
            way="letter",
            opened_by=AccountId("notary-1"),
            opened_at=AT,
            result=CANARY,
        )
    ]
    case.review = Review(
        findings={
            head: Finding(satisfied=True, opinion=CANARY, evidence=("m1", "t1")) for head in Head
        },
        reviewed_by=AccountId("notary-1"),
        reviewed_at=AT,
    )
    case.interview = _interview(party.id)
    case.deed = Deed(title=CANARY, variables={"name": CANARY, "lines": [1, {"x": None}]})
    case.draft = Draft(
        form="1",
        template="poa",
        variables={"name": CANARY},
        drafted_by=AccountId("notary-1"),
        drafted_at=AT,
    )
    case.check = _ticks("checker")
    case.approval = _ticks("boss")
    case.closing = Closing(
        ground=TerminationGround.WITHDRAWN,
        report=CANARY,
        proposed_by=AccountId("notary-1"),
        proposed_at=AT,
    )
    case.ceremony_completed_at = AT
    case.pending = [_event("submit"), _event("accept")]
    return case


def _event(kind: str) -> CaseEvent:
    return CaseEvent(kind=kind, actor=AccountId("notary-1"), at=AT, facts={"before": None})


def _consent(party: PartyId, purpose: Purpose) -> Consent:
    return Consent(
        id=ConsentId(fresh("consent")),
        party=party,
        purpose=purpose,
        notice_code="n",
        notice_version="1",
        language="en",
        text_sha256=DIGEST,
        given_at=AT,
        withdrawn_at=AT + timedelta(days=1),
    )


def _material(state: MaterialState) -> Material:
    return Material(
        id=MaterialId(fresh("material")),
        item="passport",
        name_zh="护照",
        name_en="Passport",
        required=True,
        state=state,
        object_sha256=DIGEST,
        media_type="image/jpeg",
        size=3_000_000_000,
        pages=2,
        reason=CANARY,
        in_supplement=True,
        decided_by=AccountId("notary-1"),
        decided_at=AT,
    )


def _interview(party: PartyId) -> InterviewRecord:
    return InterviewRecord(
        place=CANARY,
        started_at=AT,
        interviewer=AccountId("notary-1"),
        recorder=None,
        witness=None,
        exchanges=(Exchange(question="?", answer=CANARY, corrected_from=CANARY),),
        told=("rights",),
        confirmed_by=(party,),
        confirmed_at=AT,
    )


def _ticks(who: str) -> SixTicks:
    return SixTicks(ticks=frozenset(Tick), opinion=CANARY, given_by=AccountId(who), given_at=AT)


def identity_check(case: Case) -> IdentityCheck:
    return IdentityCheck(
        id=CheckId(fresh("check")),
        office=case.office,
        case=case.id,
        party=case.parties[0].id,
        inputs=CheckInputs(document="passport", front=DIGEST, back=None, live=DIGEST),
        state=CheckState.PERSON_DECIDES,
        requested_at=AT,
        outcome=CheckOutcome(
            doubts=("face_below_threshold",),
            face_score=0.41,
            policy_citation="policy 1",
            name=CANARY,
            id_number=CANARY,
            valid_until=date(2030, 1, 1),
            finished_at=AT,
        ),
        decision=PersonDecision(
            decided_by=AccountId("notary-1"), proven=True, reason=CANARY, at=AT
        ),
    )


def ceremony(case: Case, account: str) -> Ceremony:
    """Return a ceremony that is being recorded, two segments into it."""
    held = Ceremony(
        id=CeremonyId(fresh("ceremony")),
        office=case.office,
        case=case.id,
        participants=[
            Participant(account="notary-1", seat=Seat.NOTARY),
            Participant(account=account, seat=Seat.PARTY, party=case.parties[0].id),
        ],
    )
    held.take(Step.ADMIT, by="notary-1", at=AT)
    held.join(account, AT)
    held.take(Step.START_RECORDING, by="notary-1", at=AT)
    held.add_segment(segment(account, 0, GENESIS), AT)
    held.add_segment(segment(account, 1, DIGEST), AT)
    return held


def segment(account: str, index: int, prev: str) -> Segment:
    return Segment(
        participant=account,
        index=index,
        starts_ms=index * 5000,
        ends_ms=index * 5000 + 5000,
        sha256=DIGEST,
        size=70_000,
        media_type="video/webm",
        prev_sha256=prev,
    )


def certificate(case: Case, sequence: int, **changes: object) -> Certificate:
    values: dict[str, object] = {
        "id": CertificateId(fresh("certificate")),
        "office": case.office,
        "case": case.id,
        "matter": case.matter,
        "number": Allotted(
            year=2026, series="外", sequence=sequence, text=f"(2026){case.office}第{sequence}号"
        ),
        "issue_date": date(2026, 3, 2),
        "public_id": fresh("public"),
        "check_code": "7Q4M",
        "status": CertificateStatus.VALID,
        "intended_at": AT,
        "prepared_sha256": DIGEST,
        "sealed_sha256": fresh("sealed"),
        "deed_sha256": fresh("deed"),
        "sealed_at": AT,
    }
    return Certificate(**(values | changes))  # type: ignore[arg-type]  # a test names what it changes


def generation(of: Certificate, **changes: object) -> Generation:
    values: dict[str, object] = {
        "id": fresh("generation"),
        "office": of.office,
        "file": SignedFile(kind=FileKind.CERTIFICATE, case=of.case, subject=of.id),
        "number": 1,
        "state": GenerationState.KEPT,
        "intended_at": AT,
        "sha256": of.sealed_sha256,
        "sm3": DIGEST,
        "carries_until": AT + timedelta(days=3000),
        "stamper": DIGEST,
        "kept_at": AT,
    }
    return Generation(**(values | changes))  # type: ignore[arg-type]  # a test names what it changes


def staff(office: str, *, roles: frozenset[Role] = frozenset({Role.NOTARY})) -> StaffAccount:
    account = fresh("staff")
    return StaffAccount(
        id=AccountId(account),
        office=OfficeId(office),
        login=f"{account}@{office}",
        display_name="赵公证",
        password_hash="$argon2id$",
        totp_secret=f"{CANARY}-totp",
        totp_last_step=0,
        roles=roles,
        is_active=True,
        certificate_number="10001",
    )


def session(account: str, office: str | None = None) -> tuple[Session, RefreshToken]:
    started = Session(
        id=SessionId(fresh("session")),
        account=AccountId(account),
        kind=AccountKind.APPLICANT if office is None else AccountKind.STAFF,
        office=None if office is None else OfficeId(office),
        started_at=AT,
        expires_at=AT + timedelta(days=30),
        device=f"{CANARY}-device",
    )
    token = RefreshToken(
        sha256=fresh("token"), session=started.id, issued_at=AT, idle_until=AT + timedelta(days=1)
    )
    return started, token


def code(contact_index: str, *, tries_left: int = 5) -> OneTimeCode:
    return OneTimeCode(
        id=fresh("code"),
        contact_index=contact_index,
        code_hmac="hmac",
        sent_at=AT,
        expires_at=AT + timedelta(minutes=5),
        tries_left=tries_left,
    )


def applicant_account(account: str) -> ApplicantAccount:
    return ApplicantAccount(id=AccountId(account), contact=f"{CANARY}-{account}", created_at=AT)


@dataclass(frozen=True, slots=True)
class Filled:
    """What was written for one office."""

    office: OfficeId
    account: AccountId
    case: CaseId


def identity_challenge(case: Case) -> IdentityChallenge:
    return IdentityChallenge(
        id=ChallengeId(fresh("challenge")),
        office=case.office,
        case=case.id,
        party=case.parties[0].id,
        nonce=b"n" * 32,
        issued_at=AT,
        answered_by=AnsweredBy.CHIP,
    )


def package_seal(issued: Certificate) -> PackageSeal:
    return PackageSeal(
        office=issued.office,
        case=issued.case,
        certificate=issued.id,
        manifest_sha256=hashlib.sha256(issued.id.encode()).hexdigest(),
        intended_at=AT,
    )


def package_request(issued: Certificate, agreed: StepUp) -> PackageRequest:
    return PackageRequest(
        id=PackageId(fresh("package")),
        office=issued.office,
        case=issued.case,
        certificate=issued.id,
        account=agreed.account,
        by_party=True,
        why=Why(
            purpose=PackagePurpose.COURT,
            reason=f"{CANARY}-reason",
            reference=f"{CANARY}-reference",
        ),
        step_up=agreed.id,
        state=PackageState.QUEUED,
        asked_at=AT,
    )


def kept_device(open_transaction: OpenTransaction, account: str) -> tuple[SessionId, DeviceKey]:
    """Leave a session of the account with a device that can answer in it."""
    started, token = session(account)
    key = DeviceKey(id=fresh("device"))
    with open_transaction(NOBODY) as tx:
        tx.sessions.start(started, token)
        tx.devices.add(device(account, started.id, key))
    return started.id, key


def device(account: str, added_in: SessionId, key: DeviceKey) -> Device:
    return Device(
        id=DeviceId(key.id),
        account=AccountId(account),
        kind=AuthenticatorKind.DEVICE_KEY,
        public_key=key.public,
        name=f"{CANARY}-telephone",
        added_at=AT,
        added_in=added_in,
    )


def step_up(case: Case, account: str, asked_in: SessionId, *, digest: str = DIGEST) -> StepUp:
    return StepUp(
        id=StepUpId(fresh("step-up")),
        office=case.office,
        case=case.id,
        account=AccountId(account),
        session=asked_in,
        use=KeyUse.SIGN_DEED,
        digest=digest,
        nonce=secrets.token_bytes(32),
        issued_at=AT,
        expires_at=AT + LIFE,
    )


def media_room(met: Ceremony, *, worker: str = "worker-1") -> MediaRoom:
    return MediaRoom(
        ceremony=met.id, office=met.office, case=met.case, worker=worker, leased_until=AT + LEASE
    )


def invitation(met: Ceremony, party: str, **changes: object) -> Invitation:
    values: dict[str, object] = {
        "id": InvitationId(fresh("invitation")),
        "office": met.office,
        "case": met.case,
        "ceremony": met.id,
        "party": party,
        "seat": Seat.AGENT,
        "contact": f"{fresh(CANARY)}@example.com",
        "language": "en",
        "invited_by": "notary-1",
        "made_at": AT,
        "expires_at": AT + timedelta(hours=72),
    }
    return Invitation(**(values | changes))  # type: ignore[arg-type]  # a test names what it changes


def composite(met: Ceremony) -> Composite:
    return Composite(
        ceremony=met.id,
        office=met.office,
        case=met.case,
        state=CompositeState.MADE,
        tries=1,
        next_try_at=AT,
        head=DIGEST,
        object_sha256=DIGEST,
        size=70_000,
        made_at=AT,
    )


def media_worker(name: str = "worker-1", *, rooms: int = 0) -> MediaWorkerPlace:
    return MediaWorkerPlace(
        name=name,
        url=f"https://{name}.example",
        engine=EngineName.EMBEDDED,
        rooms=rooms,
        seen_at=AT,
    )


def fill(open_transaction: OpenTransaction, office: str) -> Filled:
    """Write at least one row into every table, and return what was written."""
    account = AccountId(fresh("account"))
    case = full_case(office, account)
    asked_in, _ = kept_device(open_transaction, account)
    with open_transaction(Scope(office=OfficeId(office))) as tx:
        tx.cases.add(case)
        tx.identity_checks.add(identity_check(case))
        tx.identity_challenges.add(identity_challenge(case))
        agreed = step_up(case, account, asked_in)
        tx.step_ups.add(agreed)
        tx.sensitive_reads.put_on_record(
            case.id, field="id_number", subject=case.parties[0].id, by=AccountId("notary-1")
        )
        met = ceremony(case, account)
        tx.ceremonies.add(met)
        tx.rooms.lease(media_room(met), now=AT)
        tx.composites.save(composite(met))
        tx.media_workers.announce(media_worker())
        invited = invitation(met, case.parties[1].id)
        tx.invitations.add(invited)
        tx.invitations.put_token(invited.id, hash_of(invited.id))
        tx.attendances.note(met.id, tx.ceremonies.standing(met.id), account, at=AT)
        issued = certificate(case, tx.numbers.allot(year=2026, series="外"))
        tx.certificates.add(issued)
        tx.package_seals.intend(package_seal(issued))
        tx.package_requests.add(package_request(issued, agreed))
        tx.generations.add(generation(issued))
        tx.deliveries.add(
            Delivery(
                id=DeliveryId(fresh("delivery")),
                office=office,
                case=case.id,
                certificate=issued.id,
                recipient=case.parties[0].id,
                state=DeliveryState.E_SENT,
                sent_at=AT,
            )
        )
        log = tx.transparency_log
        log.keep_checkpoint(KeptCheckpoint(size=log.size(), note=b"note", signed_at=AT))
        tx.accounts.add_staff(staff(office))
        _fill_requests(tx, case, account)
    with open_transaction(NOBODY) as tx:
        tx.accounts.add_applicant(applicant_account(account))
        tx.sessions.start(*session(account))
        tx.codes.add(code(fresh("phone-index")))
        tx.login_tries.add(f"{CANARY}-login", at=AT)
    return Filled(OfficeId(office), account, case.id)


def _fill_requests(tx: Transaction, case: Case, account: AccountId) -> None:
    key = fresh("key")
    claim = {"caller": account, "operation": "createCase"}
    tx.idempotency.claim(key, **claim, fingerprint="f", at=AT)
    answer = KeptAnswer(fingerprint="f", status=201, headers={"ETag": '"1"'}, body=CANARY)
    tx.idempotency.keep(key, **claim, answer=answer)
    tx.operations.add(operation(case, account))
    tx.uploads.add(upload(case, account))
    tx.jobs.defer("check_identity", check="1")


def operation(case: Case, account: str) -> Operation:
    return Operation(
        id=fresh("operation"),
        office=case.office,
        kind="identity_check",
        case=case.id,
        account=AccountId(account),
        state="queued",
        step=0,
        of=3,
        label="identity.queued",
    )


def upload(case: Case, account: str) -> Upload:
    return Upload(
        id=fresh("upload"),
        office=case.office,
        case=case.id,
        account=AccountId(account),
        purpose="segment",
        media_type="video/webm",
        size=5_000_000_000,
        sha256=DIGEST,
        part_size=8_388_608,
        s3_upload_id="u",
        state="open",
        created_at=AT,
        expires_at=AT + timedelta(hours=1),
    )
