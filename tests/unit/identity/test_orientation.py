"""Pictures are turned upright before anything looks at them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageOps

from identity.admitting import decode
from identity.images.gate import examine
from identity.worker import LimitedWorker
from tests.hostile.jpegs import exif, tiff, turned, with_segments

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def decoder() -> Iterator[LimitedWorker]:
    worker = LimitedWorker("decoder")
    yield worker
    worker.close()


def four_colours() -> Image.Image:
    picture = Image.new("RGB", (320, 200))
    for i, colour in enumerate(("red", "lime", "blue", "white")):
        picture.paste(colour, (160 * (i % 2), 100 * (i // 2), 160 + 160 * (i % 2), 200))
    return picture


@pytest.mark.parametrize("orientation", range(1, 9))
def test_each_orientation_is_undone_as_pillow_undoes_it(
    orientation: int, decoder: LimitedWorker
) -> None:
    content = turned(orientation, four_colours())
    with Image.open(io.BytesIO(content)) as image:
        expected = ImageOps.exif_transpose(image)

    pixels = decode(content, claimed="image/jpeg", decoder=decoder)

    assert (pixels.width, pixels.height) == expected.size
    blue_green_red = Image.frombytes("RGB", expected.size, pixels.content)
    ours = Image.merge("RGB", blue_green_red.split()[::-1])
    for place in ((40, 40), (-40, 40), (40, -40), (-40, -40)):
        at = tuple(p % side for p, side in zip(place, expected.size, strict=True))
        seen, wanted = ours.getpixel((at[0], at[1])), expected.getpixel((at[0], at[1]))
        assert isinstance(seen, tuple)
        assert isinstance(wanted, tuple)
        assert all(abs(a - b) < 40 for a, b in zip(seen, wanted, strict=True))


@pytest.mark.parametrize(
    ("entry", "orientation"),
    [
        ((0x0112, 3, 1, 6), 6),
        # A camera that does not know writes 0; a broken one writes 9, or another type.
        ((0x0112, 3, 1, 0), 1),
        ((0x0112, 3, 1, 9), 1),
        ((0x0112, 4, 1, 6), 1),
    ],
)
def test_an_orientation_that_means_nothing_is_upright(
    entry: tuple[int, int, int, int], orientation: int
) -> None:
    content = with_segments(exif(tiff(entry)))
    assert examine(content, claimed="image/jpeg").orientation == orientation
