"""Each test has a log for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from esign.authorities.directory import AuthorityDirectory
from server.db.engine import make_engine
from server.db.work import open_transaction as opened
from server.tasks.queue import queue_on
from tests.functional.log.a_log import ALog
from tests.servers.fixtures import TickingClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from server.db.secrets import FieldCipher
    from tests.servers.postgres import PostgresServer


@pytest.fixture
def log(
    postgres_server: PostgresServer, field_cipher: FieldCipher, tmp_path: Path
) -> Iterator[ALog]:
    database = postgres_server.migrated()
    engine, owner = make_engine(database.app_url), database.as_owner()
    yield ALog(
        open_transaction=opened(
            engine, cipher=field_cipher, now=TickingClock(), queue_on=queue_on()
        ),
        owner=owner,
        files=AuthorityDirectory(tmp_path / "authorities"),
        folder=tmp_path / "public",
        database_url=database.app_url,
    )
    engine.dispose()
    owner.dispose()
    postgres_server.drop(database)
