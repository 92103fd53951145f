"""Child only: rapidocr behind our own types. Its models (PP-OCRv6) are inside its wheel.

Nothing is ever fetched: where a model file is missing the engine is missing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import rapidocr
from rapidocr.ch_ppocr_rec import TextRecOutput
from rapidocr.utils.output import RapidOCROutput

from identity.documents.lines import TextLine
from identity.unavailable import Cause, CheckUnavailable

if TYPE_CHECKING:
    from identity.pixels import Pixels

_MODELS: Final = Path(rapidocr.__file__).parent / "models"
_NEEDED: Final = (
    "PP-OCRv6_det_small.onnx",
    "PP-OCRv6_rec_small.onnx",
    "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
)
_SETTINGS: Final = {
    "Global.log_level": "critical",
    "Global.text_score": 0.3,
    "Global.use_cls": False,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}
"""The picture is turned as a whole before it is read, so no line needs a classifier."""


class TextReader:
    def __init__(self) -> None:
        if not all((_MODELS / name).is_file() for name in _NEEDED):
            raise CheckUnavailable(Cause.ENGINE_MISSING)
        self._engine = rapidocr.RapidOCR(params=dict(_SETTINGS))

    def lines(self, picture: Pixels) -> list[TextLine]:
        found = self._engine(picture)
        if not isinstance(found, RapidOCROutput):
            # Another type of the library's means that no text was found.
            return []
        if found.boxes is None or found.txts is None or found.scores is None:
            return []
        return [
            TextLine(
                text=str(text),
                confidence=float(score),
                left=float(box[:, 0].min()),
                top=float(box[:, 1].min()),
                right=float(box[:, 0].max()),
                bottom=float(box[:, 1].max()),
            )
            for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
        ]

    def line_at(
        self, picture: Pixels, *, left: float, top: float, right: float, bottom: float
    ) -> TextLine:
        """Recognise one cut-out without looking for text in it."""
        cut = picture[max(0, int(top)) : int(bottom), max(0, int(left)) : int(right)]
        place = {"left": left, "top": top, "right": right, "bottom": bottom}
        if cut.size == 0:
            return TextLine(text="", confidence=0.0, **place)
        read = self._engine(np.ascontiguousarray(cut), use_det=False, use_rec=True)
        if not isinstance(read, TextRecOutput) or not read.txts or not read.scores:
            return TextLine(text="", confidence=0.0, **place)
        return TextLine(text=str(read.txts[0]).strip(), confidence=float(read.scores[0]), **place)
