"""One template of a person from several frames, and which frames belong in it. Pure.

Frames of one video are much alike; what a template gains, it gains from frames that differ
(docs/identity-policy.md 3.3). So of the good frames the least alike are taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from identity.faces.quality import FaceQuality, QualityGates
    from identity.pixels import Vector

MOST_IN_TEMPLATE: Final = 5
"""Five unlike frames miss 2.7 % where one misses 20.5 %
(docs/identity-policy.md 2); more were not measured."""
SAME_FRAME: Final = 0.985
"""Chosen: at this cosine another frame is the same frame again, and adds nothing."""


def template(vectors: Sequence[Vector]) -> Vector:
    """The normalised mean of unit vectors; NaN throughout where there is no direction."""
    mean = np.mean(np.stack(vectors), axis=0)
    length = float(np.linalg.norm(mean))
    return np.asarray(mean / (length if length > 0 else np.nan), dtype=np.float32)


def pairwise(vectors: Sequence[Vector]) -> NDArray[np.float32]:
    """Cosines of all pairs of unit vectors, n by n."""
    rows = np.stack(vectors)
    return np.asarray(rows @ rows.T, dtype=np.float32)


def chosen_frames(
    qualities: Sequence[FaceQuality], likeness: NDArray[np.float32], gates: QualityGates
) -> tuple[int, ...]:
    """Indices of the frames to make a template of, the best one first.

    The best has the fewest shortcomings, then looks straightest. Frames that fall short of
    ``gates`` are not joined to it: a bad frame would pull the template away from the person.
    """
    order = sorted(range(len(qualities)), key=lambda i: _merit(qualities[i], gates))
    if not order:
        return ()
    chosen = [order[0]]
    rest = [i for i in order[1:] if not gates.shortcomings(qualities[i])]
    if gates.shortcomings(qualities[order[0]]):
        return tuple(chosen)
    while rest and len(chosen) < MOST_IN_TEMPLATE:
        nearest = {i: float(likeness[i, chosen].max()) for i in rest}
        other = min(rest, key=lambda i: nearest[i])
        if not nearest[other] < SAME_FRAME:
            break
        chosen.append(other)
        rest.remove(other)
    return tuple(chosen)


def agreement(vectors: Sequence[Vector]) -> float | None:
    """The least likeness of any one to the template of the others; ``None`` for fewer than two."""
    if len(vectors) < 2:  # noqa: PLR2004 - one frame has nobody to agree with
        return None
    return min(
        float(one @ template([*vectors[:i], *vectors[i + 1 :]])) for i, one in enumerate(vectors)
    )


def _merit(quality: FaceQuality, gates: QualityGates) -> tuple[int, float, float]:
    return len(gates.shortcomings(quality)), quality.turn, -quality.sharpness
