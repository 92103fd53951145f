"""Child only: rapidocr's networks behind our own types. Its models (PP-OCRv6) are in its wheel.

They are called one by one, not through its front: that one remembers the switches of the call
before, so that a single cut-out read without detection turned detection off for good.
Nothing is ever fetched: where a model file is missing the engine is missing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np
import rapidocr

from identity.documents.lines import TextLine
from identity.unavailable import Cause, CheckUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from rapidocr.ch_ppocr_cls import TextClassifier
    from rapidocr.ch_ppocr_det import TextDetector
    from rapidocr.ch_ppocr_rec import TextRecognizer

    from identity.documents.lines import Box
    from identity.pixels import Pixels

    Quad = NDArray[np.float32]
    """Four corners (x, y) in pixels, clockwise from the upper left of the text."""

_MODELS: Final = Path(rapidocr.__file__).parent / "models"
_NEEDED: Final = (
    "PP-OCRv6_det_small.onnx",
    "PP-OCRv6_rec_small.onnx",
    "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
)
_SETTINGS: Final = {
    "Global.log_level": "critical",
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    # We hand over the picture at the size at which it is to be searched.
    "Det.limit_side_len": 32,
}
MOST_DETECTION_SIDE: Final = 1600
"""Pixels; the detector's memory and time grow with the area. Chosen."""
LEAST_SCORE: Final = 0.3
"""Lines below it are noise: a pattern that looks like writing. Chosen."""
_LINE_HEIGHT: Final = 48
"""Pixels, of the recogniser's input."""
_LONGEST_LINE: Final = 3200
_BATCH: Final = 6


class TextReader:
    def __init__(self) -> None:
        if not all((_MODELS / name).is_file() for name in _NEEDED):
            raise CheckUnavailable(Cause.ENGINE_MISSING)
        engine = rapidocr.RapidOCR(params=dict(_SETTINGS))
        self._detector: TextDetector = _part(engine, "_load_det_model")
        self._turns: TextClassifier = _part(engine, "_load_cls_model")
        self._recogniser: TextRecognizer = _part(engine, "_load_rec_model")
        signs = self._recogniser.postprocess_op.character
        self._signs: list[str] = [str(sign) for sign in signs]

    def detect(self, picture: Pixels) -> list[Quad]:
        """Where text stands, in no promised order."""
        scale = min(1.0, MOST_DETECTION_SIDE / max(picture.shape[:2]))
        small = picture
        if scale < 1:
            shrunk = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            small = np.asarray(shrunk, np.uint8)
        found = self._detector(np.ascontiguousarray(small))
        if found.boxes is None:
            return []
        return [np.asarray(box, np.float32) / scale for box in found.boxes]

    def upside_down(self, cuts: Sequence[Pixels]) -> float:
        """The share of these cut-out lines that stand on their heads, weighed by certainty."""
        if not cuts:
            return 0.0
        found = self._turns(list(cuts)).cls_res or []
        weights = [(str(label), float(score)) for label, score in found]
        total = sum(score for _, score in weights)
        return sum(score for label, score in weights if label == "180") / max(total, 1e-6)

    def recognise(
        self, cuts: Sequence[Pixels], *, alphabet: frozenset[str] | None = None
    ) -> list[tuple[str, float]]:
        """Text and mean certainty of each cut-out; with ``alphabet``, no sign outside it."""
        order = sorted(range(len(cuts)), key=lambda i: cuts[i].shape[1] / cuts[i].shape[0])
        texts: list[tuple[str, float]] = [("", 0.0)] * len(cuts)
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            scores = self._scores([cuts[i] for i in batch])
            for i, score in zip(batch, scores, strict=True):
                texts[i] = self._text(score, alphabet)
        return texts

    def lines(self, picture: Pixels) -> list[TextLine]:
        """Every line that the detector finds, read."""
        quads = self.detect(picture)
        texts = self.recognise([cut_out(picture, quad) for quad in quads])
        lines = [
            TextLine(
                text=text,
                confidence=score,
                left=float(quad[:, 0].min()),
                top=float(quad[:, 1].min()),
                right=float(quad[:, 0].max()),
                bottom=float(quad[:, 1].max()),
            )
            for quad, (text, score) in zip(quads, texts, strict=True)
        ]
        return [line for line in lines if line.text.strip() and line.confidence >= LEAST_SCORE]

    def line_at(
        self,
        picture: Pixels,
        box: Box,
        *,
        alphabet: frozenset[str] | None = None,
        stretch: float = 1.0,
    ) -> TextLine:
        """Recognise one cut-out, made wider by ``stretch``, without looking for text in it."""
        cut = picture[
            max(0, int(box.top)) : int(box.bottom), max(0, int(box.left)) : int(box.right)
        ]
        text, score = "", 0.0
        if min(cut.shape[:2]) > 1:
            if stretch != 1:
                wide = cv2.resize(cut, None, fx=stretch, fy=1, interpolation=cv2.INTER_CUBIC)
                cut = np.asarray(wide, np.uint8)
            ((text, score),) = self.recognise([cut], alphabet=alphabet)
        return TextLine(
            text=text.strip(),
            confidence=score,
            left=box.left,
            top=box.top,
            right=box.right,
            bottom=box.bottom,
        )

    def _scores(self, cuts: Sequence[Pixels]) -> NDArray[np.float32]:
        """Shape (cut, step, sign); every step's signs add up to one."""
        widths = [
            min(_LONGEST_LINE, max(8, round(_LINE_HEIGHT * cut.shape[1] / cut.shape[0])))
            for cut in cuts
        ]
        batch = np.zeros((len(cuts), 3, _LINE_HEIGHT, max(320, *widths)), np.float32)
        for i, (cut, width) in enumerate(zip(cuts, widths, strict=True)):
            sized = cv2.resize(cut, (width, _LINE_HEIGHT)).astype(np.float32)
            batch[i, :, :, :width] = sized.transpose(2, 0, 1) / 127.5 - 1
        return np.asarray(self._recogniser.session(batch), np.float32)

    def _text(
        self, scores: NDArray[np.float32], alphabet: frozenset[str] | None
    ) -> tuple[str, float]:
        """The likeliest sign of each step, repeats and blanks (sign 0) taken out."""
        if alphabet is not None:
            allowed = [sign in alphabet for sign in self._signs]
            scores = scores * np.asarray([True, *allowed[1:]], np.float32)
        best = scores.argmax(axis=1)
        kept = [t for t in range(len(best)) if best[t] and (t == 0 or best[t] != best[t - 1])]
        if not kept:
            return "", 0.0
        certainty = float(np.mean([scores[t, best[t]] for t in kept]))
        return "".join(self._signs[best[t]] for t in kept), certainty


def _part(engine: rapidocr.RapidOCR, loader: str) -> Any:  # noqa: ANN401 - theirs are untyped
    """One network of the engine, loaded with its settings as the engine itself would."""
    return getattr(engine, loader)()


def cut_out(picture: Pixels, quad: Quad) -> Pixels:
    """The text in ``quad`` laid flat; a column of upright text is laid on its side."""
    width = max(2, round(float(max(_side(quad, 0), _side(quad, 2)))))
    height = max(2, round(float(max(_side(quad, 1), _side(quad, 3)))))
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turn = cv2.getPerspectiveTransform(quad, flat)
    cut = cv2.warpPerspective(
        picture, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    if height >= 1.5 * width:
        cut = np.rot90(cut)
    return np.ascontiguousarray(cut, dtype=np.uint8)


def _side(quad: Quad, i: int) -> float:
    return float(np.linalg.norm(quad[(i + 1) % 4] - quad[i]))
