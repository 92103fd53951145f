"""An evidence store for tests and demos: every promise but that of lasting."""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from storage.errors import (
    ContentMismatch,
    NotForProduction,
    ObjectLocked,
    ObjectMissing,
    RetentionRefused,
)
from storage.objects import Digest, StoredObject, object_key, whole_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from typing import BinaryIO


class MemoryEvidenceStore:
    def __init__(self, *, now: Callable[[], datetime]) -> None:
        warnings.warn(
            "MemoryEvidenceStore loses all evidence on restart", NotForProduction, stacklevel=2
        )
        self._now = now
        self._objects: dict[str, tuple[StoredObject, bytes]] = {}

    def put(
        self,
        office: str,
        content: bytes | BinaryIO,
        *,
        retain_until: datetime,
        digest: Digest | None = None,
    ) -> StoredObject:
        body = content if isinstance(content, bytes) else content.read()
        if digest not in {None, Digest.of(body)}:
            raise ContentMismatch("the bytes do not hash to the announced digest")
        key = object_key(office, Digest.of(body))
        if key in self._objects:
            return self.extend_retention(office, Digest.of(body), until=retain_until)
        stored = StoredObject(
            office=office,
            digest=Digest.of(body),
            size=len(body),
            retain_until=self._to_come(retain_until),
            legal_hold=False,
            version_id="only",
        )
        self._objects[key] = stored, body
        return stored

    def get(self, office: str, digest: Digest) -> bytes:
        return self._found(office, digest)[1]

    @contextmanager
    def open(self, office: str, digest: Digest) -> Iterator[BinaryIO]:
        with io.BytesIO(self.get(office, digest)) as stream:
            yield stream

    def stat(self, office: str, digest: Digest) -> StoredObject:
        return self._found(office, digest)[0]

    def extend_retention(self, office: str, digest: Digest, *, until: datetime) -> StoredObject:
        stored = self.stat(office, digest)
        if whole_seconds(until) <= stored.retain_until:
            return stored
        return self._change(replace(stored, retain_until=self._to_come(until)))

    def set_legal_hold(self, office: str, digest: Digest, *, on: bool) -> StoredObject:
        return self._change(replace(self.stat(office, digest), legal_hold=on))

    def discard(self, office: str, digest: Digest) -> None:
        stored = self.stat(office, digest)
        if stored.legal_hold or not stored.retain_until < self._now():
            raise ObjectLocked(digest.hex)
        del self._objects[object_key(office, digest)]

    def _found(self, office: str, digest: Digest) -> tuple[StoredObject, bytes]:
        try:
            return self._objects[object_key(office, digest)]
        except KeyError:
            raise ObjectMissing(digest.hex) from None

    def _change(self, stored: StoredObject) -> StoredObject:
        key = object_key(stored.office, stored.digest)
        self._objects[key] = stored, self._objects[key][1]
        return stored

    def _to_come(self, until: datetime) -> datetime:
        if not whole_seconds(until) > self._now():
            raise RetentionRefused("the end of retention has to lie ahead")
        return whole_seconds(until)
