"""The files of a chip come one after the other and name themselves by their tags."""

from __future__ import annotations

import pytest

from identity.chips.refusal import ChipFault, ChipFile, ChipRefused
from identity.chips.stream import LARGEST_STREAM, split_files
from tests.unit.identity.chips import making


def test_files_come_apart_as_they_were_joined_in_any_order() -> None:
    contents = dict(making.chip().contents)
    joined = b"".join(reversed(contents.values()))
    assert split_files(joined).contents == contents


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        # A tag that no file of a chip has.
        (bytes.fromhex("5f1f0100"), ChipFault.TAG_WRONG),
        # The same file twice: which one was signed?
        (bytes.fromhex("61016161016b"), ChipFault.TAG_WRONG),
        # A length that goes beyond the end.
        (bytes.fromhex("61ff"), ChipFault.LENGTH_ABSURD),
        # More than any chip holds.
        (bytes(LARGEST_STREAM + 1), ChipFault.FILE_TOO_LARGE),
    ],
    ids=["unknown", "twice", "cut short", "too large"],
)
def test_what_is_no_file_of_a_chip_is_refused(content: bytes, fault: ChipFault) -> None:
    with pytest.raises(ChipRefused) as refused:
        split_files(content)
    assert refused.value.fault is fault


def test_nothing_is_an_empty_chip_which_verifying_refuses() -> None:
    assert ChipFile.SOD not in split_files(b"")
