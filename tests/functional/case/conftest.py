"""The edge of the case and a worker for its jobs, on a database of the module's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from identity.worker import LimitedWorker
from server.db.books.accounts import contact_index
from tests.functional.case.platform import Platform
from tests.functional.case.staging import Staging
from tests.functional.case.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from server.db.secrets import FieldCipher
    from server.transaction import OpenTransaction


@pytest.fixture(scope="module")
def platform(open_transaction: OpenTransaction, field_cipher: FieldCipher) -> Platform:
    return Platform(
        open_transaction=open_transaction,
        index_contact=lambda contact: contact_index(field_cipher, contact),
    )


@pytest.fixture(scope="module")
def worker(platform: Platform, owner_engine: Engine) -> Worker:
    return Worker(platform=platform, engine=owner_engine)


@pytest.fixture
def case(platform: Platform, worker: Worker) -> Staging:
    """People for one case, which nobody has begun yet."""
    return Staging(platform=platform, worker=worker)


@pytest.fixture(scope="session")
def children() -> Iterator[tuple[LimitedWorker, LimitedWorker]]:
    pair = LimitedWorker("decoder"), LimitedWorker("engine")
    yield pair
    for child in pair:
        child.close()
