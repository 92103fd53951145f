"""The chip of a document: from what the app sent to what is proven of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from identity.chips.active import ActiveTranscript
from identity.chips.refusal import ChipRefused
from identity.chips.stream import split_files
from identity.chips.verifying import NO_PROOFS, ChipProofs, verify_chip
from server.cases.identity_challenges import chip_challenge

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from identity.chips.trust import Trust
    from identity.proofs import ChipOutcome
    from server.cases.identity_checks import ChipData
    from server.tasks.identity import Chip


def judged_chip(chip: Chip, trust: Callable[[], Trust], *, at: datetime) -> ChipOutcome:
    """Return what is proven, or the one reason why the chip is refused."""
    try:
        return verify_chip(split_files(chip.content), trust(), at=at, proofs=_proofs(chip.told))
    except ChipRefused as refused:
        return refused


def _proofs(told: ChipData) -> ChipProofs:
    if told.nonce is None or told.active_response is None:
        return NO_PROOFS
    transcript = ActiveTranscript(
        challenge=chip_challenge(bytes.fromhex(told.nonce)),
        response=bytes.fromhex(told.active_response),
    )
    return ChipProofs(active=transcript)


def chip_as_record(chip: ChipOutcome) -> dict[str, Any]:
    if isinstance(chip, ChipRefused):
        place = chip.place.value if chip.place else None
        return {"outcome": "refused", "fault": chip.fault.value, "file": place}
    return {"outcome": chip.outcome.value, **chip.as_record()}
