"""Child only: what the engine child computes. It gets pixels that the decoder child made."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from identity.documents.fields import DocumentSide
from identity.documents.reading import read_side
from identity.documents.recognising import TextReader
from identity.faces.comparing import Comparison, still
from identity.framing import Frame
from identity.images.decoding import encode_clean
from identity.unavailable import Cause, CheckUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from identity.faces.comparing import FoundFace
    from identity.framing import Json
    from identity.pixels import Pixels


class EngineWorker:
    """Models are loaded when it is made; an engine that is missing is missing per question."""

    def __init__(self, weights: Path | None) -> None:
        self._reader: TextReader | None = None
        self._comparison: Comparison | None = None
        try:
            self._reader = TextReader()
            self._comparison = Comparison(weights)
        except CheckUnavailable:
            return

    def answer(self, job: Frame) -> Frame:
        if job.head["job"] == "read":
            return self._read(job)
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

    def _compare(self, job: Frame) -> Frame:
        if self._comparison is None:
            raise CheckUnavailable(Cause.ENGINE_MISSING)
        found = [self._comparison.find(_picture(job, i)) for i in (0, 1)]
        reference, live = found
        head: dict[str, Json] = {"reference": _facts(reference), "live": _facts(live)}
        if reference is not None and live is not None:
            head["likeness"] = self._comparison.likeness(reference, live)
            head["second_likeness"] = self._comparison.second_likeness(reference, live)
        return Frame(head, tuple(encode_clean(still(one)) if one else b"" for one in found))


def open_worker(options: Mapping[str, Json]) -> EngineWorker:
    weights = options.get("weights")
    return EngineWorker(Path(weights) if isinstance(weights, str) else None)


def _picture(job: Frame, i: int) -> Pixels:
    sizes = job.head["sizes"]
    if not isinstance(sizes, list):
        raise CheckUnavailable(Cause.ANSWER_MALFORMED)
    width, height = (int(str(n)) for n in str(sizes[i]).split("x"))
    return np.frombuffer(job.blobs[i], np.uint8).reshape(height, width, 3)


def _facts(found: FoundFace | None) -> Json:
    if found is None:
        return None
    return {"others": found.others, **asdict(found.quality)}
