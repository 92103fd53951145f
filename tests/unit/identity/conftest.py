"""The limited children, started once, and the public photographs the tests look for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from identity.checking import IdentityCheck
from identity.worker import LimitedWorker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PHOTOGRAPHS = Path(__file__).parents[3] / "build" / "specimens"


@pytest.fixture(scope="session")
def photograph() -> Callable[[str], bytes]:
    """By file name, from the tests of the face_recognition source distribution."""

    def read(name: str) -> bytes:
        path = PHOTOGRAPHS / name
        if not path.is_file():
            pytest.skip(f"{path} is absent: the set-up fetches it")
        return path.read_bytes()

    return read


@pytest.fixture(scope="session")
def identity_check() -> Iterator[IdentityCheck]:
    check = IdentityCheck(decoder=LimitedWorker("decoder"), engine=LimitedWorker("engine"))
    yield check
    check.close()
