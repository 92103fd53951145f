"""What interrupted work leaves behind in a bucket, and its removal after a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.connection import translated

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_s3 import S3Client


def end_stale_uploads(client: S3Client, *, bucket: str, before: datetime) -> int:
    """End the multipart uploads begun ``before``; their parts cost space for ever."""
    with translated():
        stale = [
            (upload["Key"], upload["UploadId"])
            for page in client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket)
            for upload in page.get("Uploads", ())
            if upload["Initiated"] < before
        ]
        for key, upload_id in stale:
            client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload_id)
    return len(stale)


def drop_stale_objects(client: S3Client, *, bucket: str, before: datetime) -> int:
    """Delete what was staged ``before`` and never admitted, and old receipts."""
    with translated():
        stale = [
            entry["Key"]
            for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
            for entry in page.get("Contents", ())
            if entry["LastModified"] < before
        ]
        for key in stale:
            client.delete_object(Bucket=bucket, Key=key)
    return len(stale)
