"""执行证书: the creditor of an enforceable deed asks for what a court can act on.

公证法 Art. 37; 公证程序规则 Art. 55; 民事诉讼法 (2023) Art. 249; 法释〔2018〕18号.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from server.cases.ids import AccountId, PartyId


class NoEnforcementGround(StrEnum):
    """Why none is issued. The office's own list: the law leaves the grounds open."""

    PERFORMED = "performed"  # The debtor did what was owed.
    NOT_DUE = "not_due"  # Nothing is owed yet.
    CONTENT_UNCLEAR = "content_unclear"  # 法释〔2018〕18号 Art. 5: unclear performance.
    DEBTOR_DISPUTES = "debtor_disputes"  # The debtor objects with evidence.
    OUT_OF_TIME = "out_of_time"  # The term for enforcement has run out.


@dataclass(frozen=True, slots=True, kw_only=True)
class Enforcement:
    applied_by: PartyId
    applied_at: datetime
    claim: str
    """What is still owed, in the creditor's words."""

    report: str | None = None
    """The notary's: how performance was verified and the debtor was heard."""

    refused_on: NoEnforcementGround | None = None
    reason: str | None = None
    closed_by: AccountId | None = None
    closed_at: datetime | None = None
    """Withdrawn or refused; without it the application is open or ended in a certificate."""
