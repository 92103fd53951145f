"""Which way text runs is told from the boxes around it, without reading any of it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from identity.documents import flattening

Quad = NDArray[np.float32]


def box(left: float, top: float, width: float, height: float = 40) -> Quad:
    right, bottom = left + width, top + height
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)


PAGE = [box(100, 100 + 80 * i, 300 + 20 * i) for i in range(5)]


def turned(quads: list[Quad], degrees: float) -> list[Quad]:
    """Clockwise around the middle of a picture of 800 by 600."""
    radians = np.deg2rad(degrees)
    turn = np.array([[np.cos(radians), np.sin(radians)], [-np.sin(radians), np.cos(radians)]])
    middle = np.array([400, 300])
    return [np.asarray((quad - middle) @ turn + middle, np.float32) for quad in quads]


@pytest.mark.parametrize("degrees", [0, 7, -20, 44, 90, 100, 133])
def test_the_direction_of_lines_is_found(degrees: float) -> None:
    (found,) = flattening.directions_of(turned(PAGE, degrees))
    assert found == pytest.approx(degrees, abs=0.2)


def test_a_page_that_runs_across_the_other_is_a_second_direction() -> None:
    across = turned([box(150, 300, 250), box(150, 380, 250)], 90)
    assert flattening.directions_of([*PAGE, *across]) == pytest.approx([0, 90], abs=0.5)


def test_lone_glyphs_have_no_direction() -> None:
    assert flattening.directions_of([box(10, 10, 40), box(90, 10, 42)]) == []
    assert flattening.directions_of([]) == []


@pytest.mark.parametrize("degrees", [8, 90, -30])
def test_a_turned_page_comes_out_level_and_inside_the_picture(degrees: float) -> None:
    quads = turned(PAGE, degrees)
    how = flattening.flattening(quads, (600, 800), degrees)
    assert how is not None
    for quad in (flattening.ordered(flattening.moved(each, how)) for each in quads):
        assert abs(quad[0, 1] - quad[1, 1]) < 1
        assert quad.min() >= 0


def test_a_level_page_is_left_alone() -> None:
    assert flattening.flattening(PAGE, (600, 800), 0.0) is None


def test_lines_that_fan_out_are_made_parallel() -> None:
    keystone = np.array([[1, 0, 0], [0, 1, 0], [-1.5e-4, 0, 1.0]])
    middle = np.array([400, 300], np.float32)
    fanned = [flattening.moved(np.asarray(quad - middle), keystone) + middle for quad in PAGE]
    how = flattening.flattening(fanned, (600, 800), flattening.directions_of(fanned)[0])
    assert how is not None
    level = [flattening.moved(quad, how) for quad in fanned]
    assert max(abs(float(quad[0, 1] - quad[1, 1])) for quad in level) < 2


def test_a_page_on_its_head_keeps_its_boxes() -> None:
    twice = flattening.turned_over(flattening.turned_over(PAGE, (600, 800)), (600, 800))
    assert all(np.allclose(a, b) for a, b in zip(twice, PAGE, strict=True))


def test_the_picture_is_turned_with_its_boxes() -> None:
    picture = np.zeros((600, 800, 3), np.uint8)
    picture[100:140, 100:400] = 255
    how = flattening.flattening(turned(PAGE, 90), (600, 800), 90.0)
    assert how is not None
    flat = flattening.flattened(picture, how)
    assert flat.shape[:2] == (800, 600)
    assert flat.any()
