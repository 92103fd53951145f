"""The limited children, started once, and the public photographs the tests look for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from identity.checking import IdentityCheck
from identity.documents.read_images import DocumentReader
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
def identity_workers() -> Iterator[DocumentReader]:
    """One pair of children for all tests of this process: loading their models takes seconds."""
    workers = DocumentReader(decoder=LimitedWorker("decoder"), engine=LimitedWorker("engine"))
    yield workers
    workers.decoder.close()
    workers.engine.close()


@pytest.fixture(scope="session")
def identity_check(identity_workers: DocumentReader) -> IdentityCheck:
    return IdentityCheck(decoder=identity_workers.decoder, engine=identity_workers.engine)
