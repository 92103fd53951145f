from __future__ import annotations

import pytest

from server.typesetting.typesetter import Typesetter


@pytest.fixture(scope="session")
def typesetter() -> Typesetter:
    return Typesetter()
