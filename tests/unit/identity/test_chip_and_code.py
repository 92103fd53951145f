"""Chip and code stand in for a face only all together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from identity.chips.details import ChipDetails
from identity.chips.finding import ChipHint
from identity.chips.refusal import ChipFault, ChipRefused
from identity.judging import Claim, settled_by_chip_and_code
from identity.proofs import OtherProofs, doubts_of_proofs
from identity.verdict import Consequence, Doubt
from tests.unit.identity.test_proofs import FACTS, GENUINE, NOW

OPEN = {Doubt.FACE_NOT_COMPARED, Doubt.DOCUMENT_DOUBTFUL}
CLAIM = Claim(name="Ouyang Ming", number="E00000001", chip_and_code_alone=True)
PROOFS = OtherProofs(chip=GENUINE, read_code=True)


def test_with_all_of_it_only_the_face_is_not_asked_for() -> None:
    assert settled_by_chip_and_code(OPEN, CLAIM, PROOFS) == {Doubt.DOCUMENT_DOUBTFUL}
    chinese = replace(PROOFS, chip=replace(GENUINE, details=ChipDetails(name="欧阳明")))
    named = replace(CLAIM, name="欧阳明")
    assert settled_by_chip_and_code(OPEN, named, chinese) == {Doubt.DOCUMENT_DOUBTFUL}


@pytest.mark.parametrize(
    ("claim", "proofs"),
    [
        # The act is not open to it.
        (replace(CLAIM, chip_and_code_alone=False), PROOFS),
        (None, PROOFS),
        # Nothing was entered that the chip could be held against.
        (replace(CLAIM, number=None), PROOFS),
        (replace(CLAIM, name=None), PROOFS),
        # The chip is another's.
        (replace(CLAIM, number="E00000002"), PROOFS),
        (replace(CLAIM, name="王小明"), PROOFS),
        # No code, a wrong one.
        (CLAIM, replace(PROOFS, read_code=None)),
        (CLAIM, replace(PROOFS, read_code=False)),
        # No chip, a refused one, one that may be a copy.
        (CLAIM, replace(PROOFS, chip=None)),
        (CLAIM, replace(PROOFS, chip=ChipRefused(ChipFault.HASH_MISMATCH))),
        (
            CLAIM,
            replace(PROOFS, chip=replace(GENUINE, hints=frozenset({ChipHint.COPY_NOT_EXCLUDED}))),
        ),
    ],
)
def test_with_anything_missing_a_person_decides(claim: Claim | None, proofs: OtherProofs) -> None:
    assert settled_by_chip_and_code(OPEN, claim, proofs) == OPEN


def test_a_wrong_code_asks_a_person() -> None:
    wrong = replace(PROOFS, read_code=False)
    assert doubts_of_proofs(wrong, FACTS, now=NOW) == {Doubt.CODE_WRONG}
    assert Doubt.CODE_WRONG.consequence is Consequence.ASKS_A_PERSON
