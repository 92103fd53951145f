"""Error rates of anybody's own folder: counted as ISO/IEC 30107-3 does, with honest intervals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import cv2
import pytest

from identity.liveness.evaluating import FolderUnfit, Rate, evaluate_pad
from tests.simulated.clips import ATTACKS, bona_fide
from tests.simulated.photographs import PUBLIC, public_photographs

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulated.clips import Answer


@pytest.mark.parametrize(
    ("errors", "trials", "low", "high"),
    [
        # Nothing tried, nothing known.
        (0, 0, 0.0, 1.0),
        # Wilson's interval for none, some and all of forty, from its formula by hand.
        (0, 40, 0.0, 0.0876),
        (2, 40, 0.0138, 0.1650),
        (40, 40, 0.9124, 1.0),
    ],
)
def test_intervals_are_wilsons(errors: int, trials: int, low: float, high: float) -> None:
    assert Rate(errors, trials).interval() == pytest.approx((low, high), abs=1e-4)


def keep(answer: Answer, folder: Path) -> None:
    folder.mkdir(parents=True)
    for i, frame in enumerate(answer.clip.frames):
        cv2.imwrite(str(folder / f"{i:03}.jpg"), frame, [cv2.IMWRITE_JPEG_QUALITY, 90])
    told = {"nonce": answer.challenge.nonce.hex(), "times_ms": answer.clip.times_ms}
    (folder / "challenge.json").write_text(json.dumps(told))


def test_a_folder_of_clips_and_stills_is_counted(tmp_path: Path) -> None:
    photographs = public_photographs()
    if len(photographs) <= len(PUBLIC):
        pytest.skip("the photographs are absent: the set-up fetches them")
    keep(bona_fide(photographs, 3), tmp_path / "live" / "one")
    keep(ATTACKS["print"](photographs, 3), tmp_path / "print" / "one")
    cv2.imwrite(str(tmp_path / "print" / "still.jpg"), photographs[0])
    cv2.imwrite(str(tmp_path / "print" / "wall.png"), photographs[0][:300, :300])

    rates: dict[str, Any] = evaluate_pad(tmp_path, None)

    assert rates["challenge"]["bpcer"]["errors"] == 0
    assert rates["challenge"]["bpcer"]["trials"] == 1
    apcer = rates["challenge"]["apcer"]["print"]
    assert (apcer["errors"], apcer["trials"]) == (0, 1)
    assert apcer["high"] > 0.7
    assert rates["attack_models"] is None
    assert rates["faces_not_found"] == {"live": 0, "print": 1}
    json.dumps(rates, allow_nan=False)


def test_a_folder_without_live_presentations_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "print").mkdir()
    with pytest.raises(FolderUnfit):
        evaluate_pad(tmp_path, None)


@pytest.mark.parametrize(
    "told",
    [
        # No JSON, no object, no nonce, no hexadecimal, no times.
        "{",
        "[]",
        '{"times_ms": []}',
        '{"nonce": "xyz", "times_ms": []}',
        '{"nonce": "00", "times_ms": 4}',
    ],
)
def test_a_clip_whose_challenge_cannot_be_read_is_named(tmp_path: Path, told: str) -> None:
    clip = tmp_path / "live" / "third"
    clip.mkdir(parents=True)
    (clip / "challenge.json").write_text(told)
    with pytest.raises(FolderUnfit, match="third"):
        evaluate_pad(tmp_path, None)
