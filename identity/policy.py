"""How sure we must be that a person is who they say they are.

Every number says where it comes from: measured (by whom, on what), or chosen by us and
why. docs/identity-policy.md tells the same in sentences and changes first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from identity.documents.facts import ReadingLimits
from identity.faces.quality import QualityGates

if TYPE_CHECKING:
    from collections.abc import Mapping


class ReferenceQuality(StrEnum):
    """What the live face is compared with; decides the band."""

    CHIP = "chip"
    CLEAN_PORTRAIT = "clean_portrait"
    PHOTOGRAPHED_DOCUMENT = "photographed_document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Refused below the first, a match from the second on, between them a person decides."""

    no_match_below: float
    match_from: float

    def __post_init__(self) -> None:
        if not -1.0 <= self.no_match_below < self.match_from <= 1.0:
            raise ValueError("a band needs -1 <= no_match_below < match_from <= 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofPolicy:
    """Thresholds for one kind of act. No defaults: a caller chooses."""

    bands: Mapping[ReferenceQuality, Band]

    second_opinion_from: float
    """dlib's likeness (1 - distance) below which a match of the first engine is not believed."""

    too_alike_from: float
    """From here on the "live" photograph is taken for a copy of the portrait."""

    live_gates: QualityGates
    reference_gates: QualityGates
    reading: ReadingLimits

    most_live_age_s: int
    """A live photograph received longer ago than this must be taken again."""

    requires_liveness: bool
    """Where nobody sees the person live before the act, liveness has to be measured."""

    citation: str
    """The rule the numbers come from; shown in the audit record."""

    def __post_init__(self) -> None:
        if set(self.bands) != set(ReferenceQuality):
            raise ValueError("a band is needed for every reference quality")
        if not (math.isfinite(self.second_opinion_from) and 0 < self.too_alike_from <= 1):
            raise ValueError("likeness limits must be numbers")


SFACE_MATCH: Final = 0.55
"""SFace's cosine at FMR 1e-3 on 278,000 impostor pairs of East Asian women is 0.526 (measured
2026 for this project, one thread, the pinned int8bq weights); 0.024 above it as margin for
faces not in that set. OpenCV's own default, 0.363, accepts 6.2 % of those strangers."""

SFACE_NO_MATCH: Final = 0.363
"""OpenCV's default: 93.8 % of the same strangers lie below it, and EER is 3.1 % above it, so
under 3.1 % of right people with a clean portrait are refused; they may try again."""

SFACE_NO_MATCH_PHOTOGRAPHED: Final = 0.25
"""Chosen: a face from a telephone's photograph of a card loses likeness (77 % of right people
fall below 0.526, measured as above), so refusal starts lower and a person decides more."""

DLIB_DISAGREES: Final = 0.4
"""dlib's default distance, 0.6. As a match it is worthless (97.8 % of the same strangers pass),
so failing even that speaks against the pair."""

TOO_ALIKE: Final = 0.90
"""Chosen from tests/benchmarks/identity_faces.py: the photograph that a card was made from gives
0.91 to 0.93 against the card; other photographs of one person are in docs/identity-policy.md 3."""

LIVE_GATES: Final = QualityGates(
    # Chosen; YuNet finds faces from 10 px, SFace sees 112.
    least_side_px=100,
    least_sharpness=40,
    most_turn=0.5,
    most_roll_degrees=25,
    least_brightness=45,
    most_brightness=215,
    least_inside=0.95,
)
REFERENCE_GATES: Final = QualityGates(
    # Chosen; the portrait of a card photographed at 1,000 px width has a face of 80.
    least_side_px=50,
    least_sharpness=20,
    most_turn=0.35,
    most_roll_degrees=15,
    least_brightness=40,
    most_brightness=225,
    least_inside=0.95,
)
READING: Final = ReadingLimits(readable=0.75, certain=0.95)
"""Chosen: on rendered cards every field was right, at 0.80 and above (docs/identity-policy.md 5).
Nobody has measured real cards."""

_BANDS: Final = {
    ReferenceQuality.CHIP: Band(no_match_below=SFACE_NO_MATCH, match_from=SFACE_MATCH),
    ReferenceQuality.CLEAN_PORTRAIT: Band(no_match_below=SFACE_NO_MATCH, match_from=SFACE_MATCH),
    ReferenceQuality.PHOTOGRAPHED_DOCUMENT: Band(
        no_match_below=SFACE_NO_MATCH_PHOTOGRAPHED, match_from=SFACE_MATCH
    ),
}


def before_a_ceremony_2026() -> ProofPolicy:
    """A notary sees and questions the person live before anything is signed: section 4.1."""
    return _policy(requires_liveness=False, citation="docs/identity-policy.md 4.1 (2026-11)")


def unattended_2026() -> ProofPolicy:
    """Nobody sees the person live: section 4.2. Without liveness a person always decides."""
    return _policy(requires_liveness=True, citation="docs/identity-policy.md 4.2 (2026-11)")


def _policy(*, requires_liveness: bool, citation: str) -> ProofPolicy:
    return ProofPolicy(
        bands=_BANDS,
        second_opinion_from=DLIB_DISAGREES,
        too_alike_from=TOO_ALIKE,
        live_gates=LIVE_GATES,
        reference_gates=REFERENCE_GATES,
        reading=READING,
        most_live_age_s=15 * 60,
        requires_liveness=requires_liveness,
        citation=citation,
    )
