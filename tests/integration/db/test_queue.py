"""A job exists with its cause, and is done even if the worker that took it was killed."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import text

from server.cases.ids import OfficeId
from server.db.engine import CONNECTION_OPTIONS
from server.db.patience import LINK, PatientAsyncConnection
from server.tasks.worker import (
    Pace,
    Task,
    WorkerSettings,
    put_back_stalled,
    run_worker,
    take_up_again,
    worker_app,
)
from server.transaction import Scope
from tests.eventually import eventually as patiently
from tests.integration.db.filling import fresh

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.context import SpawnProcess

    from sqlalchemy import Engine, TextClause

    from server.transaction import OpenTransaction
    from tests.servers.postgres import Database

SCOPE = Scope(office=OfficeId("kunming-a"))
QUICK: Final = Pace(
    heartbeat_s=0.3, stalled_after_s=1.5, look_for_stalled="* * * * * *", poll_s=0.3
)
PATIENCE_S: Final = 30.0


def jobs(engine: Engine, task: str) -> list[tuple[str, dict[str, object]]]:
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT status::text, args FROM procrastinate_jobs WHERE task_name = :task"),
            {"task": task},
        )
        return [(row.status, row.args) for row in rows]


def test_a_job_exists_if_and_only_if_its_cause_was_committed(
    open_transaction: OpenTransaction, app_engine: Engine
) -> None:
    task = fresh("task")
    with suppress(ZeroDivisionError), open_transaction(SCOPE) as tx:
        tx.jobs.defer(task, case="undone")
        raise ZeroDivisionError
    assert jobs(app_engine, task) == []
    with open_transaction(SCOPE) as tx:
        tx.jobs.defer(task, case="done", attempt=1, party=None)
        assert jobs(app_engine, task) == []
    assert jobs(app_engine, task) == [("todo", {"case": "done", "attempt": 1, "party": None})]


def settings_for(conninfo: str) -> WorkerSettings:
    return WorkerSettings(
        conninfo=conninfo,
        options=CONNECTION_OPTIONS,
        link=LINK,
        connecting=PatientAsyncConnection,
        pace=QUICK,
    )


def work(conninfo: str, diary: Path) -> None:
    """Run in a process of its own: keep a diary, and hang where a job says so."""

    def write(line: str) -> int:
        with diary.open("a") as file:
            file.write(f"{line}\n")
        return diary.read_text().splitlines().count(line)

    def note(line: str) -> None:
        write(line)

    def hang_the_first_time(line: str) -> None:
        if write(line) == 1:
            threading.Event().wait()

    def fail_the_first_time(line: str) -> None:
        if write(line) == 1:
            raise RuntimeError

    def wait_for_the_gate(line: str, gate: str) -> None:
        write(line)
        eventually(Path(gate).exists)

    def wait_for_the_eighth_time(line: str) -> None:
        if write(line) < 8:
            raise ConnectionError

    registry = {
        "wait": Task(run=wait_for_the_eighth_time, passing=(ConnectionError,), wait_s=0),
        "note": Task(run=note),
        "open": Task(run=wait_for_the_gate),
        "hang": Task(run=hang_the_first_time),
        "fail": Task(run=fail_the_first_time, wait_s=0),
        "beat": Task(run=lambda: note("beat"), every="* * * * * *"),
    }
    run_worker(registry, settings_for(conninfo))


@contextmanager
def worker(database: Database, diary: Path) -> Iterator[SpawnProcess]:
    process = multiprocessing.get_context("spawn").Process(
        target=work, args=(database.conninfo, diary)
    )
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


eventually = partial(patiently, within_s=PATIENCE_S)


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    path = tmp_path / "diary"
    path.touch()
    return path


def test_a_worker_does_what_was_queued_and_what_is_due(
    database: Database, diary: Path, open_transaction: OpenTransaction, app_engine: Engine
) -> None:
    with worker(database, diary) as process:
        with open_transaction(SCOPE) as tx:
            tx.jobs.defer("note", line="hello")
            tx.jobs.defer("fail", line="at the second try")
        eventually(lambda: diary.read_text().count("second try") == 2)
        eventually(lambda: "hello" in diary.read_text() and "beat" in diary.read_text())
        eventually(lambda: jobs(app_engine, "note") + jobs(app_engine, "fail") == [])
        os.kill(process.pid or 0, signal.SIGTERM)
        process.join(PATIENCE_S)
        assert process.exitcode == 0


def test_a_job_waits_out_what_passes_longer_than_it_suffers_mistakes(
    database: Database, diary: Path, open_transaction: OpenTransaction, app_engine: Engine
) -> None:
    with worker(database, diary):
        with open_transaction(SCOPE) as tx:
            tx.jobs.defer("wait", line="the store is down")
        eventually(lambda: diary.read_text().count("the store is down") == 8)
        eventually(lambda: jobs(app_engine, "wait") == [])


def test_a_periodic_job_that_was_killed_does_not_stand_in_the_way_of_the_others(
    database: Database, app_engine: Engine
) -> None:
    killed, plain = fresh("periodic"), fresh("plain")
    with app_engine.begin() as connection:
        # The next run of the periodic one waits already, and no two may.
        for task, lock, status in (
            (killed, killed, "doing"),
            (killed, killed, "todo"),
            (plain, None, "doing"),
        ):
            connection.execute(
                text(
                    "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, status)"
                    " VALUES ('default', :task, :lock, CAST(:status AS procrastinate_job_status))"
                ),
                {"task": task, "lock": lock, "status": status},
            )

    async def look() -> None:
        async with worker_app({}, settings_for(database.conninfo)).open_async() as app:
            await put_back_stalled(app.job_manager, QUICK)

    asyncio.run(look())
    assert [status for status, _ in jobs(app_engine, killed)] == ["todo"]
    assert [status for status, _ in jobs(app_engine, plain)] == ["todo"]


def test_what_takes_long_runs_once_at_a_time_and_leaves_a_hand_free(database: Database) -> None:
    alone, other = fresh("alone"), fresh("other")
    never = "0 0 30 2 *"
    registry = {
        alone: Task(run=lambda: None, every=never, alone=True),
        other: Task(run=lambda: None, every=never),
    }

    async def taken() -> list[str | None]:
        async with worker_app(registry, settings_for(database.conninfo)).open_async() as app:
            queue, found = app.job_manager, []
            me = await queue.register_worker()
            for name in (alone, other):
                for timestamp in (1, 2):
                    # A queue of their own: what others left in this database is not met.
                    task = app.configure_task(name, queue=alone)
                    await task.defer_async(timestamp=timestamp)
                    job = await queue.fetch_job([alone], worker_id=me)
                    found.append(job.task_name if job else None)
            return found

    assert asyncio.run(taken()) == [alone, None, other, other]


def test_a_job_that_failed_is_taken_up_again_by_who_knows_it(
    database: Database, app_engine: Engine
) -> None:
    known, unknown = fresh("known"), fresh("unknown")
    with app_engine.begin() as connection:
        for task in (known, unknown):
            connection.execute(
                text(
                    "INSERT INTO procrastinate_jobs (queue_name, task_name, status)"
                    " VALUES ('default', :task, 'failed')"
                ),
                {"task": task},
            )

    async def look() -> None:
        async with worker_app({}, settings_for(database.conninfo)).open_async() as app:
            await take_up_again(app.job_manager, [known])

    asyncio.run(look())
    assert [status for status, _ in jobs(app_engine, known)] == ["todo"]
    assert [status for status, _ in jobs(app_engine, unknown)] == ["failed"]


def test_the_end_of_a_job_is_on_record_though_the_connection_broke_while_it_was_written(
    database: Database, diary: Path, open_transaction: OpenTransaction, app_engine: Engine
) -> None:
    def found(query: TextClause) -> bool:
        with app_engine.connect() as connection:
            return connection.execute(query).all() != []

    line = fresh("line")
    held = text("SELECT 1 FROM procrastinate_jobs WHERE args ->> 'line' = :line FOR UPDATE")
    ended = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND query LIKE '%procrastinate_finish_job%'"
    )
    with worker(database, diary):
        with open_transaction(SCOPE) as tx:
            tx.jobs.defer("open", line=line, gate=str(diary.with_suffix(".gate")))
        eventually(lambda: line in diary.read_text())
        with app_engine.begin() as holding:
            holding.execute(held, {"line": line})
            diary.with_suffix(".gate").touch()
            eventually(lambda: found(ended))
        eventually(lambda: jobs(app_engine, "open") == [])
    assert diary.read_text().splitlines().count(line) == 1


@pytest.mark.faults
def test_the_job_of_a_killed_worker_is_done_by_another(
    database: Database, diary: Path, open_transaction: OpenTransaction, app_engine: Engine
) -> None:
    line = fresh("line")
    with open_transaction(SCOPE) as tx:
        tx.jobs.defer("hang", line=line)
    with worker(database, diary) as first:
        eventually(lambda: line in diary.read_text())
        os.kill(first.pid or 0, signal.SIGKILL)
    assert [status for status, _ in jobs(app_engine, "hang")] == ["doing"]
    with worker(database, diary):
        eventually(lambda: jobs(app_engine, "hang") == [])
    assert diary.read_text().splitlines().count(line) == 2
