"""Strangers' files let in: the gate first, then the decoder child. The server's entry for uploads.

Fails closed: a file that kills or stalls the decoder is refused by name, whatever it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from identity.images.chip_gate import examine_chip_portrait
from identity.images.gate import examine
from identity.images.pdf_gate import examine_pdf
from identity.images.refusal import FileRefused, ImageRefused, PdfRefused, RefusalCode
from identity.unavailable import Cause, CheckUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from identity.framing import Frame, Json
    from identity.images.gate import ExaminedImage
    from identity.worker import LimitedWorker

LONGEST_COPY: Final = 2600
LONGEST_FOR_READING: Final = 2000
STILLS_AT_ONCE: Final = 10
"""Chosen: ten of 1280 by 960 are 37 MB of pixels, within what the child may hold."""
_ITS_OWN_FAULT: Final = frozenset({Cause.DIED, Cause.TOO_SLOW})


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPixels:
    """Decoded, upright, BGR, eight bits: all that a face or text engine ever sees."""

    width: int
    height: int
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmittedImage:
    """An image that decoded, with a copy of ours in which nothing but the picture is left."""

    width: int
    height: int
    clean_copy: bytes
    """JPEG, upright, without EXIF, position, profile or thumbnail."""
    told_position: bool
    """The original said where it was taken."""


def admit_image(content: bytes, *, claimed: str, decoder: LimitedWorker) -> AdmittedImage:
    """Return what may be shown and kept; raises `ImageRefused`, or `CheckUnavailable`."""
    examined = examine(content, claimed=claimed)
    arguments: dict[str, Json] = {"orientation": examined.orientation, "longest": LONGEST_COPY}
    answer = _ask(decoder, "clean_copy", arguments, content)
    width, height = _size(answer)
    return AdmittedImage(
        width=width,
        height=height,
        clean_copy=answer.blobs[0],
        told_position=examined.tells_position,
    )


def decode(
    content: bytes, *, claimed: str, decoder: LimitedWorker, longest: int = LONGEST_FOR_READING
) -> RawPixels:
    """Return the picture upright, its longer side at most ``longest`` pixels.

    Raises `ImageRefused`, or `CheckUnavailable`.
    """
    return _pixels(examine(content, claimed=claimed), decoder, longest=longest)


def decode_stills(
    contents: Sequence[bytes], *, claimed: str, decoder: LimitedWorker, longest: int
) -> tuple[RawPixels, ...]:
    """Decode the stills of one clip, several in a question; all are let in, or none.

    Raises `ImageRefused`, or `CheckUnavailable`.
    """
    examined = [examine(content, claimed=claimed) for content in contents]
    stills: list[RawPixels] = []
    for first in range(0, len(examined), STILLS_AT_ONCE):
        some = examined[first : first + STILLS_AT_ONCE]
        stills += _some_stills(some, decoder, longest=longest)
    return tuple(stills)


def decode_chip_portrait(content: bytes, *, decoder: LimitedWorker) -> RawPixels:
    """Decode a picture from a chip; raises `ImageRefused`, or `CheckUnavailable`."""
    return _pixels(examine_chip_portrait(content), decoder)


def _pixels(
    examined: ExaminedImage, decoder: LimitedWorker, *, longest: int = LONGEST_FOR_READING
) -> RawPixels:
    arguments: dict[str, Json] = {
        "orientation": examined.orientation,
        "longest": longest,
    }
    answer = _ask(decoder, "pixels", arguments, examined.content)
    return _raw([*_size(answer)], answer.blobs[0])


def _some_stills(
    examined: Sequence[ExaminedImage], decoder: LimitedWorker, *, longest: int
) -> list[RawPixels]:
    arguments: dict[str, Json] = {
        "orientations": [one.orientation for one in examined],
        "longest": longest,
    }
    answer = _ask(decoder, "stills", arguments, *(one.content for one in examined))
    sizes = answer.head.get("sizes")
    if not (isinstance(sizes, list) and len(sizes) == len(answer.blobs) == len(examined)):
        raise CheckUnavailable(Cause.ANSWER_MALFORMED)
    return [_raw(size, blob) for size, blob in zip(sizes, answer.blobs, strict=True)]


def _raw(size: Json, content: bytes) -> RawPixels:
    match size:
        case [int(width), int(height)] if width > 0 and len(content) == width * height * 3:
            return RawPixels(width=width, height=height, content=content)
    raise CheckUnavailable(Cause.ANSWER_MALFORMED)


def admit_pdf(content: bytes, *, decoder: LimitedWorker) -> int:
    """Return the number of pages of a harmless PDF; raises `PdfRefused`, or `CheckUnavailable`."""
    examined = examine_pdf(content)
    try:
        pages = _ask(decoder, "pdf", {}, examined.content).head.get("pages")
    except FileRefused as refusal:
        raise PdfRefused(refusal.code) from refusal
    if not isinstance(pages, int):
        raise CheckUnavailable(Cause.ANSWER_MALFORMED)
    return pages


def _ask(
    decoder: LimitedWorker, job: str, arguments: Mapping[str, Json], *contents: bytes
) -> Frame:
    try:
        return decoder.ask(job, arguments, contents)
    except CheckUnavailable as error:
        if error.cause in _ITS_OWN_FAULT:
            raise ImageRefused(RefusalCode.DECODING_TOO_COSTLY) from error
        raise


def _size(answer: Frame) -> tuple[int, int]:
    width, height = answer.head.get("width"), answer.head.get("height")
    if not (isinstance(width, int) and isinstance(height, int) and len(answer.blobs) == 1):
        raise CheckUnavailable(Cause.ANSWER_MALFORMED)
    return width, height
