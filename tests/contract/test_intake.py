"""From staging to evidence: refused whole, admitted once, safe at every crash."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from storage.envelope import Envelope
from storage.errors import ContentMismatch, ObjectMissing, UploadMissing
from storage.intake import HEAD, admit
from storage.keys.local import LocalKey
from storage.keys.ring import KeyRing
from storage.objects import Digest
from storage.s3 import S3EvidenceStore
from storage.uploads import SMALLEST_PART, Upload, Uploads, UploadTerms
from tests.contract.conftest import EVIDENCE, STAGING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client

    from storage.objects import StoredObject

SCAN = b"%PDF-" + secrets.token_bytes(HEAD)
UNTIL = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
RING = KeyRing([LocalKey(secrets.token_bytes(32))])


class PowerCut(BaseException):
    """Not an `Exception`: no clean-up runs when the power goes."""


class FailingPower:
    """The client of a machine that dies before, or after, its nth request."""

    def __init__(self, s3: S3Client, *, at: int, is_done: bool) -> None:
        self._s3 = s3
        self._left = at
        self._is_done = is_done

    def __getattr__(self, name: str) -> Callable[..., object]:
        call = cast("Callable[..., object]", getattr(self._s3, name))

        def request(**arguments: Any) -> object:  # noqa: ANN401  the client's own signature
            self._left -= 1
            if self._left < 0 or (self._left == 0 and not self._is_done):
                raise PowerCut
            answer = call(**arguments)
            if self._left == 0:
                raise PowerCut
            return answer

        return request


class Desk:
    def __init__(self, s3: S3Client) -> None:
        self.store = S3EvidenceStore(s3, bucket=EVIDENCE, envelope=Envelope(RING))
        self.uploads = Uploads(
            s3,
            signer=s3,
            bucket=STAGING,
            terms=UploadTerms(
                lifetime=timedelta(hours=1), url_lifetime=timedelta(hours=1), largest=1 << 30
            ),
            now=lambda: datetime.now(UTC),
            new_id=lambda: secrets.token_hex(8),
        )

    def admit(
        self, upload: Upload, inspect: Callable[[bytes], None] = lambda _: None
    ) -> StoredObject:
        return admit(
            upload, uploads=self.uploads, store=self.store, retain_until=UNTIL, inspect=inspect
        )


@pytest.fixture
def desk(s3: S3Client) -> Desk:
    return Desk(s3)


@pytest.fixture
def upload(s3: S3Client, desk: Desk) -> Upload:
    begun = desk.uploads.begin(
        f"office-{secrets.token_hex(6)}",
        size=len(SCAN),
        part_size=SMALLEST_PART,
        digest=Digest.of(SCAN),
    )
    s3.put_object(Bucket=STAGING, Key=begun.key, Body=SCAN)
    return begun


def test_an_upload_becomes_evidence_and_leaves_staging(desk: Desk, upload: Upload) -> None:
    stored = desk.admit(upload)
    assert desk.store.get(upload.office, stored.digest) == SCAN
    assert (stored.size, stored.retain_until) == (len(SCAN), UNTIL)
    with pytest.raises(ObjectMissing):
        desk.uploads.staged(upload)


def test_the_inspection_sees_the_beginning_and_may_refuse(desk: Desk, upload: Upload) -> None:
    class NotAPicture(Exception):
        pass

    def inspect(head: bytes) -> None:
        assert head == SCAN[:HEAD]
        raise NotAPicture

    with pytest.raises(NotAPicture):
        desk.admit(upload, inspect)
    with pytest.raises(ObjectMissing):
        desk.store.stat(upload.office, upload.digest)


@pytest.mark.parametrize(
    "arrived",
    [
        # As long as announced, but something else.
        SCAN[:-1] + b"\0",
        # The announced bytes and more.
        SCAN + b"\0",
        # Less than the announced bytes.
        SCAN[:-1],
        b"",
    ],
)
def test_bytes_other_than_announced_are_not_admitted(
    s3: S3Client, desk: Desk, upload: Upload, arrived: bytes
) -> None:
    s3.put_object(Bucket=STAGING, Key=upload.key, Body=arrived)
    with pytest.raises(ContentMismatch):
        desk.admit(upload)
    with pytest.raises(ObjectMissing):
        desk.store.stat(upload.office, upload.digest)


def test_what_changes_after_the_inspection_is_not_admitted(
    s3: S3Client, desk: Desk, upload: Upload
) -> None:
    """Another file under the same key, announced with the digest that it has."""
    polyglot = bytes(len(SCAN))

    def swap(_: bytes) -> None:
        s3.put_object(Bucket=STAGING, Key=upload.key, Body=polyglot)

    with pytest.raises(ContentMismatch):
        desk.admit(replace(upload, digest=Digest.of(polyglot)), swap)


def test_a_second_reading_is_of_the_same_bytes(s3: S3Client, desk: Desk, upload: Upload) -> None:
    s3.put_object(Bucket=STAGING, Key=upload.key, Body=bytes(3 << 20))
    with desk.uploads.staged(upload) as staged:
        assert staged.read() == bytes(3 << 20)
        s3.put_object(Bucket=STAGING, Key=upload.key, Body=b"\1" * (3 << 20))
        staged.seek(0)
        with pytest.raises(ContentMismatch):
            staged.read()


def test_admitting_again_gives_the_same_evidence(desk: Desk, upload: Upload) -> None:
    assert desk.admit(upload) == desk.admit(upload)


def test_a_digest_without_an_upload_is_not_admitted(desk: Desk, upload: Upload) -> None:
    """The evidence is there; who only knows its digest has not sent it."""
    desk.admit(upload)
    claim = desk.uploads.begin(
        upload.office, size=upload.size, part_size=SMALLEST_PART, digest=upload.digest
    )
    with pytest.raises(UploadMissing):
        desk.admit(claim)


@pytest.mark.parametrize("is_done", [False, True], ids=["before", "after"])
def test_a_power_cut_at_any_request_is_made_good_by_running_again(
    s3: S3Client, desk: Desk, upload: Upload, is_done: bool
) -> None:
    for at in range(1, 50):
        s3.put_object(Bucket=STAGING, Key=upload.key, Body=SCAN)
        begun = replace(upload, office=f"office-{secrets.token_hex(6)}")
        doomed = Desk(cast("S3Client", FailingPower(s3, at=at, is_done=is_done)))
        try:
            doomed.admit(begun)
        except PowerCut:
            stored = desk.admit(begun)
            assert desk.store.get(begun.office, stored.digest) == SCAN
            with pytest.raises(ObjectMissing):
                desk.uploads.staged(begun)
            s3.delete_object(Bucket=STAGING, Key=f"{begun.key}.admitted")
        else:
            assert at > 5  # head, get, head, put, put receipt, delete
            return
    pytest.fail("never came to its end")
