"""Master lists: the certificates of all countries in one file (ICAO 9303-12).

A list comes bare (``CscaMasterList``) or signed. The platform's operator chooses it, and may
have its own signature checked as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from identity.chips.certificates import read_certificate
from identity.chips.chain import demand_list_signer
from identity.chips.refusal import ChipFault, ChipRefused
from identity.chips.signed_content import read_signed
from identity.chips.tlv import read_all, read_only
from identity.chips.trust import Trust

if TYPE_CHECKING:
    from datetime import datetime

MASTER_LIST: Final = "2.23.136.1.1.2"
"""id-icao-cscaMasterList."""
LARGEST_LIST: Final = 16 * 1024 * 1024
"""Bytes; the published list of 581 certificates has 888,533."""
MOST_AUTHORITIES: Final = 5_000
_SEQUENCE, _SET, _INTEGER, _OBJECT_IDENTIFIER = 0x30, 0x31, 0x02, 0x06


def read_master_list(content: bytes) -> Trust:
    """Return every certificate of a list, signed or bare, believing the list itself.

    Raises `ChipRefused`: one certificate that cannot be read refuses the whole list, so that
    nobody notices months later which country is missing.
    """
    if not len(content) <= LARGEST_LIST:
        raise ChipRefused(ChipFault.FILE_TOO_LARGE)
    outer = read_only(content, _SEQUENCE, place=None)
    first = read_all(outer.value, place=None)[:1]
    if first and first[0].tag == _OBJECT_IDENTIFIER:
        return _authorities(read_signed(content, content_type=MASTER_LIST, place=None).content)
    return _authorities(content)


def read_signed_master_list(content: bytes, *, anchors: Trust, at: datetime) -> Trust:
    """Return the list if it is signed for a country that ``anchors`` has; else `ChipRefused`."""
    if not len(content) <= LARGEST_LIST:
        raise ChipRefused(ChipFault.FILE_TOO_LARGE)
    signed = read_signed(content, content_type=MASTER_LIST, place=None)
    demand_list_signer(signed, anchors, at=at)
    return _authorities(signed.content)


def _authorities(content: bytes) -> Trust:
    parts = read_all(read_only(content, _SEQUENCE, place=None).value, place=None)
    if [part.tag for part in parts] != [_INTEGER, _SET]:
        raise ChipRefused(ChipFault.MALFORMED)
    found = read_all(parts[1].value, place=None, most=MOST_AUTHORITIES)
    return Trust(authorities=tuple(read_certificate(each.raw) for each in found))
