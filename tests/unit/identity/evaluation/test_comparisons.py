"""Which pairs are compared, and that the policy says the same of many at once as of one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.evaluation.comparisons import (
    DRAWS,
    Comparisons,
    as_probe,
    compare,
    templates_of,
)
from identity.evaluation.deployed import deployed_rates, matches, refused
from identity.evaluation.embedding import Embedded
from identity.evaluation.photographs import Photograph
from identity.face_judging import doubts_of_faces
from identity.matching import MatchBand, band_of
from identity.measurements import FaceComparison, FoundQuality
from identity.policy import ReferenceQuality, before_a_ceremony_2026
from tests.unit.identity.qualities import GOOD

if TYPE_CHECKING:
    from identity.framing import Json

POLICY = before_a_ceremony_2026()
CLEAN = ReferenceQuality.CLEAN_PORTRAIT


def face(person: str, number: int, *, group: str = "", year: int | None = None) -> Embedded:
    draw = np.random.default_rng([number, *person.encode()])
    first, second = draw.normal(size=(2, 128)).astype(np.float32)
    return Embedded(
        photograph=Photograph(path=Path(f"{number}.jpg"), person=person, group=group, year=year),
        first=first / np.linalg.norm(first),
        second=second / np.linalg.norm(second),
        quality=GOOD,
    )


FACES = [face(person, number) for person in ("li", "wang", "zhang") for number in range(4)]


def test_every_pair_is_compared_once_and_nobody_with_themselves() -> None:
    probes = [as_probe(one) for one in FACES]
    pairs = compare(probes, probes, POLICY.fusion)
    assert (int(pairs.genuine.sum()), int((~pairs.genuine).sum())) == (3 * 6, 3 * 16)
    assert float(pairs.first[0]) == pytest.approx(float(FACES[0].first @ FACES[1].first), abs=1e-6)
    distance = float(np.linalg.norm(FACES[0].second - FACES[1].second))
    assert float(pairs.second[0]) == pytest.approx(1 - distance, abs=1e-6)


def test_a_template_is_not_compared_with_the_photographs_it_is_made_of() -> None:
    references = [as_probe(one) for one in FACES]
    made = templates_of(FACES, 3, seed=1)
    assert len(made) == 3 * DRAWS
    pairs = compare(references, made, POLICY.fusion)
    assert int(pairs.genuine.sum()) == 3 * DRAWS * (4 - 3)
    assert int((~pairs.genuine).sum()) == 3 * DRAWS * 8


def test_who_has_too_few_photographs_has_no_template() -> None:
    assert templates_of(FACES, 4, seed=1) == []


def test_pairs_know_their_group_and_their_years() -> None:
    faces = [
        face("li", 1, group="women", year=1998),
        face("li", 2, group="women", year=2015),
        face("wang", 1, group="men"),
    ]
    probes = [as_probe(one) for one in faces]
    pairs = compare(probes, probes, POLICY.fusion)
    assert pairs.group.tolist() == ["women", "", ""]
    assert pairs.years_apart[0] == 17
    assert np.isnan(pairs.years_apart[1:]).all()
    assert len(pairs.only(pairs.group == "women").first) == 1


def of_one_pair(first: float, second: float, fused: float) -> Comparisons:
    return Comparisons(
        first=np.array([first]),
        second=np.array([second]),
        fused=np.array([fused]),
        genuine=np.array([True]),
        group=np.array([""]),
        years_apart=np.array([np.nan]),
    )


LIKENESS = st.floats(-1, 0.89) | st.just(float("nan"))


@given(LIKENESS, LIKENESS, st.sampled_from(ReferenceQuality), st.sampled_from([1, 5]))
def test_many_pairs_are_judged_as_one_is(
    first: float, second: float, quality: ReferenceQuality, frames: int
) -> None:
    found = FoundQuality(quality=GOOD, others=0)
    one = FaceComparison(
        reference=found,
        live=found,
        frames=frames,
        frames_used=frames,
        likeness=first,
        closest_likeness=first,
        agreement=None if frames == 1 else 0.9,
        second_likeness=second,
    )
    judged = band_of(doubts_of_faces(one, quality, POLICY), one)
    band = POLICY.bands[quality].for_frames(frames)
    pairs = of_one_pair(first, second, POLICY.fusion.fused(first, second))
    assert bool(matches(pairs, band, POLICY)[0]) == (judged is MatchBand.MATCH)
    if first == first:  # noqa: PLR0124 - NaN is nobody's no; the evaluation counts it as refused
        assert bool(refused(pairs, band)[0]) == (judged is MatchBand.NO_MATCH)


def test_a_rate_of_nobody_is_null_and_not_zero() -> None:
    rates = deployed_rates(of_one_pair(0.7, 0.7, 0.7), POLICY.bands[CLEAN].single, POLICY)
    strangers: Json = rates["strangers_matched"]
    assert isinstance(strangers, dict)
    assert (strangers["rate"], strangers["of"]) == (None, 0)
