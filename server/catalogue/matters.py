"""The kinds of notarial act, as the law and the trade tell them apart.

A matter says what holds for every office. What one office adds or narrows is
in its rule pack (`server.catalogue.rule_packs`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

MatterCode = NewType("MatterCode", str)
MaterialCode = NewType("MaterialCode", str)


class MatterKind(StrEnum):
    MATTER = "matter"  # Art. 11: ends in a certificate of truth.
    AFFAIR = "affair"  # Art. 12: a service; no certificate of truth.


class Remote(StrEnum):
    """Whether the matter suits remote handling at all; the rule pack permits it."""

    YES = "yes"
    CONDITIONAL = "conditional"
    NO = "no"


class OverseasVideo(StrEnum):
    """Whether the matter is on the list of the ministries' overseas video scheme."""

    LISTED = "listed"
    NOT_LISTED = "not_listed"
    UNKNOWN = "unknown"  # The sources are silent: treated as not listed.


class Translation(StrEnum):
    YES = "yes"
    BY_USE = "by_use"
    NO = "no"


class EsignPolicy(StrEnum):
    """How the parties sign. Art. 3 of 电子签名法 keeps personal relations on paper."""

    ESIGN = "esign"
    WET_INK = "wet_ink"
    BOTH = "both"


class Jurisdiction(StrEnum):
    """Which office may take the matter (公证法 Art. 25)."""

    GENERAL = "general"
    REAL_ESTATE_LOCATION = "real_estate_location"
    REAL_ESTATE_IF_CONCERNED = "real_estate_if_concerned"  # Intake asks whether it is.


class Secrecy(StrEnum):
    ORDINARY = "ordinary"  # 普通卷
    SECRET = "secret"  # 密卷  # noqa: S105 - a class of case file, not a password


class Necessity(StrEnum):
    REQUIRED = "required"
    CONDITIONAL = "conditional"  # Only in the circumstances that the name tells.


class Standing(StrEnum):
    """How far a rule in the data has been checked against its source."""

    VERIFIED = "verified"
    TO_BE_VERIFIED = "to_be_verified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One text in the languages that people read."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialItem:
    code: MaterialCode
    """Stable: applications and notices name the item by it."""

    name: Wording
    necessity: Necessity


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterGroup:
    code: str
    name: Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    code: MatterCode
    name: Wording
    group: MatterGroup
    kind: MatterKind
    remote: Remote
    overseas_video: OverseasVideo
    in_person: bool
    """The party must act personally (公证法 Art. 26, 公证程序规则 Art. 11)."""

    agent_allowed: bool
    two_person: bool
    sla_working_days: int
    """What the sources promise; the law's own limit is 15 (公证法 Art. 30)."""

    sla_calendar_days: int | None
    """A second limit in calendar days (公证程序规则 Art. 52: on-site supervision)."""

    approval_required: bool
    esign: EsignPolicy
    jurisdiction: Jurisdiction
    secrecy: Secrecy
    translation: Translation
    use: str
    materials: tuple[MaterialItem, ...]
    notes: str
    citations: tuple[str, ...]
    standing: Standing
