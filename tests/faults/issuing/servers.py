"""What issuing stands on: taken away at one moment, by a kill or by a stop, and given back."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from esign.custody.client import CustodyClient
from server.db.engine import make_engine
from server.db.patience import PatientConnection
from server.wiring.parts import Parts
from storage.connection import Connection, connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client
    from sqlalchemy import Engine

    from server.embedded.supervisor import Supervised
    from server.wiring.launching import Running


class Dependency(StrEnum):
    SIGNER = "signer"
    """It is the certification authority, too: the office's keys are in it."""

    TIME_STAMPER = "tsa"
    STORE = "seaweedfs"
    DATABASE = "postgres"


class Mishap(StrEnum):
    KILLED = "killed"
    HUNG = "hung"


class QuickConnection(PatientConnection):
    patience_s = 3.0


class HurriedParts(Parts):
    """The parts of a worker, less patient, so that many cells fit into a minute."""

    @cached_property
    def engine(self) -> Engine:
        return make_engine(
            self.settings.database_url, pool_size=20, connecting=QuickConnection, pool_patience_s=5
        )

    @cached_property
    def custody(self) -> CustodyClient:
        return CustodyClient(self.settings.signer_socket, patience_s=2.0)

    @cached_property
    def s3(self) -> S3Client:
        s = self.settings
        return connect(
            Connection(
                endpoint=s.s3_endpoint,
                access_key=s.s3_access_key,
                secret_key=s.s3_secret_key,
                read_timeout_s=3.0,
            )
        )


def supervised(running: Running, dependency: Dependency) -> Supervised:
    return {**running.processes, **running.servers.processes}[dependency]


@contextmanager
def away(running: Running, dependency: Dependency, mishap: Mishap) -> Iterator[None]:
    """Take ``dependency`` away; a killed one is started anew by its supervisor meanwhile."""
    server = supervised(running, dependency)
    pid = server.wait_until_ready()
    if mishap is Mishap.KILLED:
        os.kill(pid, signal.SIGKILL)
        yield
        server.wait_until_ready(other_than=pid)
        return
    family = [pid, *_children(pid)]
    for each in family:
        os.kill(each, signal.SIGSTOP)
    try:
        yield
    finally:
        for each in reversed(family):
            os.kill(each, signal.SIGCONT)


def _children(pid: int) -> list[int]:
    """Return the processes that ``pid`` started: PostgreSQL has one for each connection."""
    told = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for file in told for child in file.read_text().split()]
