"""The worker: runs jobs by name, and takes up again what was left by others.

Every worker beats; who has not beaten for `Pace.stalled_after_s` is taken for
dead, and its jobs are put back. A worker that was only slow may therefore do a
job twice: the tasks are written so that a second run changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import psycopg
from procrastinate import App, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status

from server.tasks.outcomes import InsistentJobManager
from server.tasks.patience import SELDOM_S, Patience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from procrastinate.manager import JobManager
    from psycopg import AsyncConnection

log = logging.getLogger(__name__)

STALLED: Final = "retry_stalled_jobs"
AGAIN_AFTER_S: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A use case, as the queue runs it."""

    run: Callable[..., None]
    """Called with the arguments of `JobQueue.defer`; for a periodic task with none."""

    passing: tuple[type[Exception], ...] = ()
    """Troubles that are waited out, however long they last."""

    attempts: int = 5
    """Soon one after the other after any other trouble, of a job that was queued, and then
    seldom; a periodic one has its next run."""

    wait_s: int = 2
    """To the power of the failures so far: 2, 4, 8 ... seconds, a minute at most."""

    every: str | None = None
    """Cron line (a sixth field means seconds) of a periodic task."""

    alone: bool = False
    """Of a periodic task that may take longer than until its next run: that one waits, so that
    the same is not done twice at once and the worker's other hands stay free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How quickly a dead worker is noticed, against how much the database is asked."""

    heartbeat_s: float = 5.0
    stalled_after_s: float = 20.0
    look_for_stalled: str = "* * * * * */10"
    poll_s: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    conninfo: str
    """libpq URL of the platform's role."""

    options: str
    """Server settings of each connection; the queue's schema must be on its path."""

    link: Mapping[str, int]
    """Of libpq: how long a connection may be silent."""

    connecting: type[AsyncConnection[Any]]

    concurrency: int = 2
    pace: Pace = field(default_factory=Pace)


def run_worker(registry: Mapping[str, Task], settings: WorkerSettings) -> None:
    """Run jobs until SIGINT or SIGTERM; what is running then is finished first.

    A database that goes away is waited for.
    """
    asyncio.run(_run(registry, settings))


async def _run(registry: Mapping[str, Task], settings: WorkerSettings) -> None:
    told = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, told.set)
    while not told.is_set():
        try:
            await _work(registry, settings, until=told)
        except (ConnectorException, psycopg.OperationalError) as error:
            log.warning("The queue is out of reach", exc_info=error)
        if not told.is_set():
            # The library ends its worker when the database goes away, and says so as success.
            log.warning("The worker ended untold and begins again")
            await asyncio.sleep(AGAIN_AFTER_S)


async def _work(
    registry: Mapping[str, Task], settings: WorkerSettings, *, until: asyncio.Event
) -> None:
    pace = settings.pace
    async with worker_app(registry, settings).open_async() as app:
        working = asyncio.create_task(
            app.run_worker_async(
                concurrency=settings.concurrency,
                update_heartbeat_interval=pace.heartbeat_s,
                stalled_worker_timeout=pace.stalled_after_s,
                fetch_job_polling_interval=pace.poll_s,
                delete_jobs="successful",
                install_signal_handlers=False,
            )
        )
        telling = asyncio.create_task(until.wait())
        await asyncio.wait({working, telling}, return_when=asyncio.FIRST_COMPLETED)
        telling.cancel()
        working.cancel()
        # What is running is finished first.
        with suppress(asyncio.CancelledError):
            await working


def worker_app(registry: Mapping[str, Task], settings: WorkerSettings) -> App:
    """Return the queue with every task of ``registry`` bound to its name."""
    connector = PsycopgConnector(
        conninfo=settings.conninfo,
        kwargs={"options": settings.options, **settings.link},
        connection_class=settings.connecting,
        min_size=1,
        max_size=4,
    )
    app = App(connector=connector)
    app.job_manager = InsistentJobManager(connector)
    for name, task in registry.items():
        _bind(app, name, task)
    queued = [name for name, task in registry.items() if task.every is None]
    _bind_stalled(app, queued, settings.pace)
    return app


def _bind(app: App, name: str, task: Task) -> None:
    if task.every is None:
        retry = Patience(passing=task.passing, attempts=task.attempts, wait_s=task.wait_s)
        app.task(name=name, retry=retry)(task.run)
        return
    run = task.run

    def run_periodically(timestamp: int) -> None:  # noqa: ARG001  # the queue passes it by name
        run()

    # One waits at most: a sweep that is late is not made up for twice.
    lock = name if task.alone else None
    bound = app.task(name=name, queueing_lock=name, lock=lock)(run_periodically)
    app.periodic(cron=task.every)(bound)


def _bind_stalled(app: App, queued: Iterable[str], pace: Pace) -> None:
    async def retry_stalled(context: JobContext, timestamp: int) -> None:  # noqa: ARG001  # likewise
        await put_back_stalled(context.app.job_manager, pace)
        await take_up_again(context.app.job_manager, queued)

    bound = app.task(name=STALLED, queueing_lock=STALLED, pass_context=True)(retry_stalled)
    app.periodic(cron=pace.look_for_stalled)(bound)


async def put_back_stalled(queue: JobManager, pace: Pace) -> None:
    """Put back every job whose worker stopped beating."""
    for job in await queue.get_stalled_jobs(seconds_since_heartbeat=pace.stalled_after_s):
        try:
            await queue.retry_job(job)
        except UniqueViolation:
            # A periodic job whose next run waits already: that one will do.
            await queue.finish_job(job, Status.FAILED, delete_job=True)
        except ConnectorException as error:
            # Finished after all, between our look and our try.
            log.info("A job that looked stalled was not put back", exc_info=error)


async def take_up_again(queue: JobManager, names: Iterable[str]) -> None:
    """Queue again what ended as failed: by a release that did not know it, or that gave up.

    What a task decides to end, it ends and succeeds in that; so a failed job of a task that
    is known here is work that somebody still waits for.
    """
    for name in names:
        for job in await queue.list_jobs_async(task=name, status=Status.FAILED.value):
            seldom = RetryDecision(retry_in={"seconds": SELDOM_S})
            try:
                await queue.retry_job(job, retry_at=seldom.retry_at)
            except ConnectorException as error:
                # Another worker looked at the same moment.
                log.info("A job that had failed was not put back", exc_info=error)
