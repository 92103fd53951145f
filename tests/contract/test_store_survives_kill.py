"""`kill -9` of the object store under load loses nothing that it acknowledged."""

from __future__ import annotations

import os
import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from storage.buckets import prepare
from storage.connection import connect
from storage.envelope import Envelope
from storage.errors import StorageError, StoreUnavailable
from storage.keys.local import LocalKey
from storage.keys.ring import KeyRing
from storage.objects import Digest
from storage.s3 import S3EvidenceStore
from tests.contract.conftest import EVIDENCE, STAGING
from tests.servers import seaweedfs

WRITERS: Final = 6
KILLS: Final = int(os.environ.get("FEIGUI_FAULT_REPEATS", "2"))
KILL_AFTER: Final = 80
OFFICE: Final = "kunming-a"
# Mostly scans and signatures; one in twenty of several segments and parts.
SIZES: Final = (*(300, 40_000, 200_000) * 6, 9_000_000)


class Load:
    """Writers that go on until the store is gone, and remember what it promised."""

    def __init__(self, store: S3EvidenceStore) -> None:
        self.acknowledged: list[Digest] = []
        self.unanswered = 0
        self._store = store
        self._until = datetime.now(UTC) + timedelta(days=1)
        self._count = threading.Condition()

    def write(self) -> None:
        while True:
            content = secrets.token_bytes(secrets.choice(SIZES))
            try:
                stored = self._store.put(OFFICE, content, retain_until=self._until)
            except StorageError:
                with self._count:
                    self.unanswered += 1
                return
            with self._count:
                self.acknowledged.append(stored.digest)
                self._count.notify_all()

    def wait_for(self, more: int) -> None:
        with self._count:
            wanted = len(self.acknowledged) + more
            assert self._count.wait_for(lambda: len(self.acknowledged) >= wanted, timeout=60)


def reads_back(store: S3EvidenceStore, digest: Digest) -> bool:
    """Ask again while the server comes up: its volumes are there after its gateway."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return Digest.of(store.get(OFFICE, digest)) == digest
        except StoreUnavailable:
            if time.monotonic() > deadline:
                return False
            threading.Event().wait(0.1)


@pytest.mark.faults
@pytest.mark.slow
def test_no_acknowledged_object_is_lost(capsys: pytest.CaptureFixture[str]) -> None:
    with seaweedfs.running() as server:
        client = connect(server.connection)
        prepare(client, evidence=EVIDENCE, staging=STAGING)
        ring = KeyRing([LocalKey(secrets.token_bytes(32))])
        store = S3EvidenceStore(client, bucket=EVIDENCE, envelope=Envelope(ring))
        load = Load(store)
        for _ in range(KILLS):
            with ThreadPoolExecutor(WRITERS) as writers:
                writing = [writers.submit(load.write) for _ in range(WRITERS)]
                load.wait_for(KILL_AFTER)
                killed = server.kill()
            for writer in writing:
                writer.result()
            server.wait_until_back(killed=killed)
        with ThreadPoolExecutor(WRITERS) as readers:
            there = readers.map(lambda digest: reads_back(store, digest), load.acknowledged)
            lost = [
                digest
                for digest, is_there in zip(load.acknowledged, there, strict=True)
                if not is_there
            ]
    with capsys.disabled():
        print(  # noqa: T201  the figures are what the test is for
            f"\nkill -9 {KILLS} times: {len(load.acknowledged)} acknowledged, {len(lost)} lost, "
            f"{load.unanswered} unanswered"
        )
    assert lost == []
    assert load.unanswered == KILLS * WRITERS
