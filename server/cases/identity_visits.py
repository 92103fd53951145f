"""到场核验: a person is seen with the original document at a counter, a consulate, a visa centre.

公证法 Art. 28(1), 29: an office may have facts verified, and its notary answers for what is
accepted. A visit is asked for by the office, reported with a signed statement, and decided
by a notary of the case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from server.cases.ids import AccountId


class PlaceKind(StrEnum):
    OWN_COUNTER = "own_counter"  # 本处窗口
    NOTARY_OFFICE = "notary_office"  # 其他公证机构
    CONSULATE = "consulate"  # 驻外使领馆
    VISA_CENTRE = "visa_centre"  # 签证中心


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitReport:
    """What the checker states; entered by staff of the case's office."""

    entered_by: AccountId
    entered_at: datetime
    seen_by: str
    """Name and post of whoever saw the person, as the statement is signed."""

    seen_at: datetime
    id_number: str
    """Of the document that was seen; stored encrypted."""

    valid_until: date | None
    same_person: bool
    original_shown: bool
    statement: str
    """SHA-256 of the signed statement in the evidence store."""

    remarks: str | None = None

    @property
    def vouches(self) -> bool:
        return self.same_person and self.original_shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    reference: str
    """What the person brings along: random, used once, says nothing about anybody."""

    place: PlaceKind
    where: str
    """Name of the office, consulate or centre."""

    opened_by: AccountId
    opened_at: datetime
    expires_at: datetime
    """Seen later than this proves nothing (rule pack)."""

    valid_days: int
    """How long what was seen may still be accepted (rule pack)."""

    report: VisitReport | None = None


def told_of(visit: Visit) -> dict[str, object]:
    """Return what a party's signature is bound to: who, where, when, and the statement's digest."""
    report = visit.report
    return {
        "reference": visit.reference,
        "place": visit.place,
        "where": visit.where,
        "report": report
        and {
            "entered_by": report.entered_by,
            "seen_by": report.seen_by,
            "seen_at": report.seen_at.isoformat(),
            "statement": report.statement,
        },
    }
