"""What is read of VP8 without decoding it: RFC 7741 4.2 and RFC 6386 9.1."""

from __future__ import annotations

import pytest

from server.media.vp8 import is_key, piece_of, size_of

# Frame tag, start code, 640 and 480 little-endian, and something after them.
KEY = b"\x10\x02\x00\x9d\x01\x2a\x80\x02\xe0\x01rest"


@pytest.mark.parametrize(
    ("payload", "begins"),
    [
        # No extension; the frame begins here.
        (b"\x10data", True),
        # The same, in the middle of a partition.
        (b"\x00data", False),
        # Another partition's beginning is not the frame's.
        (b"\x11data", False),
        # A picture id of one octet, then of two.
        (b"\x90\x80\x11data", True),
        (b"\x90\x80\x91\x22data", True),
        # Picture id, TL0PICIDX, and TID with KEYIDX.
        (b"\x90\xf0\x91\x22\x01\x02data", True),
        # KEYIDX alone takes an octet too.
        (b"\x90\x10\x02data", True),
    ],
)
def test_the_descriptor_is_split_off_whatever_it_carries(payload: bytes, begins: bool) -> None:
    piece = piece_of(payload)
    assert (piece.data, piece.begins_frame) == (b"data", begins)


@pytest.mark.parametrize(
    "payload", [b"", b"\x10", b"\x90", b"\x90\x80", b"\x90\x80\x91", b"\x90\x80\x91\x22"]
)
def test_a_descriptor_that_is_cut_short_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError, match="payload"):
        piece_of(payload)


def test_a_key_frame_says_how_large_it_is() -> None:
    assert is_key(KEY)
    assert size_of(KEY) == (640, 480)


def test_the_scaling_bits_are_no_part_of_the_size() -> None:
    assert size_of(KEY[:6] + b"\x80\x42\xe0\xc1" + KEY[10:]) == (640, 480)


@pytest.mark.parametrize("frame", [b"", KEY[:9], b"\x11" + KEY[1:], KEY[:3] + b"\x00" + KEY[4:]])
def test_what_needs_another_frame_is_no_key_frame(frame: bytes) -> None:
    assert not is_key(frame)
    with pytest.raises(ValueError, match="key frame"):
        size_of(frame)
