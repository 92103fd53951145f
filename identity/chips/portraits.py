"""The chip's portrait to pixels and to a copy to show, in the decoder child and nowhere else.

The gate for uploads (`identity.images`) does not let JPEG 2000 in: telephones do not make it,
and one decoder fewer is open to strangers. A chip's portrait comes here instead, after
`pictures` has measured it and the state's signature over it is proven.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from identity.admitting import AdmittedImage, RawPixels
from identity.images.refusal import ImageRefused, RefusalCode
from identity.unavailable import Cause, CheckUnavailable

if TYPE_CHECKING:
    from identity.chips.pictures import Portrait
    from identity.framing import Frame, Json
    from identity.worker import LimitedWorker

LONGEST: Final = 2000
"""Pixels of the longer side: none is enlarged, and none within `pictures.MOST_PIXELS` has more
to give a face engine."""
_AS_STORED: Final = 1
"""Portraits carry no orientation that anybody would have to apply (ISO/IEC 19794-5)."""
_ITS_OWN_FAULT: Final = frozenset({Cause.DIED, Cause.TOO_SLOW})


def decode_portrait(portrait: Portrait, *, decoder: LimitedWorker) -> RawPixels:
    """Return pixels for the face engines; raises `ImageRefused`, or `CheckUnavailable`."""
    answer = _ask(portrait, "pixels", decoder)
    width, height = _size(answer)
    if len(answer.blobs[0]) != width * height * 3:
        raise CheckUnavailable(Cause.ANSWER_MALFORMED)
    return RawPixels(width=width, height=height, content=answer.blobs[0])


def copy_portrait(portrait: Portrait, *, decoder: LimitedWorker) -> AdmittedImage:
    """Return a JPEG of ours for screens and files: browsers do not show JPEG 2000."""
    answer = _ask(portrait, "clean_copy", decoder)
    width, height = _size(answer)
    return AdmittedImage(
        width=width, height=height, clean_copy=answer.blobs[0], told_position=False
    )


def _ask(portrait: Portrait, job: str, decoder: LimitedWorker) -> Frame:
    arguments: dict[str, Json] = {"orientation": _AS_STORED, "longest": LONGEST}
    try:
        return decoder.ask(job, arguments, [portrait.content])
    except CheckUnavailable as error:
        if error.cause in _ITS_OWN_FAULT:
            raise ImageRefused(RefusalCode.DECODING_TOO_COSTLY) from error
        raise


def _size(answer: Frame) -> tuple[int, int]:
    width, height = answer.head.get("width"), answer.head.get("height")
    if not (isinstance(width, int) and isinstance(height, int) and len(answer.blobs) == 1):
        raise CheckUnavailable(Cause.ANSWER_MALFORMED)
    return width, height
