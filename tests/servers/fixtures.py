"""The fixtures that stand on a real database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from server.db.engine import make_engine
from server.db.secrets import FieldCipher, FieldKeys
from server.db.work import open_transaction as opened
from server.tasks.queue import queue_on
from tests.servers import postgres

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Engine

    from server.demo.seeding import Credentials
    from server.transaction import OpenTransaction
    from server.wiring.launching import Running
    from tests.servers.postgres import Database, PostgresServer
    from tests.servers.whole import Whole

START = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


class TickingClock:
    """Every reading is one second after the one before."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="module")
def database(postgres_server: PostgresServer) -> Iterator[Database]:
    """A migrated database that this module has for itself."""
    fresh = postgres_server.migrated()
    yield fresh
    postgres_server.drop(fresh)


@pytest.fixture(scope="module")
def app_engine(database: Database) -> Iterator[Engine]:
    engine = make_engine(database.app_url, pool_size=20)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def owner_engine(database: Database) -> Iterator[Engine]:
    engine = database.as_owner()
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def field_cipher() -> FieldCipher:
    keys = FieldKeys(current="test", keys={"test": bytes(range(32))}, index_key=b"i" * 32)
    return FieldCipher(keys)


@pytest.fixture(scope="module")
def open_transaction(app_engine: Engine, field_cipher: FieldCipher) -> OpenTransaction:
    return opened(app_engine, cipher=field_cipher, now=TickingClock(), queue_on=queue_on())


@pytest.fixture(scope="session")
def whole() -> Iterator[Whole]:
    """The whole platform, without a worker; it stays up for whoever asks next."""
    from tests.servers.whole import whole_platform  # noqa: PLC0415  # only who asks for it waits for its imports

    with whole_platform() as running:
        yield running


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    """Every process of the platform, a worker among them, as people run it."""
    from tests.servers.platform import platform  # noqa: PLC0415  # as above

    with platform(workers=1) as started:
        yield started


@pytest.fixture(scope="session")
def people(running: Running) -> Mapping[str, Credentials]:
    from tests.servers.platform import with_people  # noqa: PLC0415  # as above

    return with_people(running)
