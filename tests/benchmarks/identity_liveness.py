"""Simulated attacks and simulated people against the challenge; the attack models beside it.

    python -m tests.benchmarks.identity_liveness [ATTACKS_OF_EACH_KIND [PEOPLE [FIRST_SEED]]]

Writes build/bench/identity_liveness.json and .png beside the printed table. Thresholds were
chosen on other seeds (below 6000) than those reported (from 7001 on). Needs the photographs
of the set-up.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import cv2
import matplotlib as mpl
import numpy as np

from identity.faces.finding import FaceFinder
from identity.liveness.actions import doubts_of_actions
from identity.liveness.evaluating import Rate
from identity.liveness.finding import LivenessOutcome
from identity.liveness.following import measure_clip
from identity.liveness.judging import judge_liveness
from identity.liveness.looking import FaceFollower
from identity.liveness.minifas import AttackModels
from identity.liveness.policy import liveness_2026
from identity.verdict import Consequence
from tests.simulated.clips import ATTACKS, bona_fide, replayed_with_luck
from tests.simulated.photographs import SHARED, public_photographs, shared_photographs

mpl.use("Agg")
from matplotlib import pyplot as plt  # the backend is chosen first

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from identity.liveness.measurements import ClipMeasurements
    from identity.pixels import Pixels
    from tests.simulated.clips import Answer

    Kind = Callable[[Sequence[Pixels], int], Answer]

OUT: Final = Path(__file__).parents[2] / "build" / "bench"
PEOPLE: Final = "bona fide"
FIRST_SEED: Final = 7001
ISSUED: Final = datetime(2026, 1, 1, tzinfo=UTC)
CAVEAT: Final = (
    "What this does not show: a real attack, a real person, a mask of silicone, a face made by a "
    "network while the camera runs, old telephones, bad light, hands that shake, people who "
    "cannot do what is asked. Paper is a bent plane here, a screen a pattern, a person a warped "
    "photograph. That simulated attacks fail says that the rules do what they are meant to do."
)


@dataclass(slots=True)
class Tally:
    outcomes: Counter[str] = field(default_factory=Counter)
    doubts: Counter[str] = field(default_factory=Counter)
    refused_by_actions_alone: int = 0
    scores: list[float] = field(default_factory=list)
    agreements: list[float] = field(default_factory=list)
    frames: int = 0
    cpu_s: float = 0.0

    @property
    def clips(self) -> int:
        return self.outcomes.total()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    given = [int(word) for word in sys.argv[1:4]]
    attacks, people, first = (*given, *(40, 60, FIRST_SEED)[len(given) :])
    cv2.setNumThreads(1)
    photographs = public_photographs() + shared_photographs()
    if not photographs:
        raise SystemExit("no photographs: python3 tools/set_up.py test")
    finder = FaceFinder()
    folder = SHARED / "models"
    models = AttackModels(folder) if folder.is_dir() else None
    kinds: dict[str, tuple[Kind, int]] = {PEOPLE: (bona_fide, people)}
    kinds |= {name: (kind, attacks) for name, kind in ATTACKS.items()}
    kinds["lucky_replay"] = (replayed_with_luck, attacks // 2)
    _say(f"{len(photographs)} photographs; seeds from {first}; no attack models in the judgement")
    tallies = {}
    for name, (kind, count) in kinds.items():
        tallies[name] = _run(
            kind, range(first, first + count), photographs, finder=finder, models=models
        )
        _say(_row(name, tallies[name]))
    report = _report(tallies, len(photographs), first)
    _say(f"\nprocessor time of measuring, one thread: {report['cpu']}")
    _say(f"attack models alone, mean of three frames: {report['attack_models']}")
    _say(CAVEAT)
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "identity_liveness.json").write_text(json.dumps(report, indent=2))
    _plot(tallies)


def _run(
    kind: Kind,
    seeds: range,
    photographs: Sequence[Pixels],
    *,
    finder: FaceFinder,
    models: AttackModels | None,
) -> Tally:
    tally = Tally()
    for seed in seeds:
        answer = kind(photographs, seed)
        clip = answer.clip
        started = time.process_time()
        measured = measure_clip(clip.frames, clip.times_ms, finder=finder)
        tally.cpu_s += time.process_time() - started
        tally.frames += len(clip.frames)
        _judge(measured, answer, tally)
        if models is not None:
            tally.scores.append(_score(clip.frames, finder, models))
    return tally


def _judge(measured: ClipMeasurements, answer: Answer, tally: Tally) -> None:
    policy = liveness_2026()
    found = judge_liveness(
        measured,
        answer.challenge,
        policy,
        issued_at=ISSUED,
        received_at=ISSUED + timedelta(seconds=15),
    )
    tally.outcomes[found.outcome.value] += 1
    if found.flash_agreement is not None:
        tally.agreements.append(found.flash_agreement)
    tally.doubts.update(doubt.value for doubt in found.doubts)
    tally.refused_by_actions_alone += any(
        doubt.consequence is Consequence.REFUSES
        for doubt in doubts_of_actions(measured, answer.challenge, policy)
    )


def _score(frames: Sequence[Pixels], finder: FaceFinder, models: AttackModels) -> float:
    scores = []
    follower = FaceFollower(finder)
    for i in (0, len(frames) // 2, len(frames) - 1):
        faces = follower.faces(frames[i])
        if faces:
            scores.append(models.live_score(frames[i], faces[0]))
    return float(np.mean(scores)) if scores else float("nan")


def _error(name: str, tally: Tally) -> Rate:
    live = tally.outcomes[LivenessOutcome.LIVE.value]
    return Rate(tally.clips - live if name == PEOPLE else live, tally.clips)


def _row(name: str, tally: Tally) -> str:
    rate = _error(name, tally)
    low, high = rate.interval()
    word = "BPCER" if name == PEOPLE else "APCER"
    return (
        f"{name:>14}: {word} {rate.errors}/{rate.trials} = {100 * rate.errors / rate.trials:.1f} %"
        f" (95 %: {100 * low:.1f} to {100 * high:.1f}); {dict(tally.outcomes)};"
        f" refused by the actions alone {tally.refused_by_actions_alone};"
        f" flash {_spread(tally.agreements)}; doubts {dict(tally.doubts.most_common())}"
    )


def _spread(values: list[float]) -> list[float]:
    """Least, median and most."""
    return [round(float(value), 3) for value in np.percentile(values or [np.nan], [0, 50, 100])]


def _report(tallies: dict[str, Tally], photographs: int, first: int) -> dict[str, object]:
    frames = sum(tally.frames for tally in tallies.values())
    cpu = sum(tally.cpu_s for tally in tallies.values())
    clips = sum(tally.clips for tally in tallies.values())
    least = liveness_2026().least_live_score
    scored = {}
    for name, tally in tallies.items():
        live = sum(score >= least for score in tally.scores)
        wrong = len(tally.scores) - live if name == PEOPLE else live
        if tally.scores:
            scored[name] = Rate(wrong, len(tally.scores)).as_json()
    return {
        "photographs": photographs,
        "first_seed": first,
        "challenge": {
            name: {
                **_error(name, tally).as_json(),
                "outcomes": dict(tally.outcomes),
                "refused_by_actions_alone": tally.refused_by_actions_alone,
                "doubts": dict(tally.doubts),
                "flash_agreement": _spread(tally.agreements),
            }
            for name, tally in tallies.items()
        },
        "attack_models": scored or None,
        "cpu": {
            "ms_per_frame": round(1000 * cpu / frames, 2),
            "ms_per_clip": round(1000 * cpu / clips, 1),
            "frames_per_clip": round(frames / clips, 1),
        },
        "caveat": CAVEAT,
    }


def _plot(tallies: dict[str, Tally]) -> None:
    figure, axes = plt.subplots(figsize=(8, 4.2), layout="constrained")
    for place, (name, tally) in enumerate(tallies.items()):
        rate = _error(name, tally)
        low, high = rate.interval()
        part = rate.errors / rate.trials
        axes.errorbar(
            place,
            100 * part,
            yerr=[[100 * (part - low)], [100 * (high - part)]],
            fmt="o",
            capsize=6,
        )
        axes.text(place + 0.08, 100 * part, f"{rate.errors} of {rate.trials}", fontsize=8)
    names = [f"{name}\n{'BPCER' if name == PEOPLE else 'APCER'}" for name in tallies]
    axes.set_xticks(range(len(tallies)), names)
    axes.set_ylabel("% (95 % interval, Wilson)")
    axes.set_ylim(bottom=-0.5)
    axes.set_title("Liveness by challenge: simulated clips only")
    figure.savefig(OUT / "identity_liveness.png", dpi=110)
    plt.close(figure)


if __name__ == "__main__":
    main()
