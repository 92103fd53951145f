"""Ways of ending a case without a certificate, with codes that the law closes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from server.cases.ids import AccountId


class RefusalGround(StrEnum):
    """公证法 Art. 31(1)-(9)."""

    INCAPABLE_WITHOUT_GUARDIAN = "31(1)"
    NO_INTEREST = "31(2)"
    NEEDS_EXPERT_OPINION = "31(3)"
    DISPUTED = "31(4)"
    FALSE_OR_CONCEALED = "31(5)"
    EVIDENCE_INSUFFICIENT = "31(6)"
    UNTRUE_OR_UNLAWFUL = "31(7)"
    AGAINST_PUBLIC_MORALS = "31(8)"
    FEE_REFUSED = "31(9)"


class TerminationGround(StrEnum):
    """公证程序规则 Art. 50."""

    SIX_MONTHS = "50(1)"
    WITHDRAWN = "50(2)"
    PARTY_GONE = "50(3)"
    OBSTRUCTED = "50(4)"
    OTHER = "50(5)"


class DeclineGround(StrEnum):
    """公证程序规则 Art. 19: what an application must meet to be accepted."""

    NO_INTEREST = "19(1)"
    DISPUTED = "19(2)"
    OUT_OF_SCOPE = "19(3)"
    OUT_OF_JURISDICTION = "19(4)"


class WayOfClosing(StrEnum):
    """Codes in use in the trade."""

    NORMAL = "0"
    TERMINATED = "1"
    REFUSED = "2"
    VOID = "-1"
    NO_ENFORCEMENT = "3"
    """A case of an enforcement certificate alone was refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    ground: str
    """A value of one of the three closed lists above."""

    report: str
    proposed_by: AccountId
    proposed_at: datetime
    decided_by: AccountId | None = None
    decided_at: datetime | None = None
