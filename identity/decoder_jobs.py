"""Child only: what the decoder child does with the files of strangers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from identity.framing import Frame
from identity.images.decoding import decode_upright, encode_clean, use_one_thread
from identity.images.pdf_structure import demand_harmless
from identity.unavailable import Cause, CheckUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from identity.framing import Json


class DecoderWorker:
    def answer(self, job: Frame) -> Frame:
        return JOBS[str(job.head["job"])](job)


def open_worker(options: Mapping[str, Json]) -> DecoderWorker:  # noqa: ARG001 - the engine has some
    use_one_thread()
    return DecoderWorker()


def _pixels(job: Frame) -> Frame:
    pixels = decode_upright(
        job.blobs[0],
        orientation=int(str(job.head["orientation"])),
        longest=int(str(job.head["longest"])),
    )
    return Frame({"height": pixels.shape[0], "width": pixels.shape[1]}, (pixels.tobytes(),))


def _stills(job: Frame) -> Frame:
    """Several in one question: a clip has more of them than a child answers questions in peace."""
    decoded = [
        decode_upright(blob, orientation=orientation, longest=int(str(job.head["longest"])))
        for blob, orientation in zip(job.blobs, _orientations(job), strict=True)
    ]
    sizes: list[Json] = [[pixels.shape[1], pixels.shape[0]] for pixels in decoded]
    return Frame({"sizes": sizes}, tuple(pixels.tobytes() for pixels in decoded))


def _orientations(job: Frame) -> list[int]:
    told = job.head["orientations"]
    if not isinstance(told, list):
        raise CheckUnavailable(Cause.ANSWER_MALFORMED)
    return [int(str(orientation)) for orientation in told]


def _clean_copy(job: Frame) -> Frame:
    pixels = decode_upright(
        job.blobs[0],
        orientation=int(str(job.head["orientation"])),
        longest=int(str(job.head["longest"])),
    )
    copy = encode_clean(pixels)
    return Frame({"height": pixels.shape[0], "width": pixels.shape[1]}, (copy,))


def _pdf(job: Frame) -> Frame:
    return Frame({"pages": demand_harmless(job.blobs[0])})


JOBS: Final[Mapping[str, Callable[[Frame], Frame]]] = {
    "pixels": _pixels,
    "stills": _stills,
    "clean_copy": _clean_copy,
    "pdf": _pdf,
}
