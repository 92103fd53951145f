"""How an uploaded file is looked at before it becomes evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from identity.admitting import admit_image, admit_pdf
from identity.images.gate import refuse_by_size
from identity.images.refusal import FileRefused, RefusalCode
from server.http.uploads import staged_upload
from server.tasks.uploads import Reception
from server.wiring.parts import RETAINED_AT_FIRST, now
from storage.intake import admit

if TYPE_CHECKING:
    from identity.worker import LimitedWorker
    from server.transaction import Upload
    from server.wiring.parts import Parts

PDF: Final = "application/pdf"
# EBML (RFC 8794) and the ISO base media file format.
VIDEO_BEGINS: Final = {"video/webm": (0, b"\x1aE\xdf\xa3"), "video/mp4": (4, b"ftyp")}
PURPOSES_OF_VIDEO: Final = frozenset({"segment"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Examining:
    parts: Parts
    decoder: LimitedWorker

    def __call__(self, upload: Upload) -> None:
        """Let the file in, or raise `FileRefused`. Its kind has to fit its purpose."""
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

    def _video(self, upload: Upload) -> None:
        at, magic = VIDEO_BEGINS[upload.media_type]
        with self.parts.uploads.staged(staged_upload(upload)) as staged:
            head = staged.read(at + len(magic))
        if head[at:] != magic:
            raise FileRefused(RefusalCode.TYPE_MISMATCH)


def reception(parts: Parts) -> Reception:
    def take_in(upload: Upload) -> None:
        admit(
            staged_upload(upload),
            uploads=parts.uploads,
            store=parts.store,
            retain_until=now() + RETAINED_AT_FIRST,
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
