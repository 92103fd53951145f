"""Damage on S3 is noticed, passed by while one whole version is left, and healed."""

from __future__ import annotations

import io
import secrets
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from storage.buckets import prepare
from storage.connection import Connection, connect
from storage.envelope import Envelope
from storage.envelope_stream import SEGMENT, TAG
from storage.errors import (
    ObjectCorrupt,
    ObjectLocked,
    StorageError,
    StoreRefused,
    StoreUnavailable,
    StoreUnfit,
)
from storage.keys.local import LocalKey
from storage.keys.ring import KeyRing
from storage.locked_writing import PART
from storage.objects import Digest, object_key
from storage.s3 import S3EvidenceStore
from tests.contract.conftest import EVIDENCE, STAGING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

OLD, NEW = (LocalKey(secrets.token_bytes(32)) for _ in range(2))
DEED = secrets.token_bytes(2_500_000)
UNTIL = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)


class Archive:
    def __init__(self, s3: S3Client) -> None:
        self.s3 = s3
        self.office = f"office-{secrets.token_hex(6)}"
        self.digest = Digest.of(DEED)
        self.key = object_key(self.office, self.digest)
        self.store = self.holding(OLD)

    def holding(self, *keys: LocalKey) -> S3EvidenceStore:
        return S3EvidenceStore(self.s3, bucket=EVIDENCE, envelope=Envelope(KeyRing(keys)))

    def write(self, body: bytes) -> None:
        """Put raw bytes under lock where the deed belongs."""
        self.s3.put_object(
            Bucket=EVIDENCE,
            Key=self.key,
            Body=body,
            ChecksumAlgorithm="SHA256",
            ObjectLockMode="COMPLIANCE",
            ObjectLockRetainUntilDate=UNTIL,
        )

    def envelope(self, content: bytes) -> bytes:
        place = f"{EVIDENCE}/{self.key}".encode()
        return b"".join(Envelope(KeyRing([OLD])).encrypt(io.BytesIO(content), aad=place))


@pytest.fixture
def archive(s3: S3Client) -> Archive:
    return Archive(s3)


def damaged(archive: Archive) -> list[bytes]:
    whole = archive.envelope(DEED)
    return [
        # Not an envelope at all; one that was cut; one with its last bit turned.
        b"junk",
        whole[: 1 << 20],
        whole[:-1] + bytes([whole[-1] ^ 1]),
        # A whole envelope in the right place, around something else.
        archive.envelope(b"the deed, improved"),
    ]


@pytest.mark.parametrize("number", range(4))
def test_damaged_bytes_are_never_returned(archive: Archive, number: int) -> None:
    archive.write(damaged(archive)[number])
    with pytest.raises(ObjectCorrupt):
        archive.store.get(archive.office, archive.digest)
    with (
        pytest.raises(ObjectCorrupt),
        archive.store.open(archive.office, archive.digest) as stream,
    ):
        stream.read()


@pytest.mark.parametrize("number", range(4))
def test_putting_again_heals_what_was_damaged(archive: Archive, number: int) -> None:
    archive.write(damaged(archive)[number])
    healed = archive.store.put(archive.office, DEED, retain_until=UNTIL)
    assert archive.store.get(archive.office, archive.digest) == DEED
    assert archive.store.stat(archive.office, archive.digest) == healed


def test_putting_again_does_so_too_where_something_unlocked_lies(archive: Archive) -> None:
    archive.s3.put_object(Bucket=EVIDENCE, Key=archive.key, Body=b"note")
    archive.store.put(archive.office, DEED, retain_until=UNTIL)
    assert archive.store.get(archive.office, archive.digest) == DEED


def test_a_whole_version_behind_a_damaged_one_is_found(archive: Archive) -> None:
    archive.store.put(archive.office, DEED, retain_until=UNTIL)
    archive.write(b"junk")
    assert archive.store.get(archive.office, archive.digest) == DEED
    with archive.store.open(archive.office, archive.digest) as stream:
        assert Digest.of(stream.read()) == archive.digest


