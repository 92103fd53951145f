"""The child may have been taken over: what it says is taken apart with suspicion."""

from __future__ import annotations

import io
import math
import struct
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.answers import comparison_of, reading_of
from identity.documents.fields import DocumentSide
from identity.framing import Frame, FrameMalformed, Json, encode, read_frame
from identity.unavailable import Cause, CheckUnavailable
from tests.unit.identity.qualities import GOOD

FIGURES: dict[str, Json] = {"others": 0, **asdict(GOOD)}
COMPARISON: dict[str, Json] = {
    "reference": {**FIGURES},
    "live": {**FIGURES},
    "frames_used": 2,
    "likeness": 0.5,
    "closest_likeness": 0.5,
    "agreement": 0.8,
    "second_likeness": None,
}


def frame_of(content: bytes) -> Frame:
    return read_frame(io.BytesIO(content).read)


def raw(head: str) -> bytes:
    return struct.pack(">I", len(head)) + head.encode()


@given(st.dictionaries(st.text(), st.integers() | st.text()), st.lists(st.binary(), max_size=4))
def test_what_goes_in_comes_out(head: dict[str, int | str], blobs: list[bytes]) -> None:
    assert frame_of(encode({**head}, blobs)) == Frame(head, tuple(blobs))


def test_a_figure_that_is_not_a_number_survives_the_pipe() -> None:
    value = frame_of(encode({"likeness": math.nan})).head["likeness"]
    assert isinstance(value, float)
    assert math.isnan(value)


@pytest.mark.parametrize(
    "content",
    [
        # A head of four gigabytes is not waited for.
        b"\xff\xff\xff\xff",
        raw("not json"),
        raw('["a list"]'),
        raw('{"head": {}}'),
        raw('{"head": [], "blobs": []}'),
        # Negative, fractional and enormous blobs.
        raw('{"head": {}, "blobs": [-1]}'),
        raw('{"head": {}, "blobs": [1.5]}'),
        raw('{"head": {}, "blobs": [99999999999]}'),
        # So deep that a parser would rather not.
        raw("[" * 100_000),
    ],
)
def test_a_malformed_frame_is_refused(content: bytes) -> None:
    with pytest.raises(FrameMalformed):
        frame_of(content)


@pytest.mark.parametrize(
    ("changed", "blobs"),
    [
        # A face that is no face, and figures that are none.
        ({"reference": {}}, (b"", b"")),
        ({"live": {**FIGURES, "side_px": "200"}}, (b"", b"")),
        ({"live": {**FIGURES, "turn": True}}, (b"", b"")),
        ({"likeness": "0.99"}, (b"", b"")),
        # More frames than were sent, or fewer than none.
        ({"frames_used": 6}, (b"", b"")),
        ({"frames_used": -1}, (b"", b"")),
        ({"frames_used": math.inf}, (b"", b"")),
        ({"frames_used": math.nan}, (b"", b"")),
        # More stills than frames, or not even one of the reference.
        ({}, (b"r",) * 7),
        ({}, ()),
    ],
)
def test_a_comparison_of_the_wrong_shape_is_unavailable(
    changed: dict[str, Json], blobs: tuple[bytes, ...]
) -> None:
    with pytest.raises(CheckUnavailable) as error:
        comparison_of(Frame({**COMPARISON, **changed}, blobs), frames=5)
    assert error.value.cause is Cause.ANSWER_MALFORMED


@pytest.mark.parametrize("left_out", list(COMPARISON))
def test_a_comparison_that_leaves_something_out_is_unavailable(left_out: str) -> None:
    rest = {name: value for name, value in COMPARISON.items() if name != left_out}
    with pytest.raises(CheckUnavailable):
        comparison_of(Frame(rest, (b"", b"")), frames=5)


@pytest.mark.parametrize(
    ("head", "blobs"),
    [
        # The pixels are not as many as was said.
        ({"fields": {}, "width": 4, "height": 4}, (b"",)),
        ({"fields": {}, "width": -4, "height": -4}, (b"\x00" * 48,)),
        ({"fields": {"shoe_size": ["44", 1.0]}, "width": 1, "height": 1}, (b"\x00" * 3,)),
        ({"fields": {"name": "王"}, "width": 1, "height": 1}, (b"\x00" * 3,)),
        ({"fields": {"name": ["王" * 201, 1.0]}, "width": 1, "height": 1}, (b"\x00" * 3,)),
        ({"fields": {"name": ["王", None]}, "width": 1, "height": 1}, (b"\x00" * 3,)),
        ({"fields": {}, "width": 1, "height": 1}, ()),
        ({"fields": {}, "width": math.inf, "height": 1}, (b"\x00" * 3,)),
        ({"fields": {}, "width": math.nan, "height": 1}, (b"\x00" * 3,)),
    ],
)
def test_a_reading_of_the_wrong_shape_is_unavailable(
    head: dict[str, Json], blobs: tuple[bytes, ...]
) -> None:
    with pytest.raises(CheckUnavailable):
        reading_of(Frame(head, blobs), DocumentSide.ID_CARD_FRONT)


def test_a_right_comparison_is_taken_over() -> None:
    faces = comparison_of(Frame(COMPARISON, (b"r", b"best", b"other")), frames=5)
    assert (faces.comparison.likeness, faces.comparison.second_likeness) == (0.5, None)
    assert (faces.comparison.frames, faces.comparison.frames_used) == (5, 2)
    assert (faces.reference_still, faces.live_stills) == (b"r", (b"best", b"other"))
