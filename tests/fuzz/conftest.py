"""The cast of the fuzz tests, on the whole platform."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.fuzz.cast import Voice, cast

if TYPE_CHECKING:
    from tests.servers.whole import Whole


@pytest.fixture(scope="session")
def voices(whole: Whole) -> dict[str, Voice]:
    return cast(whole)


@pytest.fixture(scope="session")
def tally() -> Counter[str]:
    """How many cases each voice has sent."""
    return Counter()