def test_an_object_cannot_be_copied_to_another_office(archive: Archive) -> None:
    archive.store.put(archive.office, DEED, retain_until=UNTIL)
    other = Archive(archive.s3)
    body = archive.s3.get_object(Bucket=EVIDENCE, Key=archive.key)["Body"].read()
    other.write(body)
    with pytest.raises(ObjectCorrupt):
        other.store.get(other.office, other.digest)


def test_rewrapped_evidence_needs_the_old_key_no_more(archive: Archive) -> None:
    before = archive.store.put(archive.office, DEED, retain_until=UNTIL)
    after = archive.holding(NEW, OLD).rewrap(archive.office, archive.digest)
    assert archive.holding(NEW).get(archive.office, archive.digest) == DEED
    assert (after.size, after.retain_until) == (before.size, before.retain_until)
    assert after.version_id != before.version_id


def test_discarding_takes_impostors_and_markers_too(archive: Archive) -> None:
    end = datetime.now(UTC) + timedelta(seconds=1)
    archive.store.put(archive.office, DEED, retain_until=end)
    archive.s3.put_object(Bucket=EVIDENCE, Key=archive.key, Body=b"note")
    archive.s3.delete_object(Bucket=EVIDENCE, Key=archive.key)
    with pytest.raises(ObjectLocked):
        archive.store.discard(archive.office, archive.digest)
    threading.Event().wait(2.1)

    archive.store.discard(archive.office, archive.digest)
    left = archive.s3.list_object_versions(Bucket=EVIDENCE, Prefix=archive.key)
    assert [*left.get("Versions", []), *left.get("DeleteMarkers", [])] == []


def test_a_ciphertext_that_fills_its_parts_to_the_byte_comes_back(archive: Archive) -> None:
    # An empty object has one tag; this one has 17, the frame pushes it over 16 MiB.
    overhead = len(archive.envelope(b"")) + TAG * (2 * PART // SEGMENT - 1)
    content = secrets.token_bytes(2 * PART - overhead)
    assert len(archive.envelope(content)) == 2 * PART  # or this test proves nothing
    digest = archive.store.put(archive.office, content, retain_until=UNTIL).digest
    assert archive.store.get(archive.office, digest) == content


def test_buckets_are_prepared_once_and_again(s3: S3Client) -> None:
    name = f"evidence-{secrets.token_hex(4)}"
    for _ in range(2):
        prepare(s3, evidence=name, staging=STAGING)
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"


def test_a_bucket_without_a_lock_is_no_place_for_evidence(s3: S3Client) -> None:
    name = f"unlocked-{secrets.token_hex(4)}"
    s3.create_bucket(Bucket=name)
    with pytest.raises(StoreUnfit, match="object lock"):
        prepare(s3, evidence=name, staging=STAGING)


def test_failures_say_nothing_of_keys_or_offices(archive: Archive) -> None:
    """A bucket that is not there stands for all that S3 answers at length."""
    lost = S3EvidenceStore(archive.s3, bucket="no-such", envelope=Envelope(KeyRing([OLD])))
    with pytest.raises(StorageError) as failure:
        lost.put(archive.office, DEED, retain_until=UNTIL)
    assert isinstance(failure.value, StoreRefused)
    assert failure.value.code == "NoSuchBucket"
    assert archive.office not in str(failure.value)


def test_a_store_that_is_away_is_unavailable(archive: Archive) -> None:
    nowhere = Connection(endpoint="http://127.0.0.1:9", access_key="a", secret_key="b", attempts=1)
    store = S3EvidenceStore(connect(nowhere), bucket=EVIDENCE, envelope=Envelope(KeyRing([OLD])))
    with pytest.raises(StoreUnavailable):
        store.put(archive.office, DEED, retain_until=UNTIL)
