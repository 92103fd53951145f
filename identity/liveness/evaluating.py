"""Error rates of attack detection on anybody's own folder, with intervals. Run by a command.

The words are those of ISO/IEC 30107-3: APCER is the part of attacks of one species that were
taken for live, BPCER the part of live presentations that were not.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

from identity.faces.finding import FaceFinder
from identity.images.decoding import decode_upright
from identity.images.gate import examine
from identity.liveness.challenge import issue_challenge
from identity.liveness.clip import LONGEST_SIDE, check_clip
from identity.liveness.finding import LivenessOutcome
from identity.liveness.following import measure_clip
from identity.liveness.judging import judge_liveness
from identity.liveness.minifas import AttackModels
from identity.liveness.policy import liveness_2026

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from identity.framing import Json
    from identity.pixels import Pixels

LIVE: Final = "live"
"""The folder of bona fide presentations; every other folder is a species of attack."""
CONFIDENCE: Final = 0.95
STILLS: Final = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}
SAYS_NOTHING_OF: Final = (
    "Says nothing of attacks, cameras, light and people that are not in the folder."
)


class FolderUnfit(ValueError):
    """There is no folder ``live`` with something in it, or a clip's description is malformed."""


@dataclass(frozen=True, slots=True)
class Rate:
    """``errors`` of ``trials``, with the Wilson score interval."""

    errors: int
    trials: int

    def as_json(self) -> dict[str, Json]:
        low, high = self.interval()
        rate = self.errors / self.trials if self.trials else None
        return {
            "errors": self.errors,
            "trials": self.trials,
            "rate": rate,
            "low": low,
            "high": high,
        }

    def interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """Wilson (1927); of nothing tried, nothing is known: 0 to 1."""
        if not self.trials:
            return 0.0, 1.0
        z = NormalDist().inv_cdf(0.5 + confidence / 2)
        part, spread = self.errors / self.trials, z * z / self.trials
        middle = (part + spread / 2) / (1 + spread)
        half = z * math.sqrt(part * (1 - part) / self.trials + spread / self.trials / 4)
        half /= 1 + spread
        # The ends are exact where nothing, or all, went wrong.
        low = 0.0 if self.errors == 0 else middle - half
        return low, 1.0 if self.errors == self.trials else middle + half


def evaluate_pad(folder: Path, models: Path | None) -> dict[str, Json]:
    """Run the attack models on ``folder/SPECIES/*.jpg`` and the challenge on its clips.

    A clip is a folder with ``challenge.json`` ({"nonce": hexadecimal, "times_ms": [...]}) and
    as many stills, taken in the order of their names. ``models`` is where the MiniFASNet pair
    is; without it the pair is not measured and its figures are null. Raises `FolderUnfit`,
    `ClipRefused`, `ImageRefused` and, for models that are not the pinned ones,
    `CheckUnavailable`. Decodes in this process: for trusted files only.
    """
    if not any((folder / LIVE).glob("*")):
        raise FolderUnfit(f"there is nothing in a folder called {LIVE}")
    finder = FaceFinder()
    pair = AttackModels(models) if models is not None else None
    stills, clips = {}, {}
    for species in sorted(path for path in folder.iterdir() if path.is_dir()):
        stills[species.name] = _of_stills(species, finder, pair)
        clips[species.name] = _of_clips(species, finder)
    return {
        "confidence": CONFIDENCE,
        "attack_models": _table(stills) if pair is not None else None,
        "challenge": _table(clips),
        "faces_not_found": {name: counted["faceless"] for name, counted in stills.items()},
        "caveat": SAYS_NOTHING_OF,
    }


def _of_stills(species: Path, finder: FaceFinder, pair: AttackModels | None) -> Counter[str]:
    counted: Counter[str] = Counter()
    for path in _stills_of(species):
        picture = _picture(path)
        faces = finder.faces(picture)
        if not faces:
            counted["faceless"] += 1
        elif pair is not None:
            live = pair.live_score(picture, faces[0]) >= liveness_2026().least_live_score
            counted[LivenessOutcome.LIVE if live else LivenessOutcome.REFUSED] += 1
    return counted


def _of_clips(species: Path, finder: FaceFinder) -> Counter[str]:
    counted: Counter[str] = Counter()
    for description in sorted(species.glob("*/challenge.json")):
        counted[_judged(description, finder)] += 1
    return counted


def _judged(description: Path, finder: FaceFinder) -> LivenessOutcome:
    nonce, times = _described(description)
    paths = list(_stills_of(description.parent))
    check_clip([path.stat().st_size for path in paths], times)
    measured = measure_clip([_picture(path) for path in paths], times, finder=finder)
    challenge = issue_challenge(nonce)
    # A file on a disk has no time of receipt: it is judged as received when it ended.
    issued_at = datetime.fromtimestamp(0, UTC)
    received_at = issued_at + timedelta(milliseconds=challenge.lasts_ms)
    return judge_liveness(
        measured, challenge, liveness_2026(), issued_at=issued_at, received_at=received_at
    ).outcome


def _described(description: Path) -> tuple[bytes, list[float]]:
    try:
        told = json.loads(description.read_text(encoding="utf-8"))
        return bytes.fromhex(told["nonce"]), [float(time) for time in told["times_ms"]]
    except (KeyError, TypeError, ValueError) as error:
        raise FolderUnfit(f"{description.parent.name}/challenge.json is malformed") from error


def _stills_of(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.iterdir() if path.suffix.lower() in STILLS)


def _picture(path: Path) -> Pixels:
    examined = examine(path.read_bytes(), claimed=STILLS[path.suffix.lower()])
    return decode_upright(examined.content, orientation=examined.orientation, longest=LONGEST_SIDE)


def _table(counted: dict[str, Counter[str]]) -> dict[str, Json]:
    """APCER counts what was called live; what a person is asked about stands beside it."""
    apcer: dict[str, Json] = {}
    for name, outcomes in counted.items():
        tried = sum(outcomes[outcome] for outcome in LivenessOutcome)
        if name != LIVE and tried:
            apcer[name] = {
                **Rate(outcomes[LivenessOutcome.LIVE], tried).as_json(),
                "person_decides": outcomes[LivenessOutcome.PERSON_DECIDES],
            }
    live = counted[LIVE]
    tried = sum(live[outcome] for outcome in LivenessOutcome)
    bpcer: dict[str, Json] = {
        **Rate(tried - live[LivenessOutcome.LIVE], tried).as_json(),
        "person_decides": live[LivenessOutcome.PERSON_DECIDES],
    }
    return {"apcer": apcer, "bpcer": bpcer}
