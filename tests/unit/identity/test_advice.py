"""Every code that a person may meet has words in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from identity import advice
from identity.faces import quality
from identity.images import advice as image_advice
from identity.images.refusal import RefusalCode
from identity.verdict import Doubt

if TYPE_CHECKING:
    from enum import StrEnum


@pytest.mark.parametrize(
    ("codes", "table"),
    [
        (RefusalCode, image_advice.ADVICE),
        (quality.Shortcoming, quality.ADVICE),
        (Doubt, advice.ADVICE),
    ],
)
def test_the_table_is_complete(codes: type[StrEnum], table: dict[StrEnum, tuple[str, str]]) -> None:
    assert set(table) == set(codes)
    assert all(chinese.strip() and english.isascii() for chinese, english in table.values())
