"""Direct uploads from phones: resumable, part by part, into the staging bucket.

The platform never sees the bytes on the way: it signs one URL for each part,
and the SHA-256 of the part is signed with it, so the URL fits those bytes only.
"""

from __future__ import annotations

import base64
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from storage.connection import TAKEN, code_of, translated
from storage.errors import (
    ObjectMissing,
    UploadIncomplete,
    UploadMissing,
    UploadTooLarge,
)
from storage.objects import office_folder
from storage.staged import open_staged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime, timedelta
    from io import BufferedReader

    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

    from storage.objects import Digest

SMALLEST_PART: Final = 5 << 20
"""S3 refuses smaller ones, the last excepted."""

MOST_PARTS: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What was announced; whoever keeps it can go on after any interruption."""

    office: str
    key: str
    upload_id: str
    size: int
    part_size: int
    digest: Digest
    expires_at: datetime

    @property
    def parts(self) -> int:
        return -(-self.size // self.part_size)

    def size_of(self, number: int) -> int:
        """Return the size that part ``number``, counted from 1, has to have."""
        if not 1 <= number <= self.parts:
            raise UploadIncomplete((number,))
        return min(self.part_size, self.size - (number - 1) * self.part_size)


@dataclass(frozen=True, slots=True, kw_only=True)
class PresignedPart:
    url: str
    headers: Mapping[str, str]
    """The phone has to send these with the PUT, or the signature fails."""

    size: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PartThere:
    number: int
    size: int
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadTerms:
    lifetime: timedelta
    """How long an interrupted upload can be taken up again."""

    url_lifetime: timedelta
    largest: int


class Uploads:
    """``signer`` knows the address that phones reach; the client, ours."""

    def __init__(
        self,
        client: S3Client,
        *,
        signer: S3Client,
        bucket: str,
        terms: UploadTerms,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self._client = client
        self._signer = signer
        self._bucket = bucket
        self._terms = terms
        self._now = now
        self._new_id = new_id

    def begin(self, office: str, *, size: int, part_size: int, digest: Digest) -> Upload:
        is_divisible = part_size >= SMALLEST_PART and size <= part_size * MOST_PARTS
        if not (0 < size <= self._terms.largest and is_divisible):
            raise UploadTooLarge("the size does not fit into parts of this size")
        key = f"{office_folder(office)}uploads/{self._new_id()}"
        with translated():
            answer = self._client.create_multipart_upload(
                Bucket=self._bucket, Key=key, ChecksumAlgorithm="SHA256"
            )
        return Upload(
            office=office,
            key=key,
            upload_id=answer["UploadId"],
            size=size,
            part_size=part_size,
            digest=digest,
            expires_at=self._now() + self._terms.lifetime,
        )

    def presign(self, upload: Upload, number: int, *, checksum: Digest) -> PresignedPart:
        size = upload.size_of(number)
        now = self._now()
        until = min(now + self._terms.url_lifetime, upload.expires_at)
        if not now < until:
            raise UploadMissing("the upload has expired")
        encoded = _base64(checksum)
        url = self._signer.generate_presigned_url(
            "upload_part",
            Params={
                "Bucket": self._bucket,
                "Key": upload.key,
                "UploadId": upload.upload_id,
                "PartNumber": number,
                "ChecksumSHA256": encoded,
            },
            ExpiresIn=max(1, int((until - now).total_seconds())),
        )
        return PresignedPart(
            url=url, headers={"x-amz-checksum-sha256": encoded}, size=size, expires_at=until
        )

    def parts_there(self, upload: Upload) -> list[PartThere]:
        """Return what has arrived, for a phone that takes up where it stopped."""
        with translated():
            found = [
                part
                for page in self._client.get_paginator("list_parts").paginate(
                    Bucket=self._bucket, Key=upload.key, UploadId=upload.upload_id
                )
                for part in page.get("Parts", ())
            ]
        # SeaweedFS lists a part that was sent again twice; the later one counts.
        found.sort(key=lambda part: part["LastModified"])
        newest = {part["PartNumber"]: part for part in found}
        return [
            PartThere(number, part["Size"], part["ETag"]) for number, part in sorted(newest.items())
        ]

    def complete(self, upload: Upload, *, checksums: Mapping[int, Digest]) -> None:
        """Put the parts together, once; calling it again changes nothing."""
        try:
            there = {part.number: part for part in self.parts_there(upload)}
        except UploadMissing:
            with suppress(ObjectMissing), self.staged(upload):
                return  # An earlier call came through, but its answer did not.
            raise
        wanted = range(1, upload.parts + 1)
        bad = [
            number
            for number in wanted
            if not (
                number in checksums
                and number in there
                and there[number].size == upload.size_of(number)
            )
        ]
        if bad:
            raise UploadIncomplete(tuple(bad))
        self._put_together(upload, [there[number] for number in wanted], checksums)

    def abort(self, upload: Upload) -> None:
        """End the upload and forget what has arrived of it."""
        with suppress(UploadMissing), translated():
            self._client.abort_multipart_upload(
                Bucket=self._bucket, Key=upload.key, UploadId=upload.upload_id
            )
        with translated():
            self._client.delete_object(Bucket=self._bucket, Key=upload.key)

    def staged(self, upload: Upload) -> BufferedReader:
        """Open the whole upload, or raise `ObjectMissing`."""
        return open_staged(self._client, bucket=self._bucket, key=upload.key)

    def admitted(self, upload: Upload) -> bool:
        """Whether `record_admitted` was called, so that a rerun knows its work is done."""
        try:
            with translated():
                self._client.head_object(Bucket=self._bucket, Key=_receipt(upload))
        except ObjectMissing:
            return False
        return True

    def record_admitted(self, upload: Upload) -> None:
        """Leave a receipt, then let the uploaded bytes go; the sweep takes the receipt."""
        with translated():
            self._client.put_object(Bucket=self._bucket, Key=_receipt(upload), Body=b"")
            self._client.delete_object(Bucket=self._bucket, Key=upload.key)

    def _put_together(
        self, upload: Upload, parts: list[PartThere], checksums: Mapping[int, Digest]
    ) -> None:
        named: list[CompletedPartTypeDef] = [
            {
                "PartNumber": part.number,
                "ETag": part.etag,
                "ChecksumSHA256": _base64(checksums[part.number]),
            }
            for part in parts
        ]
        with translated():
            try:
                self._client.complete_multipart_upload(
                    Bucket=self._bucket,
                    Key=upload.key,
                    UploadId=upload.upload_id,
                    IfNoneMatch="*",
                    MultipartUpload={"Parts": named},
                )
            except ClientError as error:
                # Another call was faster, with the same parts: the key is ours alone.
                if code_of(error) not in TAKEN:
                    raise


def _receipt(upload: Upload) -> str:
    return f"{upload.key}.admitted"


def _base64(digest: Digest) -> str:
    return base64.b64encode(bytes.fromhex(digest.hex)).decode()
