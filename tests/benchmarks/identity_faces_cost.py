"""What a face check costs in CPU time, against stock ``face_recognition`` on the same pictures.

Ours: a portrait and five frames decoded, searched, measured and compared by both engines, through
the two limited children, pipes included; their CPU time is read from the kernel. With liveness, the
five frames are chosen out of a whole simulated clip, every still of which is decoded and followed.
Theirs: two of the same photographs loaded, searched (HOG) and encoded, as its documentation shows,
in a process of its own. One thread each, models loaded before the clock starts. The mean of several
rounds and not the median: children are replaced after so many questions, and that costs as well.
"""

from __future__ import annotations

import io
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image, ImageEnhance

from identity.checking import CleanPortrait, IdentityCheck, LiveClip, LiveFrames, Upload
from identity.worker import LimitedWorker
from tests.simulated.clips import bona_fide

if TYPE_CHECKING:
    from pathlib import Path

    from identity.framing import Json

ROUNDS: Final = 7
FRAMES: Final = 5
SEED: Final = 7001
TICKS: Final = os.sysconf("SC_CLK_TCK")
THEIRS: Final = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import face_recognition
def compare(one, other):
    known, seen = (face_recognition.load_image_file(path) for path in (one, other))
    places = [face_recognition.face_locations(image) for image in (known, seen)]
    (a,), (b,) = (face_recognition.face_encodings(i, p) for i, p in zip((known, seen), places))
    return float(face_recognition.face_distance([a], b)[0])
compare(*sys.argv[2:])
spent = []
for _ in range(int(sys.argv[1])):
    started = time.process_time()
    compare(*sys.argv[2:])
    spent.append(1000 * (time.process_time() - started))
