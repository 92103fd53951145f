"""DG2: the portrait as the state signed it (ICAO 9303-10; ISO/IEC 19794-5:2005).

CBEFF wraps biometric information templates; one of them holds a facial record; that holds
one face. The picture itself is only measured here: a decoder child decodes it.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from identity.chips.files import GROUP_TAGS
from identity.chips.pictures import read_portrait
from identity.chips.refusal import ChipFault, ChipFile, ChipRefused
from identity.chips.tlv import Tlv, read_all, read_only

if TYPE_CHECKING:
    from identity.chips.pictures import Portrait

_GROUP, _TEMPLATE, _COUNT = 0x7F61, 0x7F60, 0x02
_BLOCKS: Final = frozenset({0x5F2E, 0x7F2E})
_FACE_RECORD: Final = b"FAC\x00"
_HEADER: Final = struct.Struct(">4s4sIH")
"""Format, version, length of the record, number of faces."""
_FACE: Final = struct.Struct(">IH14x")
"""Length of the face's block, number of feature points; then what the face looks like."""
_FEATURE_POINT: Final = 8
_IMAGE: Final = struct.Struct(">12x")
"""What the image says of itself; the picture says it too, and that is what a decoder reads."""


def read_face(content: bytes) -> Portrait | None:
    """Return the one portrait; ``None`` where it is coded in a way that we cannot read yet.

    Raises `ChipRefused`: no face, several, or lengths that contradict one another.
    """
    record = _record(content)
    if not record.startswith(_FACE_RECORD):
        return None  # ISO/IEC 39794-5, the coming coding (ICAO 9303-10, 8th edition).
    return read_portrait(_picture(record))


def _record(content: bytes) -> bytes:
    group = read_only(content, GROUP_TAGS[ChipFile.DG2], place=ChipFile.DG2)
    inner = read_all(read_only(group.value, _GROUP, place=ChipFile.DG2).value, place=ChipFile.DG2)
    templates = [each for each in inner if each.tag == _TEMPLATE]
    stated = next((int.from_bytes(each.value, "big") for each in inner if each.tag == _COUNT), 0)
    _demand_one(len(templates))
    _demand_one(stated)
    blocks = _blocks(templates[0])
    _demand_one(len(blocks))
    return blocks[0].value


def _blocks(template: Tlv) -> list[Tlv]:
    parts = read_all(template.value, place=ChipFile.DG2)
    return [each for each in parts if each.tag in _BLOCKS]


def _picture(record: bytes) -> bytes:
    try:
        _, _, length, faces = _HEADER.unpack_from(record)
        _demand_one(faces)
        block, points = _FACE.unpack_from(record, _HEADER.size)
    except struct.error as error:
        raise ChipRefused(ChipFault.FACE_RECORD_WRONG, ChipFile.DG2) from error
    start = _HEADER.size + _FACE.size + points * _FEATURE_POINT + _IMAGE.size
    # The record is the header and the one face, to the last byte.
    if not (length == len(record) == _HEADER.size + block and start < length):
        raise ChipRefused(ChipFault.FACE_RECORD_WRONG, ChipFile.DG2)
    return record[start:]


def _demand_one(count: int) -> None:
    if count == 0:
        raise ChipRefused(ChipFault.FACE_MISSING, ChipFile.DG2)
    if count != 1:
        raise ChipRefused(ChipFault.SEVERAL_FACES, ChipFile.DG2)
