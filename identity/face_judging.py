"""Which doubts the faces raise: the bands, the second opinion, the frames. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from identity.verdict import Doubt

if TYPE_CHECKING:
    from identity.faces.quality import Shortcoming
    from identity.measurements import FaceComparison
    from identity.policy import Band, ProofPolicy, ReferenceQuality

MOST_LIKENESS: Final = 1.001
"""A cosine may round to a little more than 1."""


def doubts_of_faces(
    face: FaceComparison, quality: ReferenceQuality, policy: ProofPolicy
) -> set[Doubt]:
    """Every doubt about ``face``; an empty set is a match."""
    doubts = set()
    if face.reference is None:
        doubts.add(Doubt.REFERENCE_FACE_MISSING)
    elif policy.reference_gates[quality].shortcomings(face.reference.quality):
        doubts.add(Doubt.REFERENCE_FACE_POOR)
    if face.live is None:
        doubts.add(Doubt.LIVE_FACE_MISSING)
    elif face.live.others != 0:
        doubts.add(Doubt.SEVERAL_FACES)
    if live_shortcomings(face, policy):
        doubts.add(Doubt.LIVE_FACE_POOR)
    if face.reference is None or face.live is None:
        return doubts
    band = policy.bands[quality].for_frames(face.frames_used)
    return (
        doubts
        | _of_likeness(face, band, policy)
        | _of_second_opinion(face, policy)
        | _of_frames(face, policy)
    )


def live_shortcomings(face: FaceComparison, policy: ProofPolicy) -> frozenset[Shortcoming]:
    return policy.live_gates.shortcomings(face.live.quality) if face.live else frozenset()


def fused_likeness(face: FaceComparison, policy: ProofPolicy) -> float | None:
    """On the scale of the deciding engine; ``None`` where either opinion is missing."""
    if face.likeness is None or face.second_likeness is None:
        return None
    return policy.fusion.fused(face.likeness, face.second_likeness)


def _of_likeness(face: FaceComparison, band: Band, policy: ProofPolicy) -> set[Doubt]:
    """The engine that decides draws the line of refusal; for a match both have to carry it."""
    likeness, closest = face.likeness, face.closest_likeness
    if (
        likeness is None
        or closest is None
        or not (_is_likeness(likeness) and _is_likeness(closest))
    ):
        return {Doubt.MEASUREMENT_INVALID}
    if not likeness >= band.no_match_below:
        return {Doubt.FACE_NO_MATCH}
    fused = fused_likeness(face, policy)
    carried = fused is None or fused >= band.fused_match_from
    if not (likeness >= band.match_from and carried):
        return {Doubt.FACE_UNCERTAIN}
    return set() if closest < policy.too_alike_from else {Doubt.LIVE_TOO_ALIKE}


def _of_second_opinion(face: FaceComparison, policy: ProofPolicy) -> set[Doubt]:
    second = face.second_likeness
    if second is None:
        return {Doubt.SECOND_OPINION_MISSING}
    if not _is_likeness(second):
        return {Doubt.MEASUREMENT_INVALID}
    return set() if second >= policy.second_opinion_from else {Doubt.SECOND_OPINION_DISAGREES}


def _of_frames(face: FaceComparison, policy: ProofPolicy) -> set[Doubt]:
    if not 1 <= face.frames_used <= face.frames:
        return {Doubt.MEASUREMENT_INVALID}
    if face.frames_used == 1:
        return set()
    if face.agreement is None or not _is_likeness(face.agreement):
        return {Doubt.MEASUREMENT_INVALID}
    return set() if face.agreement >= policy.frames_agree_from else {Doubt.FRAMES_DISAGREE}


def _is_likeness(value: float) -> bool:
    return -MOST_LIKENESS <= value <= MOST_LIKENESS
