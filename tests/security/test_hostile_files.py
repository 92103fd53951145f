"""Hostile files are refused by name, and the process that was given them goes on as before.

Memory and time of every file are printed (``pytest -s``); only the child's ceiling is asserted.
"""

from __future__ import annotations

import resource
import time
from typing import TYPE_CHECKING

import pytest

from identity.admitting import admit_image, admit_pdf
from identity.confinement import DECODER
from identity.images.gate import examine, refuse_by_size
from identity.images.pdf_gate import examine_pdf
from identity.images.refusal import FileRefused, ImageRefused, RefusalCode
from identity.worker import LimitedWorker
from tests.hostile import jpegs, pdfs, pngs
from tests.hostile.corpus import BEFORE_DECODING, JPEG, PDF, PDFS, PNG, WHILE_DECODING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.hostile.cases import HostileFile


@pytest.fixture(scope="module")
def decoder() -> Iterator[LimitedWorker]:
    worker = LimitedWorker("decoder")
    yield worker
    worker.close()


def admit(content: bytes, claimed: str, decoder: LimitedWorker) -> object:
    if claimed == PDF:
        return admit_pdf(content, decoder=decoder)
    return admit_image(content, claimed=claimed, decoder=decoder)


@pytest.mark.parametrize("file", [*BEFORE_DECODING, *WHILE_DECODING, *PDFS], ids=str)
def test_a_hostile_file_is_refused_for_its_reason_and_the_next_one_is_served(
    file: HostileFile, decoder: LimitedWorker
) -> None:
    content = file.make()
    started = time.perf_counter()

    with pytest.raises(FileRefused) as refused:
        admit(content, file.claimed, decoder)

    took = time.perf_counter() - started
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(  # noqa: T201 - the figures are the point
        f"{file.name:32} {len(content):>10,} B {refused.value.code.value:22} {took:6.2f} s"
        f"  child {decoder.peak_kib // 1024} MiB  caller {own} MiB"
    )
    assert refused.value.code is file.code
    assert admit(jpegs.honest(), JPEG, decoder)
    assert decoder.peak_kib < DECODER.memory_mib * 1024


@pytest.mark.parametrize("file", BEFORE_DECODING, ids=str)
def test_what_can_be_seen_from_outside_never_reaches_a_decoder(file: HostileFile) -> None:
    with pytest.raises(ImageRefused):
        examine(file.make(), claimed=file.claimed)


def test_a_refusal_says_nothing_of_the_file() -> None:
    canary = b"CANARY-530102197108041212"
    with pytest.raises(FileRefused) as refused:
        examine(pngs.png(pngs.chunk(b"tEXt", b"x\x00<script>" + canary)), claimed=PNG)
    assert str(refused.value) == RefusalCode.SECOND_FILE_INSIDE.value


def test_an_announced_size_is_refused_before_a_byte_is_read() -> None:
    with pytest.raises(ImageRefused) as refused:
        refuse_by_size(10**12)
    assert refused.value.code is RefusalCode.FILE_TOO_LARGE


def test_a_position_is_reported_and_is_not_in_the_copy(decoder: LimitedWorker) -> None:
    original = jpegs.with_position()

    admitted = admit_image(original, claimed=JPEG, decoder=decoder)

    assert admitted.told_position
    assert b"Exif" in original
    assert b"Exif" not in admitted.clean_copy
    again = admit_image(admitted.clean_copy, claimed=JPEG, decoder=decoder)
    assert not again.told_position


def test_honest_files_pass(decoder: LimitedWorker) -> None:
    assert admit_image(pngs.png(), claimed=PNG, decoder=decoder).width == 320
    assert admit_image(jpegs.honest(mode="L"), claimed=JPEG, decoder=decoder).height == 300
    assert admit_pdf(pdfs.honest(), decoder=decoder) == 3
    assert examine_pdf(pdfs.honest()).content == pdfs.honest()


def test_a_second_picture_is_let_in_only_when_it_was_announced() -> None:
    """Telephones append gain maps and say so (MPF); anything else behind the end is hidden."""
    announced = jpegs.with_segments(jpegs.segment(0xE2, b"MPF\x00" + b"\x00" * 20))
    assert examine(announced + jpegs.honest(), claimed=JPEG).width == 400
    with pytest.raises(ImageRefused):
        examine(jpegs.honest() + jpegs.honest(), claimed=JPEG)
    with pytest.raises(ImageRefused):
        examine(announced + b"PK\x03\x04", claimed=JPEG)
