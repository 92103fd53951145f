"""Every byte of the file is signed, or is the last signature itself.

Works on bytes, not on what a PDF parser makes of them: parsers forgive, and
what they forgive is where files are altered (pdfsig calls a file with an
appended annotation valid).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from esign.errors import NotAPdf, NotOurs, Tampered, TooLarge

if TYPE_CHECKING:
    from esign.cms.algorithms import Hashed

LARGEST: Final = 64 * 1024 * 1024
MOST_SIGNATURES: Final = 300

_BYTE_RANGE: Final = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
_ONE_CASE: Final = re.compile(rb"<([0-9a-f]+|[0-9A-F]+)>")
_LONG_FORM: Final = 0x80
_SEQUENCE: Final = 0x30


@dataclass(frozen=True, slots=True)
class Covered:
    """One signature's reach: all up to ``end``, but for its own contents."""

    gap_start: int
    gap_end: int
    end: int
    contents: bytes
    """The CMS object, without the zeros after it."""

    def digest(self, document: bytes, hashed: Hashed) -> bytes:
        """Return the digest of what the signature is over."""
        running = hashed(memoryview(document)[: self.gap_start])
        running.update(memoryview(document)[self.gap_end : self.end])
        return running.digest()


def covered(document: bytes) -> list[Covered]:
    """Return every signature's reach, the last of which is the whole file."""
    if not len(document) <= LARGEST:
        raise TooLarge("the file is larger than anything this platform issues")
    found = list(_BYTE_RANGE.finditer(document))
    if not document.startswith(b"%PDF-"):
        raise Tampered("the beginning of the file was altered") if found else NotAPdf("not a PDF")
    if document.count(b"/ByteRange") != len(found):
        raise Tampered("a signature's range cannot be read")
    if not found:
        raise NotOurs("nothing in the file is signed")
    if not len(found) <= MOST_SIGNATURES:
        raise NotOurs("the file has more signatures than anything this platform issues")
    ranges = sorted((_reach(document, match) for match in found), key=lambda r: r.end)
    if ranges[-1].end != len(document):
        raise Tampered("something was appended after the last signature")
    return ranges


def _reach(document: bytes, match: re.Match[bytes]) -> Covered:
    start, gap_start, gap_end, rest = (int(number) for number in match.groups())
    end = gap_end + rest
    if not (start == 0 < gap_start < match.start() + len(document) and gap_start < gap_end <= end):
        raise Tampered("a signature's range is not of this file")
    if not end <= len(document):
        raise Tampered("the end of the file is missing")
    return Covered(gap_start, gap_end, end, _contents(document[gap_start:gap_end]))


def _contents(gap: bytes) -> bytes:
    """Return the DER in ``gap``, which holds it, zeros, and nothing else."""
    if not _ONE_CASE.fullmatch(gap) or len(gap) % 2:
        raise Tampered("a signature's contents were altered")
    padded = bytes.fromhex(gap[1:-1].decode("ascii"))
    length = _der_length(padded)
    if not 0 < length <= len(padded) or any(padded[length:]):
        raise Tampered("a signature's contents were altered")
    return padded[:length]


def _der_length(der: bytes) -> int:
    """Return the whole length of the sequence that ``der`` begins with, or 0."""
    if len(der) < 2 or der[0] != _SEQUENCE:  # noqa: PLR2004 - tag and length
        return 0
    if der[1] < _LONG_FORM:
        return 2 + der[1]
    octets = der[1] - _LONG_FORM
    return 2 + octets + int.from_bytes(der[2 : 2 + octets], "big")
