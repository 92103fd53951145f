"""Evidence on S3: encrypted here, locked there, checked on every way."""

from __future__ import annotations

import hashlib
import io
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from storage.connection import translated
from storage.errors import (
    ContentMismatch,
    EnvelopeBroken,
    ObjectCorrupt,
    ObjectLocked,
    ObjectMissing,
    RetentionRefused,
    StoreRefused,
)
from storage.locked_versions import SIZE, LockedVersions
from storage.locked_writing import PART, KeyTaken, Target, write_locked
from storage.objects import StoredObject, object_key, whole_seconds
from storage.streams import Measured, stream_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from datetime import datetime
    from typing import BinaryIO

    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client

    from storage.envelope import Envelope
    from storage.objects import Digest


class S3EvidenceStore:
    def __init__(self, client: S3Client, *, bucket: str, envelope: Envelope) -> None:
        self._client = client
        self._bucket = bucket
        self._envelope = envelope
        self._versions = LockedVersions(client, bucket=bucket)

    def put(
        self,
        office: str,
        content: bytes | BinaryIO,
        *,
        retain_until: datetime,
        digest: Digest | None = None,
    ) -> StoredObject:
        source = io.BytesIO(content) if isinstance(content, bytes) else content
        until = whole_seconds(retain_until)
        start = source.tell()
        if digest is None:
            digest = Measured(source).measure_rest()
            source.seek(start)

        # Asking first spares sending what is there; what fits one request is its own question.
        is_small = source.seek(0, io.SEEK_END) - start <= PART
        source.seek(start)
        if is_small or not self._versions.is_taken(object_key(office, digest)):
            try:
                return self._write(office, source, digest, until=until)
            except KeyTaken:
                # Somebody stored the same bytes while we were sending them.
                source.seek(start)
        return self._put_again(office, source, digest, until=until)

    def get(self, office: str, digest: Digest) -> bytes:
        for version in self._versions.of(office, digest):
            try:
                return b"".join(self._content(version))
            except ObjectCorrupt:
                continue
        raise ObjectCorrupt(digest.hex)

    @contextmanager
    def open(self, office: str, digest: Digest) -> Iterator[BinaryIO]:
        for version in self._versions.of(office, digest):
            pieces = self._content(version)
            try:
                first = next(pieces, b"")
            except ObjectCorrupt:
                continue
            with closing(pieces), stream_of(chain([first], pieces)) as stream:
                yield stream
            return
        raise ObjectCorrupt(digest.hex)

    def stat(self, office: str, digest: Digest) -> StoredObject:
        return next(self._versions.of(office, digest))

    def extend_retention(self, office: str, digest: Digest, *, until: datetime) -> StoredObject:
        return self._extend(self.stat(office, digest), whole_seconds(until))

    def set_legal_hold(self, office: str, digest: Digest, *, on: bool) -> StoredObject:
        version = self.stat(office, digest)
        with translated():
            self._client.put_object_legal_hold(
                Bucket=self._bucket,
                Key=object_key(office, digest),
                VersionId=version.version_id,
                LegalHold={"Status": "ON" if on else "OFF"},
            )
        return replace(version, legal_hold=on)

    def discard(self, office: str, digest: Digest) -> None:
        # The longest kept first: if that has to stay, nothing has gone yet.
        kept = sorted(
            self._versions.of(office, digest),
            key=lambda version: (version.legal_hold, version.retain_until),
            reverse=True,
        )
        for version in kept:
            self._delete(office, digest, version.version_id)
        for version_id in self._versions.ids(object_key(office, digest)):
            self._delete(office, digest, version_id)

    def rewrap(self, office: str, digest: Digest) -> StoredObject:
        """Add a version whose data key is under the newest key-encryption key.

        The old version stays until its retention ends: that is what a lock is.
        """
        version = self.stat(office, digest)
        target = self._target(version)
        with self._body(version) as body:
            pieces = self._envelope.rewrap(body, aad=self._place(target.key))
            version_id = write_locked(self._client, target, pieces)
        return replace(version, version_id=version_id)

    def _put_again(
        self, office: str, source: BinaryIO, digest: Digest, *, until: datetime
    ) -> StoredObject:
        # Whoever names a digest has to bring the bytes: knowing what a
        # document hashes to is not having it.
        start = source.tell()
        if Measured(source).measure_rest() != digest:
            raise ContentMismatch("the bytes do not hash to the announced digest")
        try:
            for version in self._versions.of(office, digest):
                if self._is_intact(version):
                    return self._extend(version, until)
        except ObjectMissing:
            pass  # The key is in use, but not by evidence.
        source.seek(start)
        return self._write(office, source, digest, until=until, create_only=False)

    def _write(
        self,
        office: str,
        source: BinaryIO,
        digest: Digest,
        *,
        until: datetime,
        create_only: bool = True,
    ) -> StoredObject:
        start = source.tell()
        size = source.seek(0, io.SEEK_END) - start
        source.seek(start)
        planned = StoredObject(
            office=office,
            digest=digest,
            size=size,
            retain_until=until,
            legal_hold=False,
            version_id="",
        )
        target = self._target(planned, create_only=create_only)
        version_id = write_locked(self._client, target, self._ciphertext(source, planned))
        return replace(planned, version_id=version_id)

    def _target(self, version: StoredObject, *, create_only: bool = False) -> Target:
        return Target(
            bucket=self._bucket,
            key=object_key(version.office, version.digest),
            retain_until=version.retain_until,
            metadata={SIZE: str(version.size)},
            create_only=create_only,
        )

    def _ciphertext(self, source: BinaryIO, planned: StoredObject) -> Iterator[bytes]:
        measured = Measured(source)
        key = object_key(planned.office, planned.digest)
        yield from self._envelope.encrypt(measured, aad=self._place(key))
        # Raised before the last request is sent, so that nothing comes to be.
        if measured.digest != planned.digest:
            raise ContentMismatch("the bytes do not hash to the announced digest")

    def _content(self, version: StoredObject) -> Generator[bytes, None, None]:
        key = object_key(version.office, version.digest)
        measured = hashlib.sha256()
        with self._body(version) as body:
            try:
                for piece in self._envelope.decrypt(body, aad=self._place(key)):
                    measured.update(piece)
                    yield piece
            except EnvelopeBroken as broken:
                raise ObjectCorrupt(version.digest.hex) from broken
        if measured.hexdigest() != version.digest.hex:
            raise ObjectCorrupt(version.digest.hex)

    @contextmanager
    def _body(self, version: StoredObject) -> Iterator[StreamingBody]:
        with translated():
            answer = self._client.get_object(
                Bucket=self._bucket,
                Key=object_key(version.office, version.digest),
                VersionId=version.version_id,
            )
            with closing(answer["Body"]) as body:
                yield body

    def _is_intact(self, version: StoredObject) -> bool:
        try:
            for _ in self._content(version):
                pass
        except ObjectCorrupt:
            return False
        return True

    def _extend(self, version: StoredObject, until: datetime) -> StoredObject:
        if until <= version.retain_until:
            return version
        try:
            with translated():
                self._client.put_object_retention(
                    Bucket=self._bucket,
                    Key=object_key(version.office, version.digest),
                    VersionId=version.version_id,
                    Retention={"Mode": "COMPLIANCE", "RetainUntilDate": until},
                )
        except StoreRefused as refused:
            raise RetentionRefused("the store refuses this end of retention") from refused
        return replace(version, retain_until=until)

    def _delete(self, office: str, digest: Digest, version_id: str) -> None:
        try:
            with translated():
                self._client.delete_object(
                    Bucket=self._bucket, Key=object_key(office, digest), VersionId=version_id
                )
        except StoreRefused as refused:
            raise ObjectLocked(digest.hex) from refused

    def _place(self, key: str) -> bytes:
        return f"{self._bucket}/{key}".encode()
