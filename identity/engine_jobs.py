"""Child only: what the engine child computes. It gets pixels that the decoder child made."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from identity.documents.fields import DocumentSide
from identity.documents.reading import read_side
from identity.documents.recognising import TextReader
from identity.faces.comparing import Comparison, still
from identity.faces.dlib_opinion import DlibOpinion
from identity.faces.templates import MOST_IN_TEMPLATE
from identity.framing import Frame
from identity.images.decoding import encode_clean, use_one_thread
from identity.liveness.following import measure_clip
from identity.liveness.minifas import AttackModels
from identity.liveness.portraits import portraits_of, spread
from identity.policy import LIVE_GATES
from identity.unavailable import Cause, CheckUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from identity.faces.comparing import FoundFace
    from identity.framing import Json
    from identity.pixels import Pixels

_Engine = TypeVar("_Engine")


class EngineWorker:
    """Models are loaded when it is made; an engine that is missing is missing per question."""

    def __init__(self, weights: Path | None, models: Path | None = None) -> None:
        """``models``: folder with what comes in no wheel; ``None`` leaves it unmeasured."""
        self._reader = _if_installed(TextReader)
        self._comparison = _if_installed(
            lambda: Comparison(weights, second=_if_installed(DlibOpinion))
        )
        self._attack_models = _if_installed(lambda: AttackModels(models)) if models else None

    def answer(self, job: Frame) -> Frame:
        if job.head["job"] == "read":
            return self._read(job)
        if job.head["job"] == "clip":
            return self._clip(job)
        return self._compare(job)

    def _read(self, job: Frame) -> Frame:
        if self._reader is None:
            raise CheckUnavailable(Cause.ENGINE_MISSING)
        side = DocumentSide(str(job.head["side"]))
        read = read_side(_picture(job, 0), side, self._reader)
        fields: dict[str, Json] = {
            name.value: [field.text, field.confidence]
            for name, field in read.reading.fields.items()
        }
        head: dict[str, Json] = {
            "fields": fields,
            "outlined": read.reading.outlined,
            "height": read.picture.shape[0],
            "width": read.picture.shape[1],
        }
        return Frame(head, (read.picture.tobytes(),))

    def _clip(self, job: Frame) -> Frame:
        """The first picture is the reference; liveness and face are measured on the same frames."""
        if self._comparison is None:
            raise CheckUnavailable(Cause.ENGINE_MISSING)
        times = job.head["times_ms"]
        if not isinstance(times, list):
            raise CheckUnavailable(Cause.ANSWER_MALFORMED)
        reference, *frames = [_picture(job, i) for i in range(len(job.blobs))]
        measured = measure_clip(
            frames,
            [float(str(time)) for time in times],
            finder=self._comparison.finder,
            attack_models=self._attack_models,
        )
        portraits: list[FoundFace] = []
        for i in portraits_of(measured):
            # A camera is held one way: the first says for all whether it was upside down.
            known = portraits[0].quality.upright if portraits else None
            found = self._comparison.find(frames[i], upright=known)
            portraits += [found] if found else []
        compared = self._compared(reference, _worth_comparing(portraits))
        return Frame({**compared.head, "clip": measured.as_json()}, compared.blobs)

    def _compare(self, job: Frame) -> Frame:
        """The first picture is the reference, the others are the live frames, each decoded once."""
        if self._comparison is None:
            raise CheckUnavailable(Cause.ENGINE_MISSING)
        reference, *frames = [_picture(job, i) for i in range(len(job.blobs))]
        found = [self._comparison.find(frame) for frame in frames]
        return self._compared(reference, [one for one in found if one])

    def _compared(self, portrait: Pixels, live: list[FoundFace]) -> Frame:
        if self._comparison is None:
            raise CheckUnavailable(Cause.ENGINE_MISSING)
        reference = self._comparison.find(portrait)
        if reference is None or not live:
            return _one_side_only(reference, live)
        compared = self._comparison.compare(reference, live, LIVE_GATES)
        best = live[compared.chosen[0]]
        head: dict[str, Json] = {
            "reference": _facts(reference, reference.others),
            "live": _facts(best, _most_others(live)),
            "frames_used": len(compared.chosen),
            "likeness": compared.likeness,
            "closest_likeness": max(compared.likenesses),
            "agreement": compared.agreement,
            "second_likeness": compared.second_likeness,
        }
        shown = (reference, *(live[i] for i in compared.chosen))
        return Frame(head, tuple(encode_clean(still(one)) for one in shown))


def open_worker(options: Mapping[str, Json]) -> EngineWorker:
    use_one_thread()
    return EngineWorker(_folder(options.get("weights")), _folder(options.get("models")))


def _folder(value: Json) -> Path | None:
    return Path(value) if isinstance(value, str) else None


def _picture(job: Frame, i: int) -> Pixels:
    sizes = job.head["sizes"]
    if not isinstance(sizes, list):
        raise CheckUnavailable(Cause.ANSWER_MALFORMED)
    width, height = (int(str(n)) for n in str(sizes[i]).split("x"))
    return np.frombuffer(job.blobs[i], np.uint8).reshape(height, width, 3)


def _one_side_only(reference: FoundFace | None, live: list[FoundFace]) -> Frame:
    head: dict[str, Json] = {
        "reference": _facts(reference, reference.others) if reference else None,
        "live": _facts(live[0], _most_others(live)) if live else None,
        "frames_used": 0,
        "likeness": None,
        "closest_likeness": None,
        "agreement": None,
        "second_likeness": None,
    }
    blobs = [encode_clean(still(reference)) if reference else b""]
    return Frame(head, (*blobs, *(encode_clean(still(one)) for one in live[:1])))


def _worth_comparing(portraits: list[FoundFace]) -> list[FoundFace]:
    """Of a clip there are more than enough; a vector costs three times what finding a face does."""
    good = [one for one in portraits if not LIVE_GATES.shortcomings(one.quality)]
    return spread(good, MOST_IN_TEMPLATE) or portraits


def _facts(found: FoundFace, others: int) -> Json:
    return {"others": others, **asdict(found.quality)}


def _most_others(live: list[FoundFace]) -> int:
    return max(frame.others for frame in live)


def _if_installed(load: Callable[[], _Engine]) -> _Engine | None:
    try:
        return load()
    except CheckUnavailable:
        return None
