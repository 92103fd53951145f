"""How an uploaded file is looked at before it becomes evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from identity.admitting import admit_image, admit_pdf
from identity.chips.refusal import ChipRefused
from identity.chips.stream import LARGEST_STREAM, split_files
from identity.images.gate import JPEG, examine, refuse_by_size
from identity.images.refusal import FileRefused, RefusalCode
from identity.images.stills import split_stills
from identity.liveness.clip import MOST_CLIP_BYTES
from server.http.uploads import staged_upload
from server.tasks.uploads import Reception
from server.wiring.parts import RETAINED_AT_FIRST, now
from storage.intake import admit

if TYPE_CHECKING:
    from datetime import timedelta

    from identity.worker import LimitedWorker
    from server.transaction import Upload
    from server.wiring.parts import Parts

PDF: Final = "application/pdf"
# EBML (RFC 8794) and the ISO base media file format.
VIDEO_BEGINS: Final = {"video/webm": (0, b"\x1aE\xdf\xa3"), "video/mp4": (4, b"ftyp")}
PURPOSES_OF_VIDEO: Final = frozenset({"segment"})


SHOW_A_FACE: Final = frozenset({"live_photo", "live_clip", "chip"})
"""Purposes whose files get the short lock of faces first: a long one could not be taken back."""

Look = Callable[[bytes], object]


def look_at_stills(content: bytes) -> None:
    for still in split_stills(content):
        examine(still, claimed=JPEG)


def look_at_chip(content: bytes) -> None:
    try:
        split_files(content)
    except ChipRefused as refusal:
        raise FileRefused(RefusalCode.FILE_MALFORMED) from refusal


# Purpose: the only media type it comes as, the most bytes, and who looks.
SHAPES: Final[dict[str, tuple[str, int, Look]]] = {
    "live_clip": ("video/x-motion-jpeg", MOST_CLIP_BYTES, look_at_stills),
    "chip": ("application/octet-stream", LARGEST_STREAM, look_at_chip),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Examining:
    parts: Parts
    decoder: LimitedWorker

    def __call__(self, upload: Upload) -> None:
        """Let the file in, or raise `FileRefused`. Its kind has to fit its purpose."""
        if upload.purpose in SHAPES:
            self._shaped(upload, *SHAPES[upload.purpose])
            return
        is_video = upload.media_type in VIDEO_BEGINS
        if is_video != (upload.purpose in PURPOSES_OF_VIDEO):
            raise FileRefused(RefusalCode.TYPE_UNSUPPORTED)
        if is_video:
            self._video(upload)
            return
        refuse_by_size(upload.size)
        with self.parts.uploads.staged(staged_upload(upload)) as staged:
            content = staged.read()
        if upload.media_type != PDF:
            admit_image(content, claimed=upload.media_type, decoder=self.decoder)
        elif upload.purpose == "material":
            admit_pdf(content, decoder=self.decoder)
        else:
            raise FileRefused(RefusalCode.TYPE_UNSUPPORTED)

    def _shaped(self, upload: Upload, media_type: str, most: int, look: Look) -> None:
        """Let in what is read by code of ours alone, before anything else sees it."""
        if upload.media_type != media_type:
            raise FileRefused(RefusalCode.TYPE_UNSUPPORTED)
        refuse_by_size(upload.size, most=most)
        with self.parts.uploads.staged(staged_upload(upload)) as staged:
            look(staged.read())

    def _video(self, upload: Upload) -> None:
        at, magic = VIDEO_BEGINS[upload.media_type]
        with self.parts.uploads.staged(staged_upload(upload)) as staged:
            head = staged.read(at + len(magic))
        if head[at:] != magic:
            raise FileRefused(RefusalCode.TYPE_MISMATCH)


def _lock_of(upload: Upload, parts: Parts) -> timedelta:
    return parts.face_lock(upload.office) if upload.purpose in SHOW_A_FACE else RETAINED_AT_FIRST


def reception(parts: Parts) -> Reception:
    def take_in(upload: Upload) -> None:
        admit(
            staged_upload(upload),
            uploads=parts.uploads,
            store=parts.store,
            retain_until=now() + _lock_of(upload, parts),
            inspect=lambda _: None,  # the whole file was examined before
        )

    def abort(upload: Upload) -> None:
        parts.uploads.abort(staged_upload(upload))

    return Reception(
        open_transaction=parts.open_transaction,
        is_admitted=lambda upload: parts.uploads.admitted(staged_upload(upload)),
        examine=Examining(parts=parts, decoder=parts.decoder),
        admit=take_in,
        abort=abort,
    )
