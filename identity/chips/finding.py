"""What the verification of a chip found, kept whole: values, evidence step by step, hints."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from identity.verdict import Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from identity.chips.details import ChipDetails
    from identity.chips.pictures import Portrait
    from identity.documents.mrz import Mrz
    from identity.framing import Json


class ChipStep(StrEnum):
    """In the order in which they are done."""

    SIGNATURE = "signature"
    HASHES = "hashes"
    HOLDER = "holder"
    CHAIN = "chain"
    REVOCATION = "revocation"
    PORTRAIT = "portrait"
    ACTIVE_AUTHENTICATION = "active_authentication"
    CHIP_AUTHENTICATION = "chip_authentication"


class ChipHint(StrEnum):
    """What weakens a chip that is not refused."""

    SIGNER_UNKNOWN = "signer_unknown"
    """No country that we believe issued the signer; anybody can make such a chip."""
    COPY_NOT_EXCLUDED = "copy_not_excluded"
    """The chip did not prove itself; its data may have been copied to another one."""
    WEAK_DIGEST = "weak_digest"
    SHORT_KEY = "short_key"
    DOCUMENT_EXPIRED = "document_expired"
    ISSUER_UNKNOWN = "issuer_unknown"
    """The issuing state has no known country of certificates."""
    REVOCATION_UNCERTAIN = "revocation_uncertain"
    """There is a revocation list, but it is old or not signed by the issuer."""
    REVOCATION_UNKNOWN = "revocation_unknown"
    """There is no revocation list of the country, as for most countries."""
    PORTRAIT_UNKNOWN = "portrait_unknown"
    """The portrait is coded in a way that we cannot read yet."""
    PROOF_NOT_VERIFIABLE = "proof_not_verifiable"
    """DG14 does not say in which way the chip signs."""


NOTED_ONLY: Final = frozenset({ChipHint.REVOCATION_UNKNOWN})
"""Every other hint asks a person; a new one does so until somebody adds it here."""
REFUSING: Final = frozenset({ChipHint.DOCUMENT_EXPIRED})
"""The chip is genuine, and its document is not valid any more: that is no matter of opinion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    step: ChipStep
    detail: str
    """How it was verified; of the document's keys, never of its holder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipFinding:
    """A chip whose data are as the signer wrote them; `ChipRefused` is raised for any other."""

    holder: Mrz = field(repr=False)
    details: ChipDetails = field(repr=False)
    portrait: Portrait | None
    """The best reference there is; ``None`` only with a hint."""
    evidence: tuple[Evidence, ...]
    hints: frozenset[ChipHint]
    signed_at: datetime | None
    judged_at: datetime
    """The moment for which certificates were judged: for an expired document its last day."""

    @property
    def outcome(self) -> Outcome:
        """Proven: genuine, of a country that we believe, still valid, and on its own chip."""
        if self.hints & REFUSING:
            return Outcome.REFUSED
        return Outcome.PROVEN if self.hints <= NOTED_ONLY else Outcome.PERSON_DECIDES

    def as_record(self) -> dict[str, Json]:
        """For the case file; no personal value is in it."""
        return {
            "outcome": self.outcome.value,
            "evidence": [
                {"step": each.step.value, "detail": each.detail} for each in self.evidence
            ],
            "hints": [hint.value for hint in sorted(self.hints)],
            "signed_at": self.signed_at.isoformat() if self.signed_at else None,
            "judged_at": self.judged_at.isoformat(),
        }
