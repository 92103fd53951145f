"""Two or more pictures in, score, band and doubts out: the plain function behind a command.

The same limited children and the same judging as the API's; nothing is kept.
"""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from identity.advice import ADVICE
from identity.checking import (
    ChipPortrait,
    CleanPortrait,
    IdentityCheck,
    LiveFrames,
    Upload,
    quality_of,
)
from identity.face_judging import doubts_of_faces, fused_likeness, live_shortcomings
from identity.images.gate import JPEG, PNG
from identity.images.png import SIGNATURE
from identity.images.refusal import ImageRefused
from identity.policy import ReferenceQuality
from identity.unavailable import CheckUnavailable
from identity.verdict import Doubt
from identity.worker import LimitedWorker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from identity.checking import Portrait
    from identity.framing import Json
    from identity.measurements import FaceComparison
    from identity.policy import ProofPolicy


class MatchBand(StrEnum):
    NO_MATCH = "no_match"
    A_PERSON_DECIDES = "a_person_decides"
    MATCH = "match"


OF_THE_SCORE: Final = frozenset(
    {
        Doubt.FACE_NO_MATCH,
        Doubt.FACE_UNCERTAIN,
        Doubt.MEASUREMENT_INVALID,
        Doubt.SECOND_OPINION_DISAGREES,
        Doubt.SECOND_OPINION_MISSING,
    }
)
"""These alone decide the band; the other doubts are about the pictures."""


def match_files(
    reference: Path,
    live: Sequence[Path],
    *,
    quality: ReferenceQuality,
    policy: ProofPolicy,
    now: datetime,
) -> dict[str, Json]:
    """Compare the face in ``reference`` with that in the frames ``live``.

    A file that is not let in is ``{"refused": code}``, an engine that is not there
    ``{"unavailable": cause}``. Raises `OSError` for a file that cannot be read.
    """
    check = IdentityCheck(decoder=LimitedWorker("decoder"), engine=LimitedWorker("engine"))
    frames = LiveFrames(uploads=tuple(_upload(path) for path in live), received_at=now)
    shown = _reference(reference, quality)
    try:
        face = check.compare(shown, frames)
    except ImageRefused as refused:
        return {"refused": refused.code.value}
    except CheckUnavailable as error:
        return {"unavailable": error.cause.value, "band": MatchBand.A_PERSON_DECIDES.value}
    finally:
        check.close()
    return as_report(face, quality_of(shown), policy)


def as_report(
    face: FaceComparison, quality: ReferenceQuality, policy: ProofPolicy
) -> dict[str, Json]:
    """All that was measured and judged, JSON-able; no vector is among it."""
    doubts = doubts_of_faces(face, quality, policy)
    return {
        "band": band_of(doubts, face).value,
        "doubts": [doubt.value for doubt in sorted(doubts)],
        "advice": {doubt.value: list(ADVICE[doubt]) for doubt in sorted(doubts)},
        "live_shortcomings": [code.value for code in sorted(live_shortcomings(face, policy))],
        "score": face.likeness,
        "second_score": face.second_likeness,
        "fused_score": fused_likeness(face, policy),
        "frames": face.frames,
        "frames_used": face.frames_used,
        "reference_quality": quality.value,
        "reference_face": asdict(face.reference.quality) if face.reference else None,
        "live_face": asdict(face.live.quality) if face.live else None,
        "policy": policy.citation,
    }


def band_of(doubts: set[Doubt], face: FaceComparison) -> MatchBand:
    """Where the score lies, whatever else is doubted; without a score, a person decides."""
    if Doubt.FACE_NO_MATCH in doubts:
        return MatchBand.NO_MATCH
    compared = face.reference is not None and face.live is not None
    if compared and not doubts & OF_THE_SCORE:
        return MatchBand.MATCH
    return MatchBand.A_PERSON_DECIDES


def _reference(path: Path, quality: ReferenceQuality) -> Portrait | Upload:
    if quality is ReferenceQuality.CHIP:
        return ChipPortrait(content=path.read_bytes())
    upload = _upload(path)
    if quality is ReferenceQuality.CLEAN_PORTRAIT:
        return CleanPortrait(upload=upload)
    return upload


def _upload(path: Path) -> Upload:
    content = path.read_bytes()
    return Upload(content=content, media_type=PNG if content.startswith(SIGNATURE) else JPEG)
