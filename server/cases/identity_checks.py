"""One run of an identity check for one party, as the case keeps it.

Scores and doubts are kept; feature vectors never (D-28..31). A decision of a
person stands beside the verdict of the machine and never replaces it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NewType

from server.cases.identity_comparisons import Comparison, up_to_the_proof
from server.cases.identity_visits import Visit
from server.cases.identity_visits import told_of as told_of_visit
from server.cases.ids import AccountId, CaseId, OfficeId, PartyId

if TYPE_CHECKING:
    from server.cases.rules import CaseRules

CheckId = NewType("CheckId", str)


class CheckState(StrEnum):
    QUEUED = "queued"  # A worker will take it.
    PROVEN = "proven"
    PERSON_DECIDES = "person_decides"  # A notary looks and decides, with a reason.
    REFUSED = "refused"  # With every reason, and a way on.
    TO_BE_COMPARED = "to_be_compared"  # The notary compares in the ceremony.
    AWAITS_VISIT = "awaits_visit"  # The person goes to the place; its statement is awaited.


class ProofRoute(StrEnum):
    """The ways to be proven; a face is never the only one (人脸识别技术应用安全管理办法)."""

    FACE = "face"  # The live face is compared with the document's or the chip's.
    NOTARY_DECIDES = "notary_decides"  # No face is looked at by a machine; a notary decides.
    CHIP_AND_CODE = "chip_and_code"  # The chip is no copy and the holder read the code.
    NOTARY_COMPARES = "notary_compares"  # 公证员面签核对: in the ceremony, by eye.
    IN_PERSON = "in_person"  # 到场核验: seen with the original elsewhere.


def routes_of(rules: CaseRules) -> list[ProofRoute]:
    """Return the ways that are open in a case; a notary's decision always is."""
    routes = [ProofRoute.FACE, ProofRoute.NOTARY_DECIDES, ProofRoute.CHIP_AND_CODE]
    if rules.notary_compares:
        routes.append(ProofRoute.NOTARY_COMPARES)
    if rules.visit_places:
        routes.append(ProofRoute.IN_PERSON)
    return routes


