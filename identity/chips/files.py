"""The files of a chip as the app sends them: which there are, how large, and what EF.COM lists."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from identity.chips.refusal import ChipFault, ChipFile, ChipRefused
from identity.chips.signed_content import digest_of
from identity.chips.tlv import read_all, read_only

if TYPE_CHECKING:
    from collections.abc import Mapping

    from identity.chips.security_object import SecurityObject

SOD_TAG: Final = 0x77
COM_TAG: Final = 0x60
_LDS_VERSION, _TAG_LIST = 0x5F01, 0x5C

GROUP_TAGS: Final[Mapping[ChipFile, int]] = MappingProxyType(
    {
        ChipFile.DG1: 0x61, ChipFile.DG2: 0x75, ChipFile.DG3: 0x63, ChipFile.DG4: 0x76,
        ChipFile.DG5: 0x65, ChipFile.DG6: 0x66, ChipFile.DG7: 0x67, ChipFile.DG8: 0x68,
        ChipFile.DG9: 0x69, ChipFile.DG10: 0x6A, ChipFile.DG11: 0x6B, ChipFile.DG12: 0x6C,
        ChipFile.DG13: 0x6D, ChipFile.DG14: 0x6E, ChipFile.DG15: 0x6F, ChipFile.DG16: 0x70,
    }
)  # fmt: skip
"""ICAO 9303-10."""
GROUPS: Final = tuple(GROUP_TAGS)
MANDATORY: Final = (ChipFile.SOD, ChipFile.DG1, ChipFile.DG2)
"""What the state always signs and we cannot do without; EF.COM is unsigned and optional."""

LARGEST_PORTRAIT_FILE: Final = 512 * 1024
"""Bytes of DG2; chosen. That of the specimen passport has 13,785."""
LARGEST_FILE: Final = 64 * 1024
"""Bytes of any other file; chosen. The largest of the specimen passport, its SOD, has 1,782."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipFiles:
    contents: Mapping[ChipFile, bytes]

    def __getitem__(self, file: ChipFile) -> bytes:
        return self.contents[file]

    def __contains__(self, file: ChipFile) -> bool:
        return file in self.contents

    @property
    def groups(self) -> tuple[ChipFile, ...]:
        return tuple(group for group in GROUPS if group in self.contents)


def group_of(number: int) -> ChipFile:
    """Return the data group of a number from 1 to 16; raises `ChipRefused`."""
    if not 1 <= number <= len(GROUPS):
        raise ChipRefused(ChipFault.MALFORMED, ChipFile.SOD)
    return GROUPS[number - 1]


def demand_complete(files: ChipFiles) -> None:
    """Refuse what is missing or too large, before anything is parsed; raises `ChipRefused`."""
    for file in MANDATORY:
        if file not in files:
            raise ChipRefused(ChipFault.FILE_MISSING, file)
    for file, content in files.contents.items():
        largest = LARGEST_PORTRAIT_FILE if file is ChipFile.DG2 else LARGEST_FILE
        if not len(content) <= largest:
            raise ChipRefused(ChipFault.FILE_TOO_LARGE, file)


def demand_hashes(files: ChipFiles, signed: SecurityObject) -> None:
    """Refuse each data group whose bytes are not those that were signed; raises `ChipRefused`."""
    for group in files.groups:
        if group not in signed.hashes:
            raise ChipRefused(ChipFault.HASH_MISSING, group)
        digest = digest_of(files[group], signed.digest)
        if not hmac.compare_digest(digest, signed.hashes[group]):
            raise ChipRefused(ChipFault.HASH_MISMATCH, group)


def demand_listed(files: ChipFiles, signed: SecurityObject) -> None:
    """Refuse an EF.COM that lists other groups than were signed; raises `ChipRefused`.

    EF.COM is not signed: one that leaves DG15 out hides that the chip could prove itself.
    """
    if ChipFile.COM not in files:
        return
    parts = {
        part.tag: part.value
        for part in read_all(
            read_only(files[ChipFile.COM], COM_TAG, place=ChipFile.COM).value, place=ChipFile.COM
        )
    }
    listed = {GROUP_TAGS[group] for group in signed.hashes}
    version = parts.get(_LDS_VERSION, b"").decode("ascii", "replace")
    agrees = set(parts.get(_TAG_LIST, b"")) == listed and signed.lds_version in {None, version}
    if not agrees:
        raise ChipRefused(ChipFault.COM_DISAGREES, ChipFile.COM)
