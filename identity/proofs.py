"""What proves a person beside document and face: liveness, chip, register. Pure.

Each is judged by its own package; here its finding becomes doubts of the whole verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from identity.chips.finding import ChipFinding, ChipHint
from identity.chips.refusal import ChipRefused
from identity.liveness.finding import LivenessOutcome
from identity.retrying import NextStep, next_step
from identity.verdict import Doubt, Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from identity.documents.stated import DocumentFacts
    from identity.liveness.finding import LivenessFinding
    from identity.registers.judging import RegisterDoubt

ChipOutcome: TypeAlias = ChipFinding | ChipRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherProofs:
    """``None``: was not sent or not asked, which is no doubt by itself."""

    liveness: LivenessFinding | None = None
    chip: ChipOutcome | None = None
    register: frozenset[RegisterDoubt] | None = None
    read_code: bool | None = None
    """Whether the person read the code that was sent to the registered contact."""

    earlier_refusals: tuple[datetime, ...] = ()
    """When this person was refused before."""

    @property
    def proven_chip(self) -> ChipFinding | None:
        """A genuine chip of a country that we believe, still valid and no copy."""
        chip = self.chip
        if isinstance(chip, ChipFinding) and chip.outcome is Outcome.PROVEN:
            return chip
        return None


NO_OTHER_PROOFS: Final = OtherProofs()

_OF_LIVENESS: Final = {
    LivenessOutcome.LIVE: None,
    LivenessOutcome.PERSON_DECIDES: Doubt.LIVENESS_UNCERTAIN,
    LivenessOutcome.REFUSED: Doubt.LIVENESS_REFUSED,
}


def doubts_of_proofs(proofs: OtherProofs, facts: DocumentFacts, *, now: datetime) -> set[Doubt]:
    doubts = set()
    if proofs.liveness is not None:
        doubt = _OF_LIVENESS[proofs.liveness.outcome]
        doubts |= {doubt} if doubt else set()
    if proofs.read_code is False:
        doubts.add(Doubt.CODE_WRONG)
    doubts |= _of_chip(proofs.chip, facts)
    # The words are the same, so that a register's new doubt cannot get lost on the way.
    doubts |= {Doubt(each.value) for each in proofs.register or ()}
    if next_step(proofs.earlier_refusals, now=now) is NextStep.ASK_A_PERSON:
        doubts.add(Doubt.TRIES_USED_UP)
    return doubts


def _of_chip(chip: ChipOutcome | None, facts: DocumentFacts) -> set[Doubt]:
    if chip is None:
        return set()
    if isinstance(chip, ChipRefused):
        return {Doubt.CHIP_REFUSED}
    doubts = set()
    if ChipHint.DOCUMENT_EXPIRED in chip.hints:
        doubts.add(Doubt.DOCUMENT_EXPIRED)
    if chip.outcome is not Outcome.PROVEN:
        doubts.add(Doubt.CHIP_UNCERTAIN)
    printed = ((facts.number, chip.holder.number), (facts.birth, chip.holder.birth))
    if any(read is not None and read != said for read, said in printed):
        doubts.add(Doubt.CHIP_DISAGREES)
    return doubts
