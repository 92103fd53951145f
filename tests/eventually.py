"""Wait for what another process brings about, without taking the processor from it."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

PAUSE_S: Final = 0.05


def eventually(happened: Callable[[], bool], *, within_s: float) -> None:
    pause = threading.Event()
    deadline = time.monotonic() + within_s
    while not happened():
        if time.monotonic() > deadline:
            pytest.fail("it did not happen in time")
        pause.wait(PAUSE_S)
