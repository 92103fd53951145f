"""Chips' portraits are let in by what their header says, whatever decoder comes behind."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from identity.admitting import decode_chip_portrait
from identity.images.chip_gate import MOST_BYTES, examine_chip_portrait
from identity.images.refusal import ImageRefused, RefusalCode
from identity.worker import LimitedWorker

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZ_AT, COD_MARK = 4, b"\xff\x52"


def encoded(kind: str, image: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def picture(mode: str = "RGB", size: tuple[int, int] = (120, 160)) -> Image.Image:
    return Image.effect_noise(size, 40).convert(mode)


BOXED = encoded("JPEG2000", picture())
BARE = encoded("JPEG2000", picture(), no_jp2=True)


def siz(**changed: int) -> bytes:
    """The bare codestream with other figures in its first marker segment."""
    names = ("capabilities", "right", "bottom", "left", "top", "tile_width", "tile_height",
             "tile_left", "tile_top", "components")  # fmt: skip
    form = ">H8IH"
    figures = dict(zip(names, struct.unpack_from(form, BARE, SIZ_AT + 2), strict=True))
    return BARE[: SIZ_AT + 2] + struct.pack(form, *{**figures, **changed}.values()) + BARE[42:]


def with_byte(content: bytes, at: int, value: int) -> bytes:
    return content[:at] + bytes([value]) + content[at + 1 :]


LEVELS_AT = BARE.index(COD_MARK) + 9
LAYERS_AT = BARE.index(COD_MARK) + 6
COC = b"\xff\x53\x00\x09\x00\x00\x21\x04\x04\x00\x01"
JP2C_AT = BOXED.index(b"jp2c") - 4


@pytest.fixture(scope="module")
def decoder() -> Iterator[LimitedWorker]:
    worker = LimitedWorker("decoder")
    yield worker
    worker.close()


@pytest.mark.parametrize(
    "content",
    [
        # In boxes, bare, grey, with a length left open, and as JPEG.
        BOXED,
        BARE,
        encoded("JPEG2000", picture("L")),
        BOXED[:JP2C_AT] + b"\x00\x00\x00\x00" + BOXED[JP2C_AT + 4 :],
        encoded("JPEG", picture()),
    ],
    ids=["boxes", "bare", "grey", "open end", "jpeg"],
)
def test_a_chips_portrait_is_decoded(content: bytes, decoder: LimitedWorker) -> None:
    pixels = decode_chip_portrait(content, decoder=decoder)
    assert (pixels.width, pixels.height) == (120, 160)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        # Nothing, too much, and something else.
        (b"", RefusalCode.FILE_EMPTY),
        (BARE + b"\x00" * MOST_BYTES, RefusalCode.FILE_TOO_LARGE),
        (encoded("PNG", picture("RGB", (200, 200))), RefusalCode.TYPE_MISMATCH),
        (b"GIF89a" + b"\x00" * 400, RefusalCode.TYPE_ANIMATED),
        # A header that promises more pixels than a portrait has, as a bomb does; or hardly any.
        (siz(right=60_000, tile_width=60_000, bottom=60_000, tile_height=60_000),
         RefusalCode.PIXELS_TOO_MANY),
        (siz(right=30), RefusalCode.PIXELS_TOO_FEW),
        (encoded("JPEG", Image.new("RGB", (2400, 2400))), RefusalCode.PIXELS_TOO_MANY),
        (encoded("JPEG", picture("RGB", (40, 200))), RefusalCode.PIXELS_TOO_FEW),
        # Sides that end before they begin, and tiles without size.
        (siz(right=10, left=20), RefusalCode.FILE_MALFORMED),
        (siz(tile_width=0), RefusalCode.FILE_MALFORMED),
        # Thousands of tiles, dozens of levels, thousands of layers: set up before looked at.
        (siz(tile_width=1, tile_height=1), RefusalCode.DECODING_TOO_COSTLY),
        (with_byte(BARE, LEVELS_AT, 33), RefusalCode.DECODING_TOO_COSTLY),
        (with_byte(BARE, LAYERS_AT, 0xFF), RefusalCode.DECODING_TOO_COSTLY),
        (BARE[:LEVELS_AT - 9] + COC + BARE[LEVELS_AT - 9:], RefusalCode.DECODING_TOO_COSTLY),
        # Colours that are none of ours: four, another number than listed, deep, thinned out.
        (encoded("JPEG2000", picture("RGB").convert("RGBA")), RefusalCode.COLOUR_CMYK),
        (siz(components=1), RefusalCode.COLOUR_CMYK),
        (with_byte(BARE, 42, 15), RefusalCode.COLOUR_TOO_DEEP),
        (with_byte(BARE, 43, 2), RefusalCode.CODING_UNUSUAL),
        # Cut off anywhere.
        (BARE[:-2], RefusalCode.FILE_TRUNCATED),
        (BARE[:51] + b"\xff\xd9", RefusalCode.FILE_TRUNCATED),
        (BOXED[:-40], RefusalCode.FILE_TRUNCATED),
        (BOXED + b"\x00\x00", RefusalCode.FILE_TRUNCATED),
        # A segment of no length, and a marker that is none.
        (BARE[:LEVELS_AT - 9] + b"\xff\x52\x00\x01" + BARE[LEVELS_AT - 9:],
         RefusalCode.FILE_MALFORMED),
        (BARE[:LEVELS_AT - 9] + b"\x12\x34\x00\x04" + BARE[LEVELS_AT - 9:],
         RefusalCode.FILE_MALFORMED),
        # Segments too short for what they are.
        (BARE[:LEVELS_AT - 9] + b"\xff\x52\x00\x03\x00" + BARE[LEVELS_AT - 9:],
         RefusalCode.FILE_MALFORMED),
        (BARE[:2] + b"\xff\x51\x00\x04\x00\x00" + BARE[SIZ_AT - 2:], RefusalCode.FILE_MALFORMED),
        # Two sizes: which one would a decoder believe?
        (BARE[:LEVELS_AT - 9] + BARE[2:42 + 9] + BARE[LEVELS_AT - 9:], RefusalCode.FILE_MALFORMED),
        # No size before the first tile.
        (b"\xff\x4f\xff\x51"[:2] + BARE[BARE.index(COD_MARK):], RefusalCode.TYPE_UNSUPPORTED),
        # Boxes: an unknown one, two pictures, none, one shorter than its own header, too many.
        (BOXED[:12] + b"\x00\x00\x00\x08free" + BOXED[12:], RefusalCode.CODING_UNUSUAL),
        (BOXED + BOXED[JP2C_AT:], RefusalCode.CODING_UNUSUAL),
        (BOXED[:JP2C_AT], RefusalCode.FILE_MALFORMED),
        (BOXED[:12] + b"\x00\x00\x00\x04uuid" + BOXED[12:], RefusalCode.FILE_MALFORMED),
        (BOXED[:12] + b"\x00\x00\x00\x08uuid" * 70 + BOXED[12:], RefusalCode.DECODING_TOO_COSTLY),
    ],
)  # fmt: skip
def test_what_is_no_portrait_of_a_chip_is_refused(content: bytes, code: RefusalCode) -> None:
    with pytest.raises(ImageRefused) as refused:
        examine_chip_portrait(content)
    assert refused.value.code is code


def test_a_codestream_that_breaks_behind_its_header_is_refused_by_the_decoder(
    decoder: LimitedWorker,
) -> None:
    start = BARE.index(b"\xff\x93") + 2
    broken = BARE[:start] + bytes(7 * i % 251 for i in range(len(BARE) - start - 2)) + b"\xff\xd9"
    try:
        pixels = decode_chip_portrait(broken, decoder=decoder)
    except ImageRefused as refused:
        assert refused.code is RefusalCode.DECODING_FAILED  # noqa: PT017 - either end is right
    else:
        assert (pixels.width, pixels.height) == (120, 160)


@given(st.binary(max_size=200), st.integers(0, len(BARE)))
def test_no_bytes_make_the_gate_fail_in_another_way(junk: bytes, cut: int) -> None:
    for content in (BARE[:cut] + junk, BOXED[:cut] + junk + BOXED[cut:]):
        try:
            examine_chip_portrait(content)
        except ImageRefused:
            continue
