"""Uploads straight from a phone: what the signed URLs allow, and taking up again."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import urllib3

from storage.errors import (
    ContentMismatch,
    ObjectMissing,
    UploadIncomplete,
    UploadMissing,
    UploadTooLarge,
)
from storage.objects import Digest
from storage.sweeping import drop_stale_objects, end_stale_uploads
from storage.uploads import SMALLEST_PART, Upload, Uploads, UploadTerms
from tests.contract.conftest import STAGING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

VIDEO = secrets.token_bytes(SMALLEST_PART) + b"the last part is short"
PARTS = (VIDEO[:SMALLEST_PART], VIDEO[SMALLEST_PART:])
CHECKSUMS = {number: Digest.of(part) for number, part in enumerate(PARTS, start=1)}
TERMS = UploadTerms(
    lifetime=timedelta(hours=24), url_lifetime=timedelta(minutes=15), largest=1 << 30
)


class Clock:
    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def uploads(s3: S3Client, clock: Clock) -> Uploads:
    return Uploads(
        s3,
        signer=s3,
        bucket=STAGING,
        terms=TERMS,
        now=clock,
        new_id=lambda: secrets.token_hex(8),
    )


@pytest.fixture
def upload(uploads: Uploads) -> Upload:
    return uploads.begin(
        "kunming-a", size=len(VIDEO), part_size=SMALLEST_PART, digest=Digest.of(VIDEO)
    )


def send(uploads: Uploads, upload: Upload, number: int, body: bytes) -> int:
    """Do what a phone does: ask for a URL for this part and PUT ``body``."""
    part = uploads.presign(upload, number, checksum=CHECKSUMS[number])
    headers = dict(part.headers)
    return urllib3.request("PUT", part.url, body=body, headers=headers, retries=False).status


def test_parts_become_one_object(uploads: Uploads, upload: Upload) -> None:
    assert [send(uploads, upload, n, part) for n, part in enumerate(PARTS, start=1)] == [200, 200]
    uploads.complete(upload, checksums=CHECKSUMS)
    with uploads.staged(upload) as staged:
        assert staged.read() == VIDEO


def test_a_signed_url_takes_no_other_bytes(uploads: Uploads, upload: Upload) -> None:
    assert send(uploads, upload, 2, b"another part, same url") == 400
    assert uploads.parts_there(upload) == []


def test_the_checksum_of_a_signed_url_cannot_be_replaced(uploads: Uploads, upload: Upload) -> None:
    part = uploads.presign(upload, 2, checksum=CHECKSUMS[2])
    forged = dict.fromkeys(part.headers, "A" * 43 + "=")
    for headers in (forged, {}):
        answer = urllib3.request("PUT", part.url, body=PARTS[1], headers=headers, retries=False)
        assert answer.status == 403
    assert uploads.parts_there(upload) == []


def test_an_interrupted_upload_is_taken_up_where_it_stopped(
    uploads: Uploads, upload: Upload
) -> None:
    send(uploads, upload, 2, PARTS[1])
    there = uploads.parts_there(upload)
    assert [(part.number, part.size) for part in there] == [(2, len(PARTS[1]))]
    with pytest.raises(UploadIncomplete) as refusal:
        uploads.complete(upload, checksums=CHECKSUMS)
    assert refusal.value.numbers == (1,)

    send(uploads, upload, 1, PARTS[0])
    uploads.complete(upload, checksums=CHECKSUMS)


def test_a_part_sent_again_replaces_itself(uploads: Uploads, upload: Upload) -> None:
    for number in (1, 2, 1):
        send(uploads, upload, number, PARTS[number - 1])
    assert [part.number for part in uploads.parts_there(upload)] == [1, 2]
    uploads.complete(upload, checksums=CHECKSUMS)
    with uploads.staged(upload) as staged:
        assert staged.read() == VIDEO


def test_completing_twice_changes_nothing(uploads: Uploads, upload: Upload) -> None:
    for number in (1, 2):
        send(uploads, upload, number, PARTS[number - 1])
    uploads.complete(upload, checksums=CHECKSUMS)
    uploads.complete(upload, checksums=CHECKSUMS)
    with uploads.staged(upload) as staged:
        assert Digest.of(staged.read()) == upload.digest


def test_completing_after_a_faster_call_changes_nothing(
    s3: S3Client, uploads: Uploads, upload: Upload
) -> None:
    for number in (1, 2):
        send(uploads, upload, number, PARTS[number - 1])
    s3.put_object(Bucket=STAGING, Key=upload.key, Body=b"what the faster call put together")
    uploads.complete(upload, checksums=CHECKSUMS)
    with uploads.staged(upload) as staged:
        assert staged.read() == b"what the faster call put together"


def test_completing_with_wrong_checksums_is_refused(uploads: Uploads, upload: Upload) -> None:
    for number in (1, 2):
        send(uploads, upload, number, PARTS[number - 1])
    with pytest.raises(ContentMismatch):
        uploads.complete(upload, checksums={1: CHECKSUMS[2], 2: CHECKSUMS[1]})


def test_a_part_of_another_size_than_announced_is_incomplete(uploads: Uploads) -> None:
    upload = uploads.begin(
        "kunming-a", size=len(VIDEO) + 1, part_size=SMALLEST_PART, digest=Digest.of(VIDEO)
    )
    for number in (1, 2):
        send(uploads, upload, number, PARTS[number - 1])
    with pytest.raises(UploadIncomplete) as refusal:
        uploads.complete(upload, checksums=CHECKSUMS)
    assert refusal.value.numbers == (2,)


def test_a_part_that_was_not_announced_is_not_signed(uploads: Uploads, upload: Upload) -> None:
    for number in (0, 3):
        with pytest.raises(UploadIncomplete):
            uploads.presign(upload, number, checksum=CHECKSUMS[1])


@pytest.mark.parametrize(
    ("size", "part_size"),
    [
        # Nothing is not a file.
        (0, SMALLEST_PART),
        (-1, SMALLEST_PART),
        # S3 would refuse these parts only at the very end.
        (SMALLEST_PART * 2, SMALLEST_PART - 1),
        # More than the terms allow.
        ((1 << 30) + 1, 1 << 29),
    ],
)
def test_an_upload_that_cannot_end_well_is_not_begun(
    uploads: Uploads, size: int, part_size: int
) -> None:
    with pytest.raises(UploadTooLarge):
        uploads.begin("kunming-a", size=size, part_size=part_size, digest=Digest.of(b""))


def test_an_expired_upload_gets_no_more_urls(
    uploads: Uploads, upload: Upload, clock: Clock
) -> None:
    clock.ahead = TERMS.lifetime - timedelta(minutes=5)
    assert uploads.presign(upload, 1, checksum=CHECKSUMS[1]).expires_at == upload.expires_at
    clock.ahead = TERMS.lifetime
    with pytest.raises(UploadMissing):
        uploads.presign(upload, 1, checksum=CHECKSUMS[1])


def test_an_aborted_upload_is_gone_whenever_it_is_aborted(uploads: Uploads, upload: Upload) -> None:
    for number in (1, 2):
        send(uploads, upload, number, PARTS[number - 1])
    uploads.complete(upload, checksums=CHECKSUMS)
    other = uploads.begin("kunming-a", size=1, part_size=SMALLEST_PART, digest=Digest.of(b"1"))
    for ended in (upload, other, other):
        uploads.abort(ended)
        with pytest.raises(ObjectMissing):
            uploads.staged(ended)
        with pytest.raises(UploadMissing):
            uploads.complete(ended, checksums=CHECKSUMS)
    with pytest.raises(UploadMissing):
        uploads.parts_there(other)


def test_the_sweep_ends_what_is_old_and_spares_what_is_not(
    s3: S3Client, uploads: Uploads, upload: Upload, clock: Clock
) -> None:
    staged = uploads.begin("kunming-a", size=1, part_size=SMALLEST_PART, digest=Digest.of(b"1"))
    s3.put_object(Bucket=STAGING, Key=staged.key, Body=b"1")
    an_hour_ago = clock() - timedelta(hours=1)
    assert end_stale_uploads(s3, bucket=STAGING, before=an_hour_ago) == 0
    assert drop_stale_objects(s3, bucket=STAGING, before=an_hour_ago) == 0

    in_an_hour = clock() + timedelta(hours=1)
    assert end_stale_uploads(s3, bucket=STAGING, before=in_an_hour) >= 2
    assert drop_stale_objects(s3, bucket=STAGING, before=in_an_hour) >= 1
    with pytest.raises(UploadMissing):
        uploads.parts_there(upload)
    with pytest.raises(ObjectMissing):
        uploads.staged(staged)
