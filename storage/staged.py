"""An uploaded object as a seekable stream, read from S3 as it is consumed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from storage.connection import translated
from storage.streams import PIECE

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client


def open_staged(client: S3Client, *, bucket: str, key: str) -> io.BufferedReader:
    """Open the object as it is now, or raise `ObjectMissing`."""
    return io.BufferedReader(_Staged(client, bucket=bucket, key=key), PIECE)


class _Staged(io.RawIOBase):
    def __init__(self, client: S3Client, *, bucket: str, key: str) -> None:
        self._client = client
        self._bucket = bucket
        self._key = key
        with translated():
            head = client.head_object(Bucket=bucket, Key=key)
        self._size = head["ContentLength"]
        # Every reading is of these bytes: what was inspected is what is stored.
        self._etag = head["ETag"]
        self._position = 0
        self._body: StreamingBody | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if start + offset != self._position:
            self._let_go()
            self._position = start + offset
        return self._position

    def readinto(self, target: WriteableBuffer, /) -> int:
        if self._position >= self._size:
            return 0
        view = memoryview(target)
        with translated():
            piece = self._opened().read(len(view))
        view[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def close(self) -> None:
        self._let_go()
        super().close()

    def _opened(self) -> StreamingBody:
        if self._body is None:
            self._body = self._client.get_object(
                Bucket=self._bucket,
                Key=self._key,
                IfMatch=self._etag,
                Range=f"bytes={self._position}-",
            )["Body"]
        return self._body

    def _let_go(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None
