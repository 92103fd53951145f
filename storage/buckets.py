"""The two buckets of a platform, made by an explicit step and never on the way.

Evidence is locked and versioned; staging is neither, because what a phone has
uploaded must really be gone once it is evidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.connection import translated
from storage.errors import ObjectMissing, StoreRefused, StoreUnfit

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def prepare(client: S3Client, *, evidence: str, staging: str) -> None:
    """Make what is missing; a bucket that is there without a lock is refused."""
    if not _exists(client, evidence):
        with translated():
            client.create_bucket(Bucket=evidence, ObjectLockEnabledForBucket=True)
    if not _is_locked(client, evidence):
        # A lock switched on later would not cover what is already there.
        raise StoreUnfit((f"object lock on bucket {evidence}",))
    if not _exists(client, staging):
        with translated():
            client.create_bucket(Bucket=staging)


def _exists(client: S3Client, bucket: str) -> bool:
    try:
        with translated():
            client.head_bucket(Bucket=bucket)
    except ObjectMissing:
        return False
    return True


def _is_locked(client: S3Client, bucket: str) -> bool:
    try:
        with translated():
            answer = client.get_object_lock_configuration(Bucket=bucket)
    except StoreRefused:
        return False
    return answer["ObjectLockConfiguration"].get("ObjectLockEnabled") == "Enabled"
