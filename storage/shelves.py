"""Public files that never change under their name: on disk, and locked in the object store.

For what anybody may read and nobody may take back. Unlike evidence it has
names and no secrets. A file that is there with other bytes is never replaced.
"""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Protocol

from storage.connection import translated
from storage.errors import ContentMismatch, ObjectMissing
from storage.locked_writing import KeyTaken, Target, write_locked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from mypy_boto3_s3 import S3Client


class Shelf(Protocol):
    @property
    def name(self) -> str:
        """What an operator calls it."""
        ...

    def keep(self, path: str, content: bytes) -> None:
        """Keep a file for good; raises `ContentMismatch` where other bytes have the name."""
        ...

    def point(self, path: str, content: bytes) -> None:
        """Write the one file that says where the newest is."""
        ...

    def read(self, path: str) -> bytes | None: ...

    def names(self, folder: str) -> Iterator[str]:
        """Yield the names of the files right below ``folder``."""
        ...


class FolderShelf:
    """For web servers and mirrors; its owner can change it, so the lock is elsewhere."""

    name = "folder"

    def __init__(self, root: Path) -> None:
        self._root = root

    def keep(self, path: str, content: bytes) -> None:
        there = self.read(path)
        if there is None:
            self.point(path, content)
        elif there != content:
            raise ContentMismatch(f"another file is kept under {path}")

    def point(self, path: str, content: bytes) -> None:
        target = self._root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)

    def read(self, path: str) -> bytes | None:
        try:
            return (self._root / path).read_bytes()
        except FileNotFoundError:
            return None

    def names(self, folder: str) -> Iterator[str]:
        place = self._root / folder
        if place.is_dir():
            yield from sorted(p.name for p in place.iterdir() if not p.name.startswith("."))


class LockedShelf:
    """In a bucket with object lock: not even its owner takes a file back before its time."""

    name = "object store"

    def __init__(
        self, client: S3Client, *, bucket: str, prefix: str, until: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix
        self._until = until

    def keep(self, path: str, content: bytes) -> None:
        target = Target(
            bucket=self._bucket,
            key=f"{self._prefix}/{path}",
            retain_until=self._until(),
            metadata={},
            create_only=True,
        )
        try:
            write_locked(self._client, target, iter([content]))
        except KeyTaken:
            if self.read(path) != content:
                raise ContentMismatch(f"another file is kept under {path}") from None

    def point(self, path: str, content: bytes) -> None:
        with translated():
            self._client.put_object(Bucket=self._bucket, Key=f"{self._prefix}/{path}", Body=content)

    def read(self, path: str) -> bytes | None:
        try:
            with translated():
                answer = self._client.get_object(Bucket=self._bucket, Key=f"{self._prefix}/{path}")
                return answer["Body"].read()
        except ObjectMissing:
            return None

    def names(self, folder: str) -> Iterator[str]:
        below = f"{self._prefix}/{folder}/"
        pages = self._client.get_paginator("list_objects_v2")
        with translated():
            for page in pages.paginate(Bucket=self._bucket, Prefix=below):
                for each in page.get("Contents", ()):
                    yield each["Key"].removeprefix(below)
