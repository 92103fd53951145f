"""The photographs that sitters are made from: what packages ship, and a folder if there is one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import cv2
import matplotlib as mpl
import numpy as np

from identity.faces.finding import FaceFinder
from identity.liveness.pose import pose_of

if TYPE_CHECKING:
    from identity.pixels import Pixels

ROOT: Final = Path(__file__).parents[2]
SPECIMENS: Final = ROOT / "build" / "specimens"
SHARED: Final = Path(os.environ.get("FEIGUI_SHARED", ROOT.parent / "shared"))
PUBLIC: Final = ("obama.jpg", "biden.jpg")
"""From the tests of face_recognition; its third looks aside, which nobody does at the start."""
MOST_TURNED: Final = 0.13


def public_photographs() -> list[Pixels]:
    """Two press photographs and the portrait that matplotlib ships; empty before the set-up."""
    hopper = Path(mpl.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    return _read([*(SPECIMENS / name for name in PUBLIC), hopper])


def shared_photographs() -> list[Pixels]:
    """Of each person in the folder of faces the first photograph that looks at the camera."""
    finder, chosen = FaceFinder(), []
    for person in sorted((SHARED / "data" / "faces").glob("*/")):
        for photograph in _read(sorted(person.glob("*.jpg"))):
            faces = finder.faces(photograph)
            if len(faces) == 1 and abs(pose_of(faces[0].points).yaw) <= MOST_TURNED:
                chosen.append(photograph)
                break
    return chosen


def _read(paths: list[Path]) -> list[Pixels]:
    read = (cv2.imread(str(path)) for path in paths if path.is_file())
    return [np.asarray(picture, np.uint8) for picture in read if picture is not None]
