"""The two offices, once for all cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.authorization.stage import Stage

if TYPE_CHECKING:
    from tests.servers.whole import Whole


@pytest.fixture(scope="session")
def stage(whole: Whole) -> Stage:
    return Stage(whole=whole)
