"""A chip's portrait becomes pixels in the child that exists for it, whatever it is coded in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from identity.admitting import decode_chip_portrait
from identity.chips.face_image import read_face
from identity.chips.folder import read_folder
from identity.chips.pictures import Portrait, read_portrait
from identity.chips.refusal import ChipFault, ChipFile, ChipRefused
from identity.images.refusal import ImageRefused
from identity.worker import LimitedWorker
from tests.unit.identity.chips import making

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def decoder() -> Iterator[LimitedWorker]:
    worker = LimitedWorker("decoder")
    yield worker
    worker.close()


def portrait(form: str) -> Portrait:
    return read_portrait(making.picture(form))


@pytest.mark.parametrize("form", ["JPEG", "JPEG2000"])
def test_a_portrait_is_decoded_whatever_it_is_coded_in(form: str, decoder: LimitedWorker) -> None:
    pixels = decode_chip_portrait(portrait(form).content, decoder=decoder)

    assert (pixels.width, pixels.height) == (120, 160)
    assert len(set(pixels.content)) > 10


def test_a_portrait_that_lies_about_itself_is_refused(decoder: LimitedWorker) -> None:
    honest = portrait("JPEG2000")

    with pytest.raises(ImageRefused):
        decode_chip_portrait(honest.content[:200], decoder=decoder)
    assert decode_chip_portrait(honest.content, decoder=decoder).width == 120


def test_a_bare_codestream_is_a_portrait_too(decoder: LimitedWorker) -> None:
    content = making.picture()
    bare = read_portrait(content[content.index(b"\xff\x4f\xff\x51") :])

    assert decode_chip_portrait(bare.content, decoder=decoder).height == 160


def test_the_specimen_passports_portrait_is_decoded(
    shared_chips: Path, decoder: LimitedWorker
) -> None:
    found = read_face(read_folder(shared_chips / "loes2006")[ChipFile.DG2])
    assert found is not None

    pixels = decode_chip_portrait(found.content, decoder=decoder)

    assert (pixels.width, pixels.height) == (449, 598)


def box(kind: bytes, content: bytes, *, length: int | None = None) -> bytes:
    size = 8 + len(content) if length is None else length
    return size.to_bytes(4, "big") + kind + content


SIGNATURE = box(b"jP  ", b"\r\n\x87\n")
CODESTREAM = making.picture()[making.picture().index(b"\xff\x4f\xff\x51") :]


def with_size(*, at: int, put: bytes) -> bytes:
    """Change what the codestream says of its grid, 8 bytes after its start, and what follows."""
    return CODESTREAM[: 8 + at] + put + CODESTREAM[8 + at + len(put) :]


@pytest.mark.parametrize(
    "content",
    [
        # There is no codestream.
        SIGNATURE + box(b"ftyp", b"jp2 "),
        # A box is longer than the file.
        SIGNATURE + box(b"jp2c", CODESTREAM, length=10**6),
        # A box is shorter than its own head.
        SIGNATURE + box(b"jp2c", CODESTREAM, length=4),
        # Something follows the codestream.
        SIGNATURE + box(b"jp2c", CODESTREAM) + box(b"free", b""),
        # There are boxes without end.
        SIGNATURE + box(b"free", b"") * 50 + box(b"jp2c", CODESTREAM),
        # The box holds something else.
        SIGNATURE + box(b"jp2c", b"something else"),
        # The codestream is only its two ends.
        b"\xff\x4f\xff\x51\xff\xd9",
        # It has no width.
        with_size(at=0, put=bytes(4)),
        # It has a thousand tiles.
        with_size(at=16, put=(4).to_bytes(4, "big")),
        # It has a hundred components.
        with_size(at=32, put=(100).to_bytes(2, "big")),
        # It is smaller than a stamp.
        with_size(at=0, put=(40).to_bytes(4, "big")),
    ],
    ids=range(11),
)
def test_a_jpeg_2000_out_of_order_never_reaches_a_decoder(content: bytes) -> None:
    with pytest.raises(ChipRefused) as refused:
        read_portrait(content)
    assert refused.value.fault is ChipFault.PORTRAIT_UNREADABLE


def test_the_last_box_may_leave_its_length_open() -> None:
    content = SIGNATURE + box(b"jp2c", CODESTREAM, length=0)

    assert read_portrait(content).width == 120
