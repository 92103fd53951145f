"""What every evidence store promises.  A new backend joins by adding a param."""

from __future__ import annotations

import hashlib
import io
import secrets
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from storage.envelope import Envelope
from storage.errors import (
    ContentMismatch,
    ObjectLocked,
    ObjectMissing,
    RetentionRefused,
)
from storage.keys.local import LocalKey
from storage.keys.ring import KeyRing
from storage.memory import MemoryEvidenceStore
from storage.objects import Digest, EvidenceStore
from storage.s3 import S3EvidenceStore
from tests.contract.conftest import EVIDENCE

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class Clock:
    """The time as the store sees it: ours to move, or a server's to wait for."""

    def __init__(self, *, is_real: bool) -> None:
        self._is_real = is_real
        self._ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def pass_beyond(self, end: datetime) -> None:
        missing = end + timedelta(seconds=1) - self()
        if self._is_real:
            threading.Event().wait(missing.total_seconds())
        else:
            self._ahead += missing


@pytest.fixture(params=["memory", "seaweedfs"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def clock(backend: str) -> Clock:
    return Clock(is_real=backend != "memory")


@pytest.fixture
def store(request: pytest.FixtureRequest, backend: str, clock: Clock) -> EvidenceStore:
    if backend == "memory":
        return MemoryEvidenceStore(now=clock)
    s3: S3Client = request.getfixturevalue("s3")
    ring = KeyRing([LocalKey(secrets.token_bytes(32))])
    return S3EvidenceStore(s3, bucket=EVIDENCE, envelope=Envelope(ring))


@pytest.fixture
def office() -> str:
    """Name an office of the test's own: what others stored stays locked for years."""
    return f"office-{secrets.token_hex(6)}"


@pytest.fixture
def until(clock: Clock) -> datetime:
    return clock().replace(microsecond=0) + timedelta(days=1)


def test_returns_what_was_put(store: EvidenceStore, office: str, until: datetime) -> None:
    assert store.get(office, store.put(office, b"deed", retain_until=until).digest) == b"deed"


# Nothing; within a segment and a part; several segments; several parts.
@pytest.mark.parametrize("size", [0, 1, 3_000_000, 20_000_001])
def test_streams_of_any_size_come_back_whole(
    store: EvidenceStore, office: str, until: datetime, size: int
) -> None:
    content = secrets.token_bytes(size)
    stored = store.put(office, io.BytesIO(content), retain_until=until)
    with store.open(office, stored.digest) as stream:
        assert hashlib.sha256(stream.read()).hexdigest() == stored.digest.hex
    assert stored.size == store.stat(office, stored.digest).size == size
    assert stored.digest == Digest.of(content)


def test_a_stream_is_taken_from_where_it_stands(
    store: EvidenceStore, office: str, until: datetime
) -> None:
    content = io.BytesIO(b"cover,deed")
    content.seek(6)
    assert store.put(office, content, retain_until=until).digest == Digest.of(b"deed")


def test_what_is_stored_is_what_is_told(store: EvidenceStore, office: str, until: datetime) -> None:
    stored = store.put(office, b"deed", retain_until=until)
    assert stored == store.stat(office, stored.digest)
    assert (stored.size, stored.retain_until, stored.legal_hold) == (4, until, False)


def test_same_bytes_are_one_object(store: EvidenceStore, office: str, until: datetime) -> None:
    first = store.put(office, b"deed", retain_until=until)
    assert store.put(office, b"deed", retain_until=until) == first


def test_same_bytes_at_the_same_time_are_one_object(
    store: EvidenceStore, office: str, until: datetime
) -> None:
    stored = []
    start = threading.Barrier(8)

    def put() -> None:
        start.wait()
        stored.append(store.put(office, b"deed", retain_until=until))

    threads = [threading.Thread(target=put) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stored == [store.stat(office, Digest.of(b"deed"))] * 8


def test_putting_again_lengthens_retention(
    store: EvidenceStore, office: str, until: datetime
) -> None:
    store.put(office, b"deed", retain_until=until)
    later = store.put(office, b"deed", retain_until=until + timedelta(days=1))
    assert later == store.stat(office, later.digest)
    assert later.retain_until == until + timedelta(days=1)


def test_putting_again_never_shortens_retention(
    store: EvidenceStore, office: str, until: datetime
) -> None:
    store.put(office, b"deed", retain_until=until)
    again = store.put(office, b"deed", retain_until=until - timedelta(hours=1))
    assert again.retain_until == until


def test_an_office_does_not_see_what_another_stored(
    store: EvidenceStore, office: str, until: datetime
) -> None:
    digest = store.put(office, b"deed", retain_until=until).digest
    with pytest.raises(ObjectMissing):
        store.get(f"{office}-b", digest)


def test_missing_object_is_missing_to_every_question(store: EvidenceStore, office: str) -> None:
    digest = Digest.of(b"never stored")
    with pytest.raises(ObjectMissing):
        store.get(office, digest)
    with pytest.raises(ObjectMissing), store.open(office, digest):
        pass
    with pytest.raises(ObjectMissing):
        store.stat(office, digest)
    with pytest.raises(ObjectMissing):
        store.discard(office, digest)


def test_content_other_than_announced_is_not_stored(
    store: EvidenceStore, office: str, until: datetime
) -> None:
    with pytest.raises(ContentMismatch):
        store.put(office, b"forged", retain_until=until, digest=Digest.of(b"deed"))
    for digest in (Digest.of(b"deed"), Digest.of(b"forged")):
        with pytest.raises(ObjectMissing):
            store.get(office, digest)


def test_knowing_a_digest_is_not_having_the_bytes(
    store: EvidenceStore, office: str, until: datetime
) -> None:
    """Else whoever learns the digest of a will could have it filed as his."""
    digest = store.put(office, b"deed", retain_until=until).digest
    with pytest.raises(ContentMismatch):
        store.put(office, b"guess", retain_until=until, digest=digest)


def test_a_large_stream_other_than_announced_is_not_stored(
    store: EvidenceStore, office: str, until: datetime
) -> None:
    announced = Digest.of(b"deed")
    with pytest.raises(ContentMismatch):
        store.put(office, io.BytesIO(bytes(17 << 20)), retain_until=until, digest=announced)
    with pytest.raises(ObjectMissing):
        store.stat(office, announced)


def test_retention_has_to_end_in_the_future(
    store: EvidenceStore, office: str, clock: Clock
) -> None:
    with pytest.raises(RetentionRefused):
        store.put(office, b"deed", retain_until=clock() - timedelta(hours=1))
    with pytest.raises(ObjectMissing):
        store.get(office, Digest.of(b"deed"))


def test_retention_without_a_time_zone_is_nobodys_promise(
    store: EvidenceStore, office: str, until: datetime
) -> None:
    with pytest.raises(ValueError, match="time zone"):
        store.put(office, b"deed", retain_until=until.replace(tzinfo=None))


def test_retention_is_rounded_up_to_the_second(
    store: EvidenceStore, office: str, until: datetime
) -> None:
    stored = store.put(office, b"deed", retain_until=until + timedelta(microseconds=1))
    assert stored.retain_until == until + timedelta(seconds=1)
    assert stored == store.stat(office, stored.digest)


def test_retention_can_be_extended_and_not_shortened(
    store: EvidenceStore, office: str, until: datetime
) -> None:
    digest = store.put(office, b"deed", retain_until=until).digest
    extended = store.extend_retention(office, digest, until=until + timedelta(days=9))
    assert extended == store.stat(office, digest)
    assert store.extend_retention(office, digest, until=until) == extended


def test_retention_that_ended_is_not_extended_into_the_past(
    store: EvidenceStore, office: str, clock: Clock
) -> None:
    end = clock().replace(microsecond=0) + timedelta(seconds=1)
    digest = store.put(office, b"deed", retain_until=end).digest
    clock.pass_beyond(end + timedelta(seconds=1))
    with pytest.raises(RetentionRefused):
        store.extend_retention(office, digest, until=end + timedelta(seconds=1))


def test_retained_object_cannot_be_discarded(
    store: EvidenceStore, office: str, until: datetime
) -> None:
    digest = store.put(office, b"deed", retain_until=until).digest
    with pytest.raises(ObjectLocked):
        store.discard(office, digest)
    assert store.get(office, digest) == b"deed"


def test_legal_hold_outlasts_retention(store: EvidenceStore, office: str, clock: Clock) -> None:
    end = clock() + timedelta(seconds=1)
    digest = store.put(office, b"deed", retain_until=end).digest
    assert store.set_legal_hold(office, digest, on=True).legal_hold
    assert store.stat(office, digest).legal_hold
    clock.pass_beyond(end)
    with pytest.raises(ObjectLocked):
        store.discard(office, digest)

    assert not store.set_legal_hold(office, digest, on=False).legal_hold
    store.discard(office, digest)
    with pytest.raises(ObjectMissing):
        store.get(office, digest)


def test_discarded_object_can_be_put_again(
    store: EvidenceStore, office: str, until: datetime, clock: Clock
) -> None:
    end = clock() + timedelta(seconds=1)
    digest = store.put(office, b"deed", retain_until=end).digest
    clock.pass_beyond(end)
    store.discard(office, digest)
    assert store.put(office, b"deed", retain_until=until).digest == digest


@pytest.mark.parametrize("office", ["", "..", "a/b", "Kunming", "a" * 64, "a\n", "-a", "昆明"])
def test_an_office_cannot_be_a_path(store: EvidenceStore, office: str) -> None:
    with pytest.raises(ValueError, match="office key"):
        store.get(office, Digest.of(b"deed"))
