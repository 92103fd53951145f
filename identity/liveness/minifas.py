"""Child only: the MiniFASNet pair, which scores one frame as live or an attack.

Found by configuration, for they come in no wheel: minivision-ai/Silent-Face-Anti-Spoofing
(Apache-2.0), converted to ONNX. Without them nothing is scored, and the judgement says so.
Input (1, 3, 80, 80) BGR 0..255, output three shares that add up to 1, the second is "live".
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
import onnxruntime

from identity.faces.weights import Weights
from identity.unavailable import Cause, CheckUnavailable

if TYPE_CHECKING:
    from pathlib import Path

    from identity.faces.face import Face
    from identity.pixels import Pixels

PAIR: Final = (
    (
        2.7,
        Weights(
            "minifas_v2_2.7.onnx",
            "3c45e4e835d94a0d2e725dbdc58e5e836073a0418b9f729b125d398ef00aa6d5",
        ),
    ),
    (
        4.0,
        Weights(
            "minifas_v1se_4.0.onnx",
            "361a6dceb0de68cbe1c7510f8c565412c107886e43ab285f8cd3166735355cfd",
        ),
    ),
)
"""How many times the face's box each looks at, and its pinned file."""
SIDE: Final = 80
LIVE: Final = 1
SHAPE: Final = [1, 3, SIDE, SIDE]


class AttackModels:
    def __init__(self, folder: Path) -> None:
        """Raise `CheckUnavailable` unless both files are in ``folder`` and are the pinned ones."""
        self._pair = [(scale, _session(folder, weights)) for scale, weights in PAIR]

    def live_score(self, picture: Pixels, face: Face) -> float:
        """Mean share of "live"; ``picture`` is the whole frame, for what is around a face tells."""
        return float(np.mean([_share(net, _cut(picture, face, by)) for by, net in self._pair]))


def _session(folder: Path, weights: Weights) -> onnxruntime.InferenceSession:
    try:
        content = (folder / weights.file).read_bytes()
    except OSError as error:
        raise CheckUnavailable(Cause.ENGINE_MISSING) from error
    if not hmac.compare_digest(hashlib.sha256(content).hexdigest(), weights.sha256):
        raise CheckUnavailable(Cause.ENGINE_MISSING)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    # The bytes that were hashed, not the file: nobody changes them in between.
    net = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    if net.get_inputs()[0].shape != SHAPE:
        raise CheckUnavailable(Cause.ENGINE_MISSING)
    return net


def _share(net: onnxruntime.InferenceSession, cut: Pixels) -> float:
    planes = cut.astype(np.float32).transpose(2, 0, 1)[None]
    return float(net.run(None, {net.get_inputs()[0].name: planes})[0][0][LIVE])


def _cut(picture: Pixels, face: Face, by: float) -> Pixels:
    """The box made ``by`` times as large, as far as the picture goes, and moved inside it."""
    height, width = picture.shape[:2]
    by = min(by, (height - 1) / face.height, (width - 1) / face.width)
    across, along = face.width * by, face.height * by
    left = min(max(face.left + face.width / 2 - across / 2, 0.0), width - 1 - across)
    top = min(max(face.top + face.height / 2 - along / 2, 0.0), height - 1 - along)
    left, top = max(left, 0.0), max(top, 0.0)
    cut = picture[int(top) : int(top + along) + 1, int(left) : int(left + across) + 1]
    return np.asarray(cv2.resize(cut, (SIDE, SIDE)), np.uint8)
