"""The files of a chip as an app sends them: one after the other, each naming itself by its tag."""

from __future__ import annotations

from typing import Final

from identity.chips.files import COM_TAG, GROUP_TAGS, SOD_TAG, ChipFiles
from identity.chips.refusal import ChipFault, ChipFile, ChipRefused
from identity.chips.tlv import read_all

LARGEST_STREAM: Final = 1024 * 1024
"""Bytes; chosen. `files` limits each file on its own."""

_FILES: Final = {
    COM_TAG: ChipFile.COM,
    SOD_TAG: ChipFile.SOD,
    **{tag: group for group, tag in GROUP_TAGS.items()},
}


def split_files(content: bytes) -> ChipFiles:
    """Return the files by name; raises `ChipRefused` for what is none, or comes twice."""
    if not len(content) <= LARGEST_STREAM:
        raise ChipRefused(ChipFault.FILE_TOO_LARGE, None)
    found: dict[ChipFile, bytes] = {}
    for part in read_all(content, place=None, most=len(_FILES)):
        file = _FILES.get(part.tag)
        if file is None or file in found:
            raise ChipRefused(ChipFault.TAG_WRONG, file)
        found[file] = part.raw
    return ChipFiles(contents=found)
