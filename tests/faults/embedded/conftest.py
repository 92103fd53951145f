"""A place for real servers: reachable by their user, which pytest's own directories are not."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def state_root() -> Iterator[Path]:
    root = Path(tempfile.mkdtemp(prefix="feigui-state-", dir="/tmp"))
    yield root
    shutil.rmtree(root)
