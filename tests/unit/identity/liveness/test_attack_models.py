"""The MiniFASNet pair: right on its authors' own pictures, and nothing without its own files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from identity.faces.finding import FaceFinder
from identity.images.decoding import decode_upright
from identity.images.gate import examine
from identity.liveness.minifas import PAIR, AttackModels
from identity.liveness.policy import liveness_2026
from identity.unavailable import CheckUnavailable

if TYPE_CHECKING:
    from identity.pixels import Pixels

ROOT: Final = Path(__file__).parents[4]
SHARED: Final = Path(os.environ.get("FEIGUI_SHARED", ROOT.parent / "shared"))


@pytest.fixture(scope="module")
def models() -> AttackModels:
    folder = SHARED / "models"
    if not folder.is_dir():
        pytest.skip(f"{folder} is absent: the pair comes in no wheel")
    return AttackModels(folder)


def picture(name: str) -> Pixels:
    content = (SHARED / "data" / "liveness" / name).read_bytes()
    turned = examine(content, claimed="image/jpeg").orientation
    return decode_upright(content, orientation=turned, longest=1280)


@pytest.mark.parametrize(
    ("name", "live"),
    [
        # Somebody before the camera.
        ("image_T1.jpg", True),
        # A picture of somebody before the camera, twice.
        ("image_F1.jpg", False),
        ("image_F2.jpg", False),
    ],
)
def test_the_pair_tells_a_person_from_a_picture(
    models: AttackModels, name: str, live: bool
) -> None:
    shown = picture(name)
    score = models.live_score(shown, FaceFinder().faces(shown)[0])
    assert (score >= liveness_2026().least_live_score) is live


def test_without_its_files_there_is_no_pair(tmp_path: Path) -> None:
    with pytest.raises(CheckUnavailable):
        AttackModels(tmp_path)


def test_other_files_are_no_pair(tmp_path: Path) -> None:
    for _, weights in PAIR:
        (tmp_path / weights.file).write_bytes(b"another network")
    with pytest.raises(CheckUnavailable):
        AttackModels(tmp_path)
