"""A locked object withstands the platform's own credentials, over a real socket.

Whoever steals them, or whoever runs the platform, can add versions and hide
them; nobody can destroy or change what was locked before its time.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from storage.envelope import Envelope
from storage.keys.local import LocalKey
from storage.keys.ring import KeyRing
from storage.objects import StoredObject, object_key
from storage.s3 import S3EvidenceStore
from tests.contract.conftest import EVIDENCE, STAGING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import LifecycleRuleTypeDef

    from tests.servers.seaweedfs import SeaweedFS

DEED = b"the deed as it was signed"


class Locked:
    """One deed under lock, and a thief with every right the platform has."""

    def __init__(self, s3: S3Client) -> None:
        self.s3 = s3
        ring = KeyRing([LocalKey(secrets.token_bytes(32))])
        self.store = S3EvidenceStore(s3, bucket=EVIDENCE, envelope=Envelope(ring))
        self.office = f"office-{secrets.token_hex(6)}"
        self.until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
        self.stored = self.store.put(self.office, DEED, retain_until=self.until)
        self.key = object_key(self.office, self.stored.digest)

    def assert_untouched(self) -> None:
        assert self.store.get(self.office, self.stored.digest) == DEED
        found: StoredObject = self.store.stat(self.office, self.stored.digest)
        assert found == self.stored
        pinned = self.s3.get_object_retention(
            Bucket=EVIDENCE, Key=self.key, VersionId=self.stored.version_id
        )["Retention"]
        assert pinned["Mode"] == "COMPLIANCE"
        assert pinned["RetainUntilDate"] == self.until


@pytest.fixture
def locked(s3: S3Client) -> Locked:
    return Locked(s3)


def test_its_version_cannot_be_deleted(locked: Locked) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        locked.s3.delete_object(Bucket=EVIDENCE, Key=locked.key, VersionId=locked.stored.version_id)
    locked.assert_untouched()


def test_its_version_cannot_be_deleted_in_a_batch(locked: Locked) -> None:
    answer = locked.s3.delete_objects(
        Bucket=EVIDENCE,
        Delete={"Objects": [{"Key": locked.key, "VersionId": locked.stored.version_id}]},
    )
    assert [error["Code"] for error in answer["Errors"]] == ["AccessDenied"]
    locked.assert_untouched()


def test_governance_bypass_does_not_delete_it(locked: Locked) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        locked.s3.delete_object(
            Bucket=EVIDENCE,
            Key=locked.key,
            VersionId=locked.stored.version_id,
            BypassGovernanceRetention=True,
        )
    locked.assert_untouched()


def test_a_delete_marker_does_not_hide_it(locked: Locked) -> None:
    locked.s3.delete_object(Bucket=EVIDENCE, Key=locked.key)
    locked.assert_untouched()


def test_writing_over_it_does_not_replace_it(locked: Locked) -> None:
    locked.s3.put_object(Bucket=EVIDENCE, Key=locked.key, Body=b"the deed, improved")
    locked.assert_untouched()


def test_a_locked_forgery_over_it_is_not_read(locked: Locked) -> None:
    locked.s3.put_object(
        Bucket=EVIDENCE,
        Key=locked.key,
        Body=b"the deed, improved",
        ChecksumAlgorithm="SHA256",
        ObjectLockMode="COMPLIANCE",
        ObjectLockRetainUntilDate=datetime.now(UTC) + timedelta(minutes=1),
    )
    assert locked.store.get(locked.office, locked.stored.digest) == DEED
    with locked.store.open(locked.office, locked.stored.digest) as stream:
        assert stream.read() == DEED


def test_copying_over_it_does_not_replace_it(locked: Locked) -> None:
    locked.s3.put_object(Bucket=STAGING, Key="forgery", Body=b"the deed, improved")
    locked.s3.copy_object(
        Bucket=EVIDENCE, Key=locked.key, CopySource={"Bucket": STAGING, "Key": "forgery"}
    )
    locked.assert_untouched()


def test_a_multipart_upload_over_it_does_not_replace_it(locked: Locked) -> None:
    upload_id = locked.s3.create_multipart_upload(Bucket=EVIDENCE, Key=locked.key)["UploadId"]
    part = locked.s3.upload_part(
        Bucket=EVIDENCE, Key=locked.key, UploadId=upload_id, PartNumber=1, Body=b"improved"
    )
    locked.s3.complete_multipart_upload(
        Bucket=EVIDENCE,
        Key=locked.key,
        UploadId=upload_id,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    )
    locked.assert_untouched()


@pytest.mark.parametrize("mode", ["COMPLIANCE", "GOVERNANCE"])
def test_its_retention_cannot_be_shortened_or_weakened(locked: Locked, mode: str) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        locked.s3.put_object_retention(
            Bucket=EVIDENCE,
            Key=locked.key,
            VersionId=locked.stored.version_id,
            BypassGovernanceRetention=True,
            Retention={
                "Mode": "GOVERNANCE" if mode == "GOVERNANCE" else "COMPLIANCE",
                "RetainUntilDate": locked.until - timedelta(hours=23),
            },
        )
    locked.assert_untouched()


def test_its_retention_cannot_be_removed(locked: Locked) -> None:
    with pytest.raises(ClientError):
        locked.s3.put_object_retention(
            Bucket=EVIDENCE,
            Key=locked.key,
            VersionId=locked.stored.version_id,
            BypassGovernanceRetention=True,
            Retention={},
        )
    locked.assert_untouched()


def test_taking_off_a_legal_hold_leaves_its_retention(locked: Locked) -> None:
    locked.store.set_legal_hold(locked.office, locked.stored.digest, on=True)
    locked.store.set_legal_hold(locked.office, locked.stored.digest, on=False)
    with pytest.raises(ClientError, match="AccessDenied"):
        locked.s3.delete_object(Bucket=EVIDENCE, Key=locked.key, VersionId=locked.stored.version_id)
    locked.assert_untouched()


def test_its_bucket_cannot_be_deleted(locked: Locked) -> None:
    with pytest.raises(ClientError, match="BucketNotEmpty"):
        locked.s3.delete_bucket(Bucket=EVIDENCE)
    locked.assert_untouched()


def test_versioning_cannot_be_suspended(locked: Locked) -> None:
    with pytest.raises(ClientError, match="InvalidBucketState"):
        locked.s3.put_bucket_versioning(
            Bucket=EVIDENCE, VersioningConfiguration={"Status": "Suspended"}
        )
    locked.assert_untouched()


def test_object_lock_cannot_be_switched_off(locked: Locked) -> None:
    with pytest.raises(ClientError):
        locked.s3.put_object_lock_configuration(Bucket=EVIDENCE, ObjectLockConfiguration={})
    assert (
        locked.s3.get_object_lock_configuration(Bucket=EVIDENCE)["ObjectLockConfiguration"][
            "ObjectLockEnabled"
        ]
        == "Enabled"
    )
    locked.assert_untouched()


def test_a_lifecycle_rule_does_not_expire_it(locked: Locked, object_server: SeaweedFS) -> None:
    locked.s3.put_object(Bucket=EVIDENCE, Key=f"{locked.key}-unlocked", Body=b"note")
    yesterday = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    rule: LifecycleRuleTypeDef = {
        "ID": "wipe",
        "Status": "Enabled",
        "Filter": {"Prefix": locked.key},
        "Expiration": {"Date": yesterday - timedelta(days=1)},
    }
    locked.s3.put_bucket_lifecycle_configuration(
        Bucket=EVIDENCE, LifecycleConfiguration={"Rules": [rule]}
    )
    object_server.run_lifecycle()
    locked.s3.delete_bucket_lifecycle(Bucket=EVIDENCE)

    with pytest.raises(ClientError, match="404"):  # or the rule did nothing at all
        locked.s3.head_object(Bucket=EVIDENCE, Key=f"{locked.key}-unlocked")
    locked.assert_untouched()
