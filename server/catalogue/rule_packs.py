"""What one office may do and how it works, from one day on.

A case is judged by the pack in force on the day of the question, so a pack is
never edited: a change is a new pack with a later date.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

from server.catalogue.errors import (
    CatalogueDataInvalid,
    MatterUnknown,
    NoRulesInForce,
    OfficeUnknown,
    SeriesUnknown,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from server.catalogue.ceremony_terms import CeremonyTerms
    from server.catalogue.matters import EsignPolicy, MatterCode, Standing, Wording
    from server.catalogue.numbering import NumberingRule, Series
    from server.catalogue.routes import MissionCode, RemotePermission
    from server.catalogue.tariffs import OfficePrices, Tariff

OfficeId = NewType("OfficeId", str)


class FormKind(StrEnum):
    APPLICATION = "application"
    NOTICE_OF_RIGHTS = "notice_of_rights"
    ACCEPTANCE_NOTICE = "acceptance_notice"
    INTERVIEW_RECORD = "interview_record"
    DEED = "deed"
    CERTIFICATE = "certificate"
    RECEIPT = "receipt"


class RetentionClass(StrEnum):
    SHORT = "short"
    LONG = "long"
    PERMANENT = "permanent"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterTerms:
    """How this office handles one matter; never laxer than the matter itself."""

    sla_working_days: int
    sla_calendar_days: int | None
    two_person: bool
    approval_required: bool
    collective_discussion: bool
    esign: EsignPolicy
    retention: RetentionClass


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRule:
    """Which printed form is in use, so that a record names the text it showed."""

    kind: FormKind
    number: str
    version: str


class SignatureAlgorithm(StrEnum):
    """What a pack can ask for; the values are those of `esign.algorithms`."""

    P256 = "p256"
    SM2 = "sm2"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureRule:
    """How everybody signs who signs a paper of the office."""

    algorithms: tuple[SignatureAlgorithm, ...]
    """With each of them, in this order; at least one."""

    citation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionTerm:
    retention: RetentionClass
    years: int | None
    """``None``: kept for ever."""

    citation: str
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceTerms:
    """How long pictures of a face are kept that are not on file, in days."""

    lock_days: int
    """For so long nothing of them can be destroyed; renewed while the case needs them."""

    ends_after_days: int
    """After a refusal, a withdrawn consent or the end of a case without a certificate."""

    abandoned_after_days: int
    """After a check for an application that was never submitted."""

    citation: str
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageTerms:
    """How long an evidence package is kept that somebody asked for: it can be made again."""

    days: int
    """Locked for so long, and destroyed afterwards."""

    citation: str
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonTerms:
    """Where a party may be compared by the notary in the ceremony, and how."""

    matters: frozenset[MatterCode]
    second_handler: frozenset[MatterCode]
    """Of these, where the second handler has to agree."""

    questions: int
    """So many things at least are asked about."""

    citation: str
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitTerms:
    """Where a person may be seen with the original document, for every matter."""

    places: tuple[str, ...]
    """Of `server.cases.identity_visits.PlaceKind`; empty: nowhere."""

    days: int
    """For so long a request holds, and then what was seen."""

    citation: str
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityTerms:
    """Ways to be proven without a face, as far as the office leaves them to nobody."""

    chip_and_code_alone: frozenset[MatterCode]
    citation: str
    standing: Standing
    comparison: ComparisonTerms
    visits: VisitTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """In calendar days, save where the name says otherwise."""

    issue_working_days: int
    supplement_days: int
    supplement_reminder_days: tuple[int, ...]
    termination_months: int
    filing_months: int
    reexamination_decide_days: int
    reexamination_execute_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePack:
    office: OfficeId
    version: str
    effective_from: date
    citation: str
    districts: frozenset[str]
    """Prefixes of GB/T 2260 division codes: the area the office serves."""

    overseas_authorised: bool
    missions: frozenset[MissionCode]
    matters: Mapping[MatterCode, MatterTerms]
    remote: tuple[RemotePermission, ...]
    forms: Mapping[FormKind, FormRule]
    signatures: SignatureRule
    numbering: Mapping[Series, NumberingRule]
    deadlines: Deadlines
    retention: Mapping[RetentionClass, RetentionTerm]
    faces: FaceTerms
    packages: PackageTerms
    identity: IdentityTerms
    ceremony: CeremonyTerms
    tariff: Tariff
    prices: OfficePrices
    event_authority: str | None = None
    """Licensed authority (电子签名法 Art. 16) that certifies the parties' keys; ``None``: the
    office's own does."""

    @property
    def signs_by_p256_alone(self) -> bool:
        return self.signatures.algorithms == (SignatureAlgorithm.P256,)

    def terms(self, matter: MatterCode) -> MatterTerms:
        """Return how the office handles ``matter``, or raise `MatterUnknown`."""
        try:
            return self.matters[matter]
        except KeyError:
            raise MatterUnknown(matter) from None

    def numbering_of(self, series: Series) -> NumberingRule:
        try:
            return self.numbering[series]
        except KeyError:
            raise SeriesUnknown(series) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    id: OfficeId
    name: Wording
    certificate_name: str
    """As certificates print it: 中华人民共和国 + province + name."""

    address: Wording
    phone: str
    demo: bool
    """Made up for demonstration; must never seal for the public."""

    packs: tuple[RulePack, ...]
    """By effective date, oldest first."""

    def __post_init__(self) -> None:
        dates = [pack.effective_from for pack in self.packs]
        if not dates or dates != sorted(set(dates)):
            raise CatalogueDataInvalid(
                self.id, "needs at least one rule pack, each with a later date than the one before"
            )
        for pack in self.packs:
            # Of each pack by itself: a case that was begun under SM2 stays with the office's
            # own authority, whoever certifies those that begin later.
            if pack.event_authority is not None and not pack.signs_by_p256_alone:
                raise CatalogueDataInvalid(
                    self.id,
                    f"pack {pack.version}: an outside event_authority certifies keys on P-256 "
                    "alone, not on SM2; leave one of the two to another pack",
                )


@dataclass(frozen=True, slots=True)
class RulePacks:
    """The rule packs of every office."""

    offices: Mapping[OfficeId, Office]

    def office(self, office: OfficeId) -> Office:
        try:
            return self.offices[office]
        except KeyError:
            raise OfficeUnknown(office) from None

    def at(self, office: OfficeId, on: date) -> RulePack:
        """Return the pack in force at ``office`` on the day ``on`` (Asia/Shanghai)."""
        in_force = [p for p in self.office(office).packs if p.effective_from <= on]
        if not in_force:
            raise NoRulesInForce(office)
        return in_force[-1]
