"""Every reason about a chip or from a register has words for the person, in both languages."""

from __future__ import annotations

import re
from typing import Final

import pytest

from identity.chips.advice import HINTS, advice_for
from identity.chips.finding import ChipHint
from identity.chips.refusal import ChipFault
from identity.registers.advice import ADVICE
from identity.registers.judging import RegisterDoubt

CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")


def test_every_hint_and_every_doubt_of_a_register_has_its_words() -> None:
    assert set(HINTS) == set(ChipHint)
    assert set(ADVICE) == set(RegisterDoubt)
    for zh, en in (*HINTS.values(), *ADVICE.values()):
        assert CHINESE.search(zh)
        assert not CHINESE.search(en)


@pytest.mark.parametrize("fault", ChipFault)
def test_every_refusal_tells_what_to_do(fault: ChipFault) -> None:
    zh, en = advice_for(fault)

    assert zh.endswith("。")
    assert "again" in en or "another way" in en


def test_the_words_are_about_what_is_wrong() -> None:
    assert "certificate" in advice_for(ChipFault.SIGNER_EXPIRED)[1]
    assert "portrait" in advice_for(ChipFault.SEVERAL_FACES)[1]
    assert "original" in advice_for(ChipFault.ACTIVE_RESPONSE_WRONG)[1]
    assert "signed" in advice_for(ChipFault.HASH_MISMATCH)[1]