class PicturesEndedFor(StrEnum):
    """Why pictures of a face were kept no longer."""

    REFUSED = "refused"  # The check proved nobody.
    NOT_DECIDED = "not_decided"  # The certificate rests on another check.
    CLOSED = "closed"  # The case ended without a certificate.
    WITHDRAWN = "withdrawn"  # The consent, before the application was accepted.
    ABANDONED = "abandoned"  # The application was never submitted.


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturesEnded:
    at: datetime
    ground: PicturesEndedFor


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveClip:
    """Stills of a live answer to a challenge."""

    object: str
    """JPEG stills one after the other, in the evidence store."""

    times_ms: tuple[int, ...]
    """When each was taken, on the client's clock from the start of the challenge."""

    nonce: str
    """Hex; what was asked follows from it."""

    asked_at: datetime
    answered_at: datetime
    """When the client committed itself to the clip's digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipData:
    """What the app read off the chip of the document."""

    object: str
    """The chip's files one after the other, in the evidence store."""

    nonce: str | None = None
    """Hex; of the challenge that the chip signed."""

    active_response: str | None = None
    """Hex; the chip's answer (ICAO 9303-11, active authentication)."""

    chip_nonce: str | None = None
    """Hex; of the challenge that our ephemeral key was made of."""

    chip_response: str | None = None
    """Hex; the chip's protected answer (BSI TR-03110-3, chip authentication)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeAnswer:
    """What the person read of the code that was sent to the registered contact."""

    challenge: str
    nonce: str
    """Hex; the code follows from it."""

    digits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInputs:
    """SHA-256 of each picture in the evidence store."""

    document: str
    """Kind of document, as the applicant says."""

    front: str | None
    """``None`` only where the person is seen with the document elsewhere."""

    back: str | None
    live: str | None
    """One live photograph; with neither it nor a clip: the route without the face."""

    clip: LiveClip | None = None
    chip: ChipData | None = None
    code: CodeAnswer | None = None
    chosen: ProofRoute | None = None
    """A route that the person chose; else it follows from what was sent."""

    @property
    def route(self) -> ProofRoute:
        if self.chosen is not None:
            return self.chosen
        if self.shows_the_face:
            return ProofRoute.FACE
        both = self.chip is not None and self.code is not None
        return ProofRoute.CHIP_AND_CODE if both else ProofRoute.NOTARY_DECIDES

    @property
    def objects(self) -> tuple[str, ...]:
        """Digest of everything that was sent in."""
        pictures = (self.front, self.back, self.live)
        answers = (self.clip and self.clip.object, self.chip and self.chip.object)
        return tuple(digest for digest in (*pictures, *answers) if digest)

    @property
    def shows_the_face(self) -> bool:
        return self.live is not None or self.clip is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsureField:
    field: str
    text: str
    """As it was read; stored encrypted, shown to the person and to the office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldsConfirmed:
    """What the person said about the fields that were read without certainty."""

    at: datetime
    by: AccountId
    corrected: dict[str, str]
    """Field to what it should say; empty where the reading was right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutcome:
    doubts: tuple[str, ...]
    hints: tuple[str, ...] = ()
    """What a person should look at on the document, besides."""

    shortcomings: tuple[str, ...] = ()
    """What made the live face poor: what to do better next time."""

    face_score: float | None
    policy_citation: str
    name: str | None
    id_number: str | None
    """Read off the document; stored encrypted."""

    valid_until: date | None
    finished_at: datetime
    second_score: float | None = None
    liveness: dict[str, Any] | None = None
    """What was found of the clip: outcome, doubts with their frames, what was not measured."""

    chip: dict[str, Any] | None = None
    """What was proven of the chip, step by step; no value of its holder."""

    register: str | None = None
    """What the authoritative register answered."""

    stills: tuple[str, ...] = ()
    """Digests of the stills that a person looks at: the reference first, then live ones."""

    unsure: tuple[UnsureField, ...] = ()
    """What was read without being certain; the person confirms or corrects it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDecision:
    decided_by: AccountId
    proven: bool
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityCheck:
    id: CheckId
    office: OfficeId
    case: CaseId
    party: PartyId
    inputs: CheckInputs
    state: CheckState
    requested_at: datetime
    outcome: CheckOutcome | None = None
    decision: PersonDecision | None = None
    confirmed: FieldsConfirmed | None = None
    comparisons: tuple[Comparison, ...] = ()
    """By the notary in a ceremony, oldest first."""

    visit: Visit | None = None
    pictures_ended: PicturesEnded | None = None
    """Since when, and why, the pictures of the face are used no more."""

    pictures_gone_at: datetime | None = None
    """When the last of them was gone from the store."""

    pictures_kept_until: datetime | None = None
    """End of the term of the file that they belong to; ``None`` until it is archived."""

    @property
    def objects(self) -> tuple[str, ...]:
        """Digest of everything in the evidence store that the check names."""
        stills = self.outcome.stills if self.outcome else ()
        statement = (self.statement,) if self.statement else ()
        return (*self.inputs.objects, *stills, *statement)

    @property
    def statement(self) -> str | None:
        """Digest of the signed statement of whoever saw the person elsewhere."""
        return self.visit.report.statement if self.visit and self.visit.report else None

    @property
    def face_objects(self) -> frozenset[str]:
        """Digests of what shows the face: live pictures, stills, and the chip's files with its own.

        The sides of the document are papers of the case and not among them.
        """
        clip, chip = self.inputs.clip, self.inputs.chip
        sent = (self.inputs.live, clip and clip.object, chip and chip.object)
        stills = self.outcome.stills if self.outcome else ()
        return frozenset(digest for digest in (*sent, *stills) if digest)

    @property
    def objects_at_hand(self) -> tuple[str, ...]:
        """Those of `objects` that are still there to be used."""
        if self.pictures_ended is None:
            return self.objects
        return tuple(d for d in self.objects if d not in self.face_objects)


def bound_to_signature(check: IdentityCheck) -> dict[str, object]:
    """Return what of the check a party's signature is bound to."""
    told: dict[str, object] = {
        "check": check.id,
        "objects": list(check.objects),
        "policy": check.outcome.policy_citation if check.outcome else None,
        "decided_by": check.decision.decided_by if check.decision else None,
    }
    if check.inputs.code is not None:
        # The check names the challenge and not the digits, which anybody can try through.
        told |= {"route": check.inputs.route, "code": check.inputs.code.challenge}
    if check.comparisons:
        told |= {"compared": up_to_the_proof(check.comparisons)}
    if check.visit is not None:
        told |= {"visit": told_of_visit(check.visit)}
    return told


def digest_of(check: IdentityCheck) -> str:
    """Return what a party's event certificate says of the check: SHA-256 of canonical JSON."""
    # Names of places and people are not ASCII: RFC 8785 writes them as they are.
    canonical = json.dumps(
        bound_to_signature(check), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(canonical.encode()).hexdigest()
