"""A specimen passport and a published master list, where the folder that has them is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_chips() -> Path:
    folder = Path(os.environ.get("FEIGUI_SHARED", "")) / "data" / "emrtd"
    if "FEIGUI_SHARED" not in os.environ or not folder.is_dir():
        pytest.skip("FEIGUI_SHARED does not name a folder with a specimen passport")
    return folder
