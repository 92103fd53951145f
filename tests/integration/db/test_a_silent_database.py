"""A database that answers nothing is given up, said to be away, and found again."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from server.cases.ids import OfficeId
from server.db.engine import CONNECTION_OPTIONS, make_engine
from server.db.patience import LINK, PatientAsyncConnection, PatientConnection
from server.db.work import open_transaction as opened
from server.tasks.queue import queue_on
from server.transaction import BooksUnavailable, Scope
from tests.servers.fixtures import TickingClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from server.db.secrets import FieldCipher
    from tests.servers.postgres import Database

SCOPE = Scope(office=OfficeId("kunming-a"))


class QuickConnection(PatientConnection):
    patience_s = 0.5


class QuickAsyncConnection(PatientAsyncConnection):
    patience_s = 0.5


@pytest.fixture
def quick(database: Database) -> Iterator[Engine]:
    engine = make_engine(
        database.app_url,
        pool_size=1,
        max_overflow=0,
        pool_patience_s=0.5,
        connecting=QuickConnection,
    )
    yield engine
    engine.dispose()


@contextmanager
def stopped(process: int) -> Iterator[None]:
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def test_a_statement_that_nobody_answers_ends_and_the_next_one_is_answered(quick: Engine) -> None:
    with quick.connect() as connection:
        server = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with stopped(server), pytest.raises(OperationalError, match="does not answer") as silent:
            connection.execute(text("SELECT 1"))
        assert silent.value.connection_invalidated
    with quick.connect() as connection:
        assert connection.execute(text("SELECT pg_backend_pid()")).scalar_one() != server


def test_a_refused_statement_leaves_the_connection_open(quick: Engine) -> None:
    with quick.connect() as connection:
        server = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        connection.execute(text("SET statement_timeout = '50ms'"))
        with pytest.raises(OperationalError, match="statement timeout"):
            connection.execute(text("SELECT pg_sleep(5)"))
        connection.rollback()
        assert connection.execute(text("SELECT pg_backend_pid()")).scalar_one() == server


def test_who_connects_to_silence_is_told_so(database: Database) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silence:
        port = silence.getsockname()[1]
        with pytest.raises(psycopg.errors.ConnectionTimeout):
            PatientConnection.connect(
                make_conninfo(
                    database.conninfo,
                    **{**LINK, "connect_timeout": 2},
                    host="127.0.0.1",
                    port=port,
                )
            )


def test_a_transaction_that_nobody_answers_is_told_as_books_out_of_reach(
    quick: Engine, field_cipher: FieldCipher
) -> None:
    open_transaction = opened(quick, cipher=field_cipher, now=TickingClock(), queue_on=queue_on())
    with quick.connect() as connection:
        server = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with pytest.raises(BooksUnavailable), open_transaction(SCOPE) as tx, stopped(server):
        tx.jobs.defer("nobody's")
    with quick.connect() as connection, pytest.raises(BooksUnavailable), open_transaction(SCOPE):
        # The pool's only connection is taken.
        connection.execute(text("SELECT 1"))


def test_the_queue_gives_a_silent_connection_up_and_waits_through_quiet(database: Database) -> None:
    async def listen() -> None:
        connection = await QuickAsyncConnection.connect(
            database.conninfo, options=CONNECTION_OPTIONS, autocommit=True
        )
        await connection.execute("LISTEN nobody_speaks")
        assert [note async for note in connection.notifies(timeout=1.0)] == []
        server = connection.info.backend_pid
        with stopped(server), pytest.raises(psycopg.OperationalError, match="does not answer"):
            await connection.execute("SELECT 1")
        assert connection.closed

    asyncio.run(listen())
