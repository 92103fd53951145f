"""Which versions of a key are evidence: only those under a compliance lock.

Whoever writes over a key with our credentials adds a version without a lock, a
delete marker, or both; the locked one stays behind them, and is found here.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final

from storage.connection import translated
from storage.errors import ObjectMissing, StoreRefused
from storage.objects import StoredObject, object_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef

    from storage.objects import Digest

SIZE: Final = "evidence-size"


class LockedVersions:
    def __init__(self, client: S3Client, *, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def is_taken(self, key: str) -> bool:
        try:
            self._head(key, None)
        except ObjectMissing:
            return False
        return True

    def of(self, office: str, digest: Digest) -> Iterator[StoredObject]:
        """Yield the newest first; `ObjectMissing` when there is none at all."""
        key = object_key(office, digest)
        found = False
        for head in self._heads(key):
            if head.get("ObjectLockMode") == "COMPLIANCE":
                found = True
                yield _stored(office, digest, head)
        if not found:
            raise ObjectMissing(digest.hex)

    def ids(self, key: str) -> list[str]:
        """Return all versions of ``key``, delete markers and impostors too."""
        with translated():
            return [
                version["VersionId"]
                for page in self._client.get_paginator("list_object_versions").paginate(
                    Bucket=self._bucket, Prefix=key
                )
                for version in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
                if version["Key"] == key
            ]

    def _heads(self, key: str) -> Iterator[HeadObjectOutputTypeDef]:
        """Yield what is in front at the cost of one request, then the others."""
        front = None
        try:
            head = self._head(key, None)
        except ObjectMissing:
            pass
        else:
            front = head["VersionId"]
            yield head
        for version_id in self.ids(key):
            if version_id != front:
                try:
                    yield self._head(key, version_id)
                except (ObjectMissing, StoreRefused):
                    continue  # A delete marker has no head.

    def _head(self, key: str, version_id: str | None) -> HeadObjectOutputTypeDef:
        with translated():
            if version_id is None:
                return self._client.head_object(Bucket=self._bucket, Key=key)
            return self._client.head_object(Bucket=self._bucket, Key=key, VersionId=version_id)


def _stored(office: str, digest: Digest, head: HeadObjectOutputTypeDef) -> StoredObject:
    return StoredObject(
        office=office,
        digest=digest,
        size=int(head["Metadata"].get(SIZE, "0")),
        retain_until=head["ObjectLockRetainUntilDate"].astimezone(UTC),
        legal_hold=head.get("ObjectLockLegalHoldStatus") == "ON",
        version_id=head["VersionId"],
    )
