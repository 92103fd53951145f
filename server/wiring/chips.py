"""The chip of a document: from what the app sent to what is proven of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from identity.chips.active import ActiveTranscript
from identity.chips.chip_authentication import ChipTranscript, ephemeral_value
from identity.chips.files import demand_complete
from identity.chips.refusal import ChipFault, ChipFile, ChipRefused
from identity.chips.security_infos import read_security_infos
from identity.chips.stream import split_files
from identity.chips.verifying import ChipProofs, verify_chip
from server.cases.identity_challenges import chip_challenge, chip_seed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from identity.chips.files import ChipFiles
    from identity.chips.trust import Trust
    from identity.proofs import ChipOutcome
    from server.cases.identity_checks import ChipData
    from server.tasks.identity import Chip


def judged_chip(chip: Chip, trust: Callable[[], Trust], *, at: datetime) -> ChipOutcome:
    """Return what is proven, or the one reason why the chip is refused."""
    try:
        files = split_files(chip.content)
        demand_complete(files)
        proofs = ChipProofs(active=_active(chip.told), chip=_chip(chip.told, files))
        return verify_chip(files, trust(), at=at, proofs=proofs)
    except ChipRefused as refused:
        return refused


def _active(told: ChipData) -> ActiveTranscript | None:
    if told.nonce is None or told.active_response is None:
        return None
    return ActiveTranscript(
        challenge=chip_challenge(bytes.fromhex(told.nonce)),
        response=bytes.fromhex(told.active_response),
    )


def _chip(told: ChipData, files: ChipFiles) -> ChipTranscript | None:
    """Return the transcript with our own half of it, made again of the challenge's nonce.

    The DG14 may still be anybody's here: its key is believed only once its hash is the
    signed one, and another DG14 than was asked with makes another ephemeral key.
    """
    if told.chip_nonce is None or told.chip_response is None:
        return None
    if ChipFile.DG14 not in files:
        raise ChipRefused(ChipFault.CHIP_KEY_MISSING, ChipFile.DG14)
    group = files[ChipFile.DG14]
    seed = chip_seed(bytes.fromhex(told.chip_nonce), group)
    return ChipTranscript(
        private_value=ephemeral_value(read_security_infos(group), seed),
        response=bytes.fromhex(told.chip_response),
    )


def chip_as_record(chip: ChipOutcome) -> dict[str, Any]:
    if isinstance(chip, ChipRefused):
        place = chip.place.value if chip.place else None
        return {"outcome": "refused", "fault": chip.fault.value, "file": place}
    return {"outcome": chip.outcome.value, **chip.as_record()}
