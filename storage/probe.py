"""Does this store keep the promises that evidence stands on?  Asked at start.

Gateways exist that take a wrong checksum, `If-None-Match` and an object lock,
answer 200 and ignore them; nothing but trying tells them apart.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import urllib3

from storage.connection import translated
from storage.errors import (
    ContentMismatch,
    ObjectMissing,
    StorageError,
    StoreRefused,
    StoreUnfit,
    UploadMissing,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from mypy_boto3_s3 import S3Client

_FOLDER: Final = "probe/"
_BODY: Final = b"a probe of this store"
_OTHER: Final = b"another body"
_RACERS: Final = 4
_LOCK: Final = timedelta(minutes=1)
"""Longer than clocks disagree: a lock that seems to end in the past is refused."""


_REFUSALS: Final = (StoreRefused, ContentMismatch, ObjectMissing, UploadMissing)


class Promise(StrEnum):
    CHECKSUM = "refusing a body that does not match its SHA-256"
    CREATE_ONLY = "If-None-Match: * with one winner in a race"
    LOCK = "compliance lock that its own owner cannot delete or shorten"
    PART_CHECKSUM = "presigned parts bound to their SHA-256"


class Probe:
    def __init__(
        self, client: S3Client, *, evidence: str, staging: str, now: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._evidence = evidence
        self._staging = staging
        self._now = now

    def require_all(self) -> None:
        """Raise `StoreUnfit` naming every promise that is not kept."""
        trials: Mapping[Promise, Callable[[str], bool]] = {
            Promise.CHECKSUM: self._refuses_wrong_checksum,
            Promise.CREATE_ONLY: self._creates_once,
            Promise.LOCK: self._locks,
            Promise.PART_CHECKSUM: self._binds_parts,
        }
        key = _FOLDER + secrets.token_hex(8)
        try:
            missing = tuple(
                str(promise)
                for number, (promise, is_kept) in enumerate(trials.items())
                if not is_kept(f"{key}-{number}")
            )
        finally:
            self._clean_up()
        if missing:
            raise StoreUnfit(missing)

    def _refuses_wrong_checksum(self, key: str) -> bool:
        def put(checksum: str) -> None:
            self._client.put_object(
                Bucket=self._staging, Key=key, Body=_BODY, ChecksumSHA256=checksum
            )

        return _succeeds(lambda: put(_checksum(_BODY))) and not _succeeds(
            lambda: put(_checksum(_OTHER))
        )

    def _creates_once(self, key: str) -> bool:
        def race(racer: int) -> bool:
            return _succeeds(
                lambda: self._client.put_object(
                    Bucket=self._evidence, Key=key, Body=bytes([racer]), IfNoneMatch="*"
                )
            )

        with ThreadPoolExecutor(_RACERS) as racers:
            return sum(racers.map(race, range(_RACERS))) == 1

    def _locks(self, key: str) -> bool:
        bucket, until = self._evidence, self._now() + _LOCK

        def shorten(version_id: str) -> None:
            self._client.put_object_retention(
                Bucket=bucket,
                Key=key,
                VersionId=version_id,
                Retention={"Mode": "COMPLIANCE", "RetainUntilDate": until - _LOCK / 2},
            )

        with suppress(*_REFUSALS), translated():
            version_id = self._client.put_object(
                Bucket=bucket,
                Key=key,
                Body=_BODY,
                ChecksumSHA256=_checksum(_BODY),
                ObjectLockMode="COMPLIANCE",
                ObjectLockRetainUntilDate=until,
            ).get("VersionId", "")
            return (
                version_id != ""
                and not _succeeds(lambda: shorten(version_id))
                and not _succeeds(
                    lambda: self._client.delete_object(Bucket=bucket, Key=key, VersionId=version_id)
                )
                and _succeeds(
                    lambda: self._client.get_object(Bucket=bucket, Key=key, VersionId=version_id)
                )
            )
        return False

    def _binds_parts(self, key: str) -> bool:
        with suppress(*_REFUSALS), translated():
            upload_id = self._client.create_multipart_upload(
                Bucket=self._staging, Key=key, ChecksumAlgorithm="SHA256"
            )["UploadId"]
            url = self._client.generate_presigned_url(
                "upload_part",
                Params={
                    "Bucket": self._staging,
                    "Key": key,
                    "UploadId": upload_id,
                    "PartNumber": 1,
                    "ChecksumSHA256": _checksum(_BODY),
                },
                ExpiresIn=int(_LOCK.total_seconds()),
            )
            try:
                return (
                    not _takes_part(url, _OTHER, _checksum(_BODY))
                    and not _takes_part(url, _OTHER, _checksum(_OTHER))
                    and _takes_part(url, _BODY, _checksum(_BODY))
                )
            finally:
                self._client.abort_multipart_upload(
                    Bucket=self._staging, Key=key, UploadId=upload_id
                )
        return False

    def _clean_up(self) -> None:
        """Remove what earlier probes and this one left, as far as locks allow."""
        for bucket in (self._evidence, self._staging):
            with suppress(StorageError), translated():
                for key, version_id in self._leftovers(bucket):
                    with suppress(StorageError), translated():
                        self._client.delete_object(Bucket=bucket, Key=key, VersionId=version_id)

    def _leftovers(self, bucket: str) -> list[tuple[str, str]]:
        page = self._client.list_object_versions(Bucket=bucket, Prefix=_FOLDER)
        return [
            (found["Key"], found["VersionId"])
            for found in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
        ]


def _succeeds(request: Callable[[], object]) -> bool:
    """Tell yes from no; a store that does not answer is neither, and raises."""
    try:
        with translated():
            request()
    except _REFUSALS:
        return False
    return True


def _takes_part(url: str, body: bytes, checksum: str) -> bool:
    with translated():
        answer = urllib3.request(
            "PUT", url, body=body, headers={"x-amz-checksum-sha256": checksum}, retries=False
        )
    return answer.status == HTTPStatus.OK


def _checksum(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()
