"""What became of a job is put on record, even if the database was away at that moment.

A job of a worker that lives is taken up by nobody else: if only the record of its end
were lost, it would stand as running for as long as the worker lives.
"""

from __future__ import annotations

import asyncio
import itertools
from functools import partial
from typing import TYPE_CHECKING, Final

import psycopg
from procrastinate.exceptions import ConnectorException
from procrastinate.manager import JobManager

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from procrastinate.jobs import Job, Status

PAUSES_S: Final = (0.5, 1, 2, 4, 8, 16)
"""The last one again and again. A worker that ends meanwhile waits for its records, and one
that is killed leaves its jobs to those who see that it does not beat."""


class InsistentJobManager(JobManager):
    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:  # noqa: FBT001  # as the library calls it
        await _insisted(partial(super().finish_job, job, status, delete_job))

    async def retry_job(  # noqa: PLR0917  # as the library has it
        self,
        job: Job,
        retry_at: datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        await _insisted(partial(super().retry_job, job, retry_at, priority, queue, lock))


async def _insisted(record: Callable[[], Awaitable[None]]) -> None:
    for pause in itertools.chain(PAUSES_S, itertools.repeat(PAUSES_S[-1])):
        try:
            await record()
        except ConnectorException as error:
            if not isinstance(error.__cause__, psycopg.OperationalError):
                raise
        else:
            return
        await asyncio.sleep(pause)
