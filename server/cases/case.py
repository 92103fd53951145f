"""The case: one main line, and everything that is known when a step is judged.

Only `Case.apply` assigns ``status``. What a step needs is judged by
server.cases.guards, all conditions together, so that nobody is sent round twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from server.billing.fees import Fee
from server.cases.amendment import Amendment
from server.cases.closing import Closing
from server.cases.consents import Consent, Purpose
from server.cases.discussion import Discussion
from server.cases.drafting import Draft, SixTicks
from server.cases.enforcement import Enforcement
from server.cases.errors import NotEditable, NotYourAction, PartNotFound
from server.cases.events import CaseEvent
from server.cases.ids import AccountId, CaseId, MaterialId, MatterCode, OfficeId, PartyId
from server.cases.interview import InterviewRecord
from server.cases.materials import Material
from server.cases.parties import TAKES_PART_ONLY, Party
from server.cases.review import Review, VerificationTask
from server.cases.rules import CaseRules
from server.cases.status import CaseStatus
from server.cases.suspensions import Suspension
from server.cases.transfer import Transfer
from server.cases.transitions import BACK, HERE, TRANSITIONS, Action, ByApproval, transition

if TYPE_CHECKING:
    from server.cases.actor import Actor
    from server.cases.transitions import Transition


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What the applicant asks for."""

    purpose: str
    use_country: str
    """ISO 3166-1 alpha-2: where the certificate will be used (公证法 Art. 33)."""

    route: str
    """How the parties are met: a route of the rule pack, or ``at_office``."""

    applicant_country: str
    copies: int
    language: str
    eligibility: str
    """Outcome of the pre-check at creation: eligible or office_decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    """Who of the office does what. Separation of duties is judged on this."""

    assistant: AccountId | None = None
    handling_notary: AccountId | None = None
    second_handler: AccountId | None = None
    checker: AccountId | None = None
    approver: AccountId | None = None
    reexaminer: AccountId | None = None


Strokes = tuple[tuple[tuple[int, int], ...], ...]
"""Lines of points; x and y from 0 to 10000 of the field, from its top left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """文书: what the party signs."""

    title: str
    variables: dict[str, object]
    object_sha256: str | None = None
    """The typeset deed as shown to the party."""

    pages: int = 0
    """How many it has; 0 until it is typeset."""

    signed_sha256: str | None = None
    """The same deed with every party's signature."""

    signed_by: tuple[PartyId, ...] = ()
    handwriting: dict[PartyId, Strokes] = field(default_factory=dict)
    """What each party wrote with a finger or pen; drawn where the party signs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestones:
    """When things happened; written by the main line and by nobody else."""

    created_at: datetime
    submitted_at: datetime | None = None
    supplement_asked_at: datetime | None = None
    accepted_at: datetime | None = None
    interviewed_at: datetime | None = None
    approved_at: datetime | None = None
    released_at: datetime | None = None
    """When the notary signed for a certificate that needs no approval (P-44)."""

    issued_at: datetime | None = None
    delivered_at: datetime | None = None
    closed_at: datetime | None = None
    archived_at: datetime | None = None


# A status with a way BACK remembers where it was entered from.
_REMEMBERS = frozenset(s for t in TRANSITIONS if t.target is BACK for s in t.sources)

BEFORE_ACCEPTANCE = frozenset({CaseStatus.DRAFT, CaseStatus.SUPPLEMENT})


@dataclass(slots=True, kw_only=True)
class Case:
    id: CaseId
    office: OfficeId
    matter: MatterCode
    rules: CaseRules
    intake: Intake
    milestones: Milestones
    status: CaseStatus = CaseStatus.DRAFT
    came_from: tuple[CaseStatus, ...] = ()
    staffing: Staffing = field(default_factory=Staffing)
    parties: list[Party] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)
    materials: list[Material] = field(default_factory=list)
    tasks: list[VerificationTask] = field(default_factory=list)
    review: Review | None = None
    interview: InterviewRecord | None = None
    deed: Deed | None = None
    ceremony_completed_at: datetime | None = None
    draft: Draft | None = None
    check: SixTicks | None = None
    approval: SixTicks | None = None
    fee: Fee | None = None
    closing: Closing | None = None
    suspensions: list[Suspension] = field(default_factory=list)
    discussion: Discussion | None = None
    transfer: Transfer | None = None
    amendment: Amendment | None = None
    enforcement: Enforcement | None = None
    delivered_copies: int = 0
    version: int = 0
    pending: list[CaseEvent] = field(default_factory=list)
    """Events since the case was read; the book writes them with the case."""

    def apply(self, action: Action, actor: Actor, at: datetime) -> None:
        """Take one step of the main line. Conditions are judged before, by `act`.

        Raises `TransitionRefused` or `NotYourAction`.
        """
        row = transition(self.status, action)
        if not row.actors & actor.roles:
            raise NotYourAction(action)
        before = self.status
        self.status = self._target(row)
        self.note(action, actor, at, before=before, after=self.status)

    def _target(self, row: Transition) -> CaseStatus:
        """Return where ``row`` leads from here, and remember or forget the way back."""
        if row.target is HERE:
            return self.status
        if row.target is BACK:
            *rest, before = self.came_from
            self.came_from = tuple(rest)
            return before
        if isinstance(row.target, ByApproval):
            required = self.rules.approval_required
            return row.target.required if required else row.target.free
        target = CaseStatus(row.target)
        if target in _REMEMBERS:
            self.came_from = (*self.came_from, self.status)
        return target

    def note(self, kind: str, actor: Actor, at: datetime, **facts: object) -> None:
        """Put an event on record. ``facts`` are codes and ids, never personal data."""
        self.pending.append(
            CaseEvent(
                kind=str(kind),
                actor=actor.account,
                at=at,
                facts={k: v if v is None else str(v) for k, v in facts.items()},
            )
        )

    @property
    def needs_approval(self) -> bool:
        """P-40, P-55: an enforcement certificate is approved whatever the matter."""
        return self.rules.approval_required or self.status.is_enforcement

    @property
    def clock_stands(self) -> bool:
        return any(s.is_open for s in self.suspensions)

    @property
    def handlers(self) -> frozenset[AccountId]:
        """Everybody who worked on the case and so may not approve it (P-40)."""
        people = {
            self.staffing.assistant,
            self.staffing.handling_notary,
            self.staffing.second_handler,
            self.draft.drafted_by if self.draft else None,
        }
        return frozenset(p for p in people if p is not None)

    @property
    def staff(self) -> frozenset[AccountId]:
        """Everybody of the office who has a part in this case."""
        s = self.staffing
        people = {*self.handlers, s.checker, s.approver, s.reexaminer}
        return frozenset(p for p in people if p is not None)

    def party(self, party_id: PartyId) -> Party:
        for party in self.parties:
            if party.id == party_id:
                return party
        raise PartNotFound("party")

    def party_of(self, account: AccountId) -> Party:
        """Return the party that acts through ``account``."""
        for party in self.parties:
            if party.account == account:
                return party
        raise PartNotFound("party")

    def only_takes_part(self, account: AccountId) -> bool:
        """Say whether the account is nobody here whose matter it is."""
        return all(p.role in TAKES_PART_ONLY for p in self.parties if p.account == account)

    def has_party(self, account: AccountId) -> bool:
        return any(p.account == account for p in self.parties)

    def material(self, material_id: MaterialId) -> Material:
        for material in self.materials:
            if material.id == material_id:
                return material
        raise PartNotFound("material")

    def consent_holds(self, party_id: PartyId, purpose: Purpose) -> bool:
        return any(c.holds for c in self.consents if c.party == party_id and c.purpose is purpose)

    def require_editable(self, part: str, *statuses: CaseStatus) -> None:
        """Raise `NotEditable` unless the case stands in one of ``statuses``."""
        if self.status not in statuses:
            raise NotEditable(part, self.status)

    def replace_party(self, new: Party) -> None:
        self.parties = [new if p.id == new.id else p for p in self.parties]

    def replace_material(self, new: Material) -> None:
        self.materials = [new if m.id == new.id else m for m in self.materials]
