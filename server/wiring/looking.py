"""Looking at faces in received video, put together: decoder process, engines, policy."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from identity.checking import ChipPortrait, LiveFrames, Upload, quality_of
from identity.face_judging import doubts_of_faces
from identity.framing import FrameMalformed, encode, read_frame
from identity.images.refusal import ImageRefused
from identity.unavailable import CheckUnavailable
from identity.verdict import Doubt
from server.cases.recognising import Seen
from server.media.stills import ALLOWANCE
from server.tasks.looking import Compared, LookDesk, Piece, Still, Wanted
from server.wiring.identifying import PNG
from server.wiring.parts import now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from identity.checking import IdentityCheck
    from identity.framing import Json
    from identity.policy import ProofPolicy
    from server.wiring.parts import Parts

_ROOT: Final = Path(__file__).resolve().parents[2]
_ENVIRONMENT: Final = {
    # Nothing of ours, where keys may be.
    "PYTHONPATH": str(_ROOT),
    "PYTHONDONTWRITEBYTECODE": "1",
    "LANG": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
}


def look_desk(parts: Parts) -> LookDesk:
    judging = parts.judging
    return LookDesk(
        open_transaction=parts.open_transaction,
        fetch=parts.get,
        stills=decoded_stills,
        judge=judging,
        compare=Comparing(judging.check, judging.policy()),
        policy=judging.policy().citation,
        now=now,
    )


def decoded_stills(pieces: Sequence[Piece], wanted: Wanted) -> Sequence[Still]:
    """Have stills decoded in a process of their own; none where it dies or is too slow."""
    head: dict[str, Json] = {
        "starts_ms": [piece.starts_ms for piece in pieces],
        "from_ms": wanted.from_ms,
        "until_ms": wanted.until_ms,
        "apart_ms": wanted.apart_ms,
        "most": wanted.most,
        "newest": int(wanted.newest),
    }
    try:
        ended = subprocess.run(  # our own program, fixed words
            [sys.executable, "-P", "-m", "server.media.stills"],
            input=encode(head, [piece.content for piece in pieces]),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            timeout=ALLOWANCE.start_seconds + ALLOWANCE.wall_seconds,
            check=False,
        )
        return _read(ended.stdout)
    except (subprocess.TimeoutExpired, FrameMalformed, ValueError) as error:
        structlog.get_logger("feigui.look").warning("not_decoded", error=type(error).__name__)
        return ()


def _read(answer: bytes) -> list[Still]:
    stream = BytesIO(answer)

    def exactly(size: int) -> bytes:
        got = stream.read(size)
        if len(got) != size:
            raise FrameMalformed("cut short")
        return got

    frame = read_frame(exactly)
    if frame.head.get("network_gone") is not True:
        structlog.get_logger("feigui.look").warning("network_stays")
    times = frame.head.get("times_ms")
    if not isinstance(times, list):
        raise FrameMalformed("without times")
    pairs = zip(times, frame.blobs, strict=True)
    return [Still(int(str(at)), jpeg) for at, jpeg in pairs]


@dataclass(frozen=True, slots=True)
class Comparing:
    check: IdentityCheck
    policy: ProofPolicy

    def __call__(self, reference: bytes, of_chip: bool, stills: Sequence[bytes]) -> Compared:  # noqa: FBT001  # as the port has it
        """Compare faces; trouble of our own is no face, which a person decides on."""
        at = now()
        media_type = "image/png" if reference.startswith(PNG) else "image/jpeg"
        portrait = Upload(content=reference, media_type=media_type)
        uploads = tuple(Upload(content=each, media_type="image/jpeg") for each in stills)
        try:
            face = self.check.compare(portrait, LiveFrames(uploads=uploads, received_at=at))
        except (ImageRefused, CheckUnavailable) as error:
            return self._told(Seen.NOTHING, {type(error).__name__}, None)
        quality = quality_of(ChipPortrait(content=reference) if of_chip else None)
        doubts = doubts_of_faces(face, quality, self.policy)
        return self._told(_seen(doubts), {each.value for each in doubts}, face.likeness)

    def _told(self, seen: Seen, doubts: set[str], likeness: float | None) -> Compared:
        return Compared(
            seen=seen,
            doubts=tuple(sorted(doubts)),
            likeness=likeness,
            policy=self.policy.citation,
        )


def _seen(doubts: set[Doubt]) -> Seen:
    if not doubts:
        return Seen.SAME
    if Doubt.FACE_NO_MATCH in doubts and Doubt.LIVE_FACE_POOR not in doubts:
        return Seen.OTHER
    # Half a face at the edge of the picture is like nobody's: that is no other face yet.
    return Seen.NOTHING if Doubt.LIVE_FACE_MISSING in doubts else Seen.UNSURE