import resource
print(json.dumps([spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Milliseconds of one core, and peak resident sizes in MiB."""

    ours_five_frames: float
    ours_with_liveness: float
    stills: int
    """Of the clip of ``ours_with_liveness``."""
    ours_one_photograph: float
    ours_of_that_asking: float
    """Of the five-frame check: the asking process itself, which hands the pixels over."""
    theirs_two_photographs: float
    ours_decoder_mib: float
    ours_engine_mib: float
    theirs_mib: float

    def as_record(self) -> dict[str, Json]:
        return {**asdict(self)}

    def as_bars(self) -> dict[str, dict[str, float]]:
        return {
            "five frames": {"CPU ms": self.ours_five_frames},
            "five frames\nwith liveness": {"CPU ms": self.ours_with_liveness},
            "one photograph": {"CPU ms": self.ours_one_photograph},
            "face_recognition,\ntwo photographs": {"CPU ms": self.theirs_two_photographs},
        }

    def as_table(self) -> str:
        ratio = self.ours_with_liveness / self.theirs_two_photographs
        rows = (
            (f"ours, five frames out of {self.stills} stills, liveness", self.ours_with_liveness),
            ("ours, a portrait against five frames", self.ours_five_frames),
            ("  of which the asking process", self.ours_of_that_asking),
            ("ours, a portrait against one photograph", self.ours_one_photograph),
            ("face_recognition, one photograph against one", self.theirs_two_photographs),
        )
        memory = (
            ("our decoder", self.ours_decoder_mib),
            ("our engine, text reader included", self.ours_engine_mib),
            ("face_recognition", self.theirs_mib),
        )
        return "\n".join(
            [
                "CPU time of one core, mean:",
                *(f"  {name:46}{spent:6.0f} ms" for name, spent in rows),
                f"  with liveness it costs {ratio:.2f} of face_recognition's two photographs",
                "memory, peak resident:",
                *(f"  {name:46}{size:6.0f} MiB" for name, size in memory),
            ]
        )


def cost_of_a_check(photographs: Path) -> Cost:
    """``photographs``: the folder that the set-up filled; no timed claim is made of the result."""
    portrait, shown = photographs / "obama2.jpg", photographs / "obama.jpg"
    decoder, engine = LimitedWorker("decoder"), LimitedWorker("engine")
    check = IdentityCheck(decoder=decoder, engine=engine)
    try:
        children = (decoder, engine)
        clip = _clip(shown.read_bytes())
        proven, _ = _spent(check, portrait, clip, children)
        five, asking = _spent(check, portrait, _live(_video(shown.read_bytes())), children)
        one, _ = _spent(check, portrait, _live([shown.read_bytes()]), children, frames=1)
    finally:
        check.close()
    theirs, peak = _theirs(portrait, shown)
    return Cost(
        ours_five_frames=five,
        ours_with_liveness=proven,
        stills=len(clip.stills),
        ours_one_photograph=one,
        ours_of_that_asking=asking,
        theirs_two_photographs=theirs,
        ours_decoder_mib=decoder.peak_kib / 1024,
        ours_engine_mib=engine.peak_kib / 1024,
        theirs_mib=peak / 1024,
    )


def _spent(
    check: IdentityCheck,
    portrait: Path,
    live: LiveFrames | LiveClip,
    children: tuple[LimitedWorker, ...],
    *,
    frames: int = FRAMES,
) -> tuple[float, float]:
    """Mean of all processes together, and of this one alone."""
    reference = CleanPortrait(upload=_upload(portrait.read_bytes()))
    check.compare(reference, live)
    together, alone = [], []
    for _ in range(ROUNDS):
        started, before = time.process_time(), _cpu_ms(children)
        face = check.compare(reference, live)
        mine = 1000 * (time.process_time() - started)
        together.append(mine + _cpu_ms(children) - before)
        alone.append(mine)
        if None in {face.likeness, face.second_likeness} or face.frames_used != frames:
            raise SystemExit("nothing was compared: this measures nothing")
    return statistics.fmean(together), statistics.fmean(alone)


def _cpu_ms(children: tuple[LimitedWorker, ...]) -> float:
    """User and system time of the children that ended and of those that run, these by 10 ms."""
    ticks = 0
    for child in children:
        with open(f"/proc/{child.start()}/stat", encoding="ascii") as stat:  # noqa: PTH123 - no file, a question
            fields = stat.read().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (ticks / TICKS + ended.ru_utime + ended.ru_stime)


def _theirs(portrait: Path, shown: Path) -> tuple[float, float]:
    ran = subprocess.run(
        [sys.executable, "-c", THEIRS, str(ROUNDS), str(portrait), str(shown)],
        check=True,
        capture_output=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    spent, peak = json.loads(ran.stdout)
    return statistics.fmean(spent), peak


def _live(frames: list[bytes]) -> LiveFrames:
    return LiveFrames(uploads=tuple(map(_upload, frames)), received_at=datetime.now(UTC))


def _clip(content: bytes) -> LiveClip:
    """A simulated answer to a challenge, coded as a telephone sends it."""
    with Image.open(io.BytesIO(content)) as image:
        sitter = np.asarray(image.convert("RGB"))[:, :, ::-1].copy()
    clip = bona_fide([sitter], SEED).clip
    stills = []
    for frame in clip.frames:
        out = io.BytesIO()
        Image.fromarray(frame[:, :, ::-1]).save(out, "JPEG", quality=90)
        stills.append(out.getvalue())
    return LiveClip(
        stills=tuple(stills),
        times_ms=tuple(float(time) for time in clip.times_ms),
        received_at=datetime.now(UTC),
    )


def _video(content: bytes) -> list[bytes]:
    """Frames of the size of the photograph, each a little turned and lit in another way."""
    frames = []
    with Image.open(io.BytesIO(content)) as image:
        for i in range(FRAMES):
            moved = image.convert("RGB").rotate(5 * (i - FRAMES // 2), Image.Resampling.BICUBIC)
            out = io.BytesIO()
            ImageEnhance.Brightness(moved).enhance(0.9 + 0.05 * i).save(out, "JPEG", quality=90)
            frames.append(out.getvalue())
    return frames


def _upload(content: bytes) -> Upload:
    return Upload(content=content, media_type="image/jpeg")
