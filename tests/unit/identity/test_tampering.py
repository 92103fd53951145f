"""Traces of copying in the pixels, measured without reading anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from identity.documents import tampering
from identity.documents.hints import Hint
from identity.documents.lines import TextLine
from identity.specimens import altering
from identity.specimens.cards import any_setting, card_front
from identity.specimens.inventing import draws_of, invent

if TYPE_CHECKING:
    from PIL import Image

    from identity.pixels import Pixels


@pytest.fixture(scope="module")
def card() -> Image.Image:
    rng = draws_of(21)
    return card_front(invent(rng), rng, any_setting(rng))


def pixels(card: Image.Image) -> Pixels:
    return np.ascontiguousarray(np.asarray(card)[:, :, ::-1])


def rows(text: str = "云南省昆明市") -> list[TextLine]:
    return [
        TextLine(text=text, confidence=0.99, left=160, top=top, right=560, bottom=top + 50)
        for top in (60, 140, 220, 300, 380)
    ]


def test_an_innocent_card_has_no_hints(card: Image.Image) -> None:
    seen = tampering.seen_in(pixels(card), pixels(card), rows(), None)
    assert seen == set()


def test_a_grey_copy_has_one_hue_only(card: Image.Image) -> None:
    grey = pixels(altering.grey_copy(card))
    assert Hint.NO_COLOUR in tampering.seen_in(grey, grey, rows(), None)


def test_a_grey_copy_under_a_warm_lamp_still_has_one_hue_only(card: Image.Image) -> None:
    grey = pixels(altering.grey_copy(card)).astype(np.float64) * [0.8, 0.95, 1.0]
    assert tampering.chroma(grey.astype(np.uint8)) < tampering.LEAST_CHROMA


def test_the_grid_of_a_screen_is_seen(card: Image.Image) -> None:
    shown = pixels(altering.on_screen(card, draws_of(1)))
    assert Hint.SCREEN in tampering.seen_in(shown, pixels(card), rows(), None)


def test_a_smooth_row_in_a_grainy_picture_is_a_patch(card: Image.Image) -> None:
    patched = pixels(altering.patched(card, draws_of(2)))
    assert Hint.PATCH in tampering.seen_in(patched, patched, rows(), None)


@pytest.mark.parametrize("words", ["复印件", "仅供办理公证使用", "COPY"])
def test_the_words_of_a_copy_are_seen(words: str, card: Image.Image) -> None:
    seen = tampering.seen_in(pixels(card), pixels(card), rows(words), None)
    assert Hint.COPY_STAMP in seen


def figures(heights: list[int]) -> Pixels:
    strip = np.full((60, 30 * len(heights), 3), 230, np.uint8)
    for i, height in enumerate(heights):
        strip[50 - height : 50, 30 * i + 6 : 30 * i + 22] = 20
    return strip


@pytest.mark.parametrize(
    ("heights", "hints"),
    [
        ([36] * 18, set()),
        # One figure of another size.
        ([36] * 9 + [22] + [36] * 8, set()),
        ([24] * 9 + [40] + [24] * 8, {Hint.UNEVEN_WRITING}),
        # Figures that run together: nothing can be told, nothing is said.
        ([36] * 5, set()),
    ],
)
def test_figures_of_one_number_are_of_one_size(heights: list[int], hints: set[Hint]) -> None:
    strip = figures(heights)
    number = TextLine(
        text="5", confidence=0.9, left=0, top=0, right=strip.shape[1], bottom=strip.shape[0]
    )
    spread = tampering.sign_spread(strip, number)
    assert (spread > tampering.MOST_SIGN_SPREAD) is bool(hints)


@pytest.mark.parametrize("size", [(1, 1), (5, 300)])
def test_a_place_too_small_to_measure_says_nothing(size: tuple[int, int]) -> None:
    strip = np.zeros((*size, 3), np.uint8)
    number = TextLine(text="5", confidence=0.9, left=0, top=0, right=size[1], bottom=size[0])
    assert tampering.sign_spread(strip, number) == 0.0
    assert tampering.noise_ratio(strip, [number]) == 1.0
