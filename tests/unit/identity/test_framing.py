"""The child may have been taken over: what it says is taken apart with suspicion."""

from __future__ import annotations

import io
import json
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.answers import comparison_of, reading_of
from identity.documents.fields import DocumentSide
from identity.framing import Frame, FrameMalformed, Json, encode, read_frame
from identity.unavailable import Cause, CheckUnavailable

FIGURES: dict[str, Json] = {
    "others": 0,
    "side_px": 200.0,
    "sharpness": 100.0,
    "turn": 0.1,
    "roll_degrees": 1.0,
    "brightness": 120.0,
    "inside": 1.0,
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
    "head",
    [
        {},
        {"reference": None},
        {"reference": {}, "live": None},
        {"reference": None, "live": {**FIGURES, "side_px": "200"}},
        {"reference": None, "live": {**FIGURES, "turn": True}},
        {"reference": None, "live": None, "likeness": "0.99"},
    ],
)
def test_a_comparison_of_the_wrong_shape_is_unavailable(head: dict[str, Json]) -> None:
    with pytest.raises(CheckUnavailable) as error:
        comparison_of(Frame(json.loads(json.dumps(head)), (b"", b"")))
    assert error.value.cause is Cause.ANSWER_MALFORMED


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
    head: dict[str, Json] = {"reference": {**FIGURES}, "live": {**FIGURES}, "likeness": 0.5}
    comparison, reference_still, live_still = comparison_of(Frame(head, (b"r", b"")))
    assert comparison.likeness == 0.5
    assert comparison.second_likeness is None
    assert (reference_still, live_still) == (b"r", None)
