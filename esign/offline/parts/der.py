"""DER (X.690, 10): one form for one value, and no other is read."""

from __future__ import annotations

from esign.offline.parts.faults import require

INTEGER, BITS, OCTETS, OID, SEQUENCE, SET, TIME = 0x02, 0x03, 0x04, 0x06, 0x30, 0x31, 0x18
C0, C1 = 0xA0, 0xA1  # [0] and [1], constructed


def der_end(der: bytes, at: int) -> tuple[int, int]:
    """Return where the contents of the value at ``at`` begin and end; only the shortest form."""
    require(at + 2 <= len(der) and der[at] & 0x1F != 0x1F, "cms_form")
    start, length = at + 2, der[at + 1]
    if length >= 0x80:
        stated = der[start : start + length - 0x80]
        start += length - 0x80
        length = int.from_bytes(stated, "big")
        require(stated and stated[0] != 0 and length >= 0x80, "cms_form")
    require(start + length <= len(der), "cms_form")
    return start, start + length


def body(value: bytes) -> bytes:
    start, end = der_end(value, 0)
    require(end == len(value), "cms_form")
    return value[start:end]


def inside(value: bytes, *tags: int, of: int = SEQUENCE) -> list[bytes]:
    """Return the values in the one of tag ``of``; they have to be of ``tags`` if any are given."""
    require(value[:1] == bytes([of]), "cms_form")
    contents, found, at = body(value), [], 0
    while at < len(contents):
        _, end = der_end(contents, at)
        found.append(contents[at:end])
        at = end
    require(not tags or [each[0] for each in found] == list(tags), "cms_form")
    return found


def dotted(value: bytes) -> str:
    """Return an OBJECT IDENTIFIER as numbers with dots."""
    require(value[0] == OID, "cms_form")
    numbers, number = [], 0
    for octet in body(value):
        number = number << 7 | octet & 0x7F
        if not octet & 0x80:
            numbers.append(number)
            number = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]]))


def algorithm_in(identifier: bytes) -> str:
    kind, *parameters = inside(identifier)
    require(parameters in ([], [b"\x05\x00"]), "cms_form")
    return dotted(kind)
