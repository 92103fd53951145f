"""Writing a ciphertext of unknown length into a locked bucket, all or nothing.

What fits one part is one request, the rest a multipart upload; either way each
request carries the SHA-256 of its bytes, and nothing exists before the last.
"""

from __future__ import annotations

import base64
import hashlib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypedDict

from botocore.exceptions import ClientError

from storage.connection import TAKEN, code_of, translated
from storage.errors import RetentionRefused, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

PART: Final = 8 << 20

_NOT_A_TIME_TO_COME: Final = frozenset({"InvalidArgument", "InvalidRequest"})


class KeyTaken(Exception):
    """A create-only write found the key in use; never leaves this package."""


class _Condition(TypedDict, total=False):
    IfNoneMatch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    bucket: str
    key: str
    retain_until: datetime
    metadata: dict[str, str]
    create_only: bool


def write_locked(client: S3Client, target: Target, pieces: Iterator[bytes]) -> str:
    """Write all ``pieces`` and return the version, or raise `KeyTaken`."""
    parts = _parts(pieces)
    first = next(parts, b"")
    second = next(parts, None)
    with translated():
        try:
            if second is None:
                return _put(client, target, first)
            return _put_in_parts(client, target, _chain(first, second, parts))
        except ClientError as error:
            if code_of(error) in TAKEN and target.create_only:
                raise KeyTaken from error
            if code_of(error) in _NOT_A_TIME_TO_COME:
                raise RetentionRefused("the store refuses this end of retention") from error
            raise


def _put(client: S3Client, target: Target, body: bytes) -> str:
    answer = client.put_object(
        Bucket=target.bucket,
        Key=target.key,
        Body=body,
        ChecksumSHA256=_checksum(body),
        Metadata=target.metadata,
        ObjectLockMode="COMPLIANCE",
        ObjectLockRetainUntilDate=target.retain_until,
        **_condition(target),
    )
    return answer["VersionId"]


def _put_in_parts(client: S3Client, target: Target, parts: Iterator[bytes]) -> str:
    upload_id = client.create_multipart_upload(
        Bucket=target.bucket,
        Key=target.key,
        ChecksumAlgorithm="SHA256",
        Metadata=target.metadata,
        ObjectLockMode="COMPLIANCE",
        ObjectLockRetainUntilDate=target.retain_until,
    )["UploadId"]
    try:
        done = [
            _upload_part(client, target, upload_id, number=number, body=body)
            for number, body in enumerate(parts, start=1)
        ]
        answer = client.complete_multipart_upload(
            Bucket=target.bucket,
            Key=target.key,
            UploadId=upload_id,
            MultipartUpload={"Parts": done},
            **_condition(target),
        )
    except BaseException:
        # Whoever stopped us (a mismatch, a lost race, Ctrl-C): parts cost
        # space until somebody ends the upload.  The sweep gets what we miss.
        with suppress(StorageError), translated():
            client.abort_multipart_upload(Bucket=target.bucket, Key=target.key, UploadId=upload_id)
        raise
    return answer["VersionId"]


def _upload_part(
    client: S3Client, target: Target, upload_id: str, *, number: int, body: bytes
) -> CompletedPartTypeDef:
    checksum = _checksum(body)
    answer = client.upload_part(
        Bucket=target.bucket,
        Key=target.key,
        UploadId=upload_id,
        PartNumber=number,
        Body=body,
        ChecksumSHA256=checksum,
    )
    return {"PartNumber": number, "ETag": answer["ETag"], "ChecksumSHA256": checksum}


def _condition(target: Target) -> _Condition:
    return {"IfNoneMatch": "*"} if target.create_only else {}


def _parts(pieces: Iterator[bytes]) -> Iterator[bytes]:
    part = bytearray()
    for piece in pieces:
        part += piece
        while len(part) >= PART:
            yield bytes(part[:PART])
            del part[:PART]
    if part:
        yield bytes(part)


def _chain(first: bytes, second: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield second
    yield from rest


def _checksum(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()
