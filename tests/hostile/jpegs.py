"""Hostile JPEGs: a small honest picture with something done to it."""

from __future__ import annotations

import io
import struct

from PIL import Image


def honest(*, mode: str = "RGB", size: tuple[int, int] = (400, 300)) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 40).convert(mode).save(out, "JPEG", quality=80)
    return out.getvalue()


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def with_segments(*segments: bytes) -> bytes:
    whole = honest()
    return whole[:2] + b"".join(segments) + whole[2:]


def exif(tiff: bytes) -> bytes:
    return segment(0xE1, b"Exif\x00\x00" + tiff)


def tiff(*entries: tuple[int, int, int, int]) -> bytes:
    packed = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\x00" + struct.pack("<IH", 8, len(entries)) + packed + b"\x00" * 4


def with_position() -> bytes:
    """Where it was taken: 25.04° N, 102.72° E, in the way that telephones write it."""
    out = io.BytesIO()
    data = Image.Exif()
    place = data.get_ifd(0x8825)
    place.update({1: "N", 2: (25.0, 2.0, 24.0), 3: "E", 4: (102.0, 43.0, 12.0)})
    Image.effect_noise((400, 300), 40).convert("RGB").save(out, "JPEG", exif=data)
    return out.getvalue()


def turned(orientation: int, picture: Image.Image) -> bytes:
    out = io.BytesIO()
    data = Image.Exif()
    data[0x0112] = orientation
    picture.save(out, "JPEG", exif=data, quality=95)
    return out.getvalue()


def flood() -> bytes:
    """An honest small picture whose header was changed to 65,500 × 65,500."""
    whole = honest()
    at = whole.index(b"\xff\xc0") + 5
    return whole[:at] + struct.pack(">HH", 65_500, 65_500) + whole[at + 4 :]


def many_segments() -> bytes:
    return with_segments(*[segment(0xFE, b"")] * 5000)


def lies_within_the_limit() -> bytes:
    """6,000 × 6,000 claimed, pixels for 400 × 300: a decoder would fill up the rest."""
    whole = honest()
    at = whole.index(b"\xff\xc0") + 5
    return whole[:at] + struct.pack(">HH", 6000, 6000) + whole[at + 4 :]


def truncated() -> bytes:
    whole = honest()
    return whole[: len(whole) // 2]


def cut_in_a_segment() -> bytes:
    return honest()[:30]


def with_zip_behind() -> bytes:
    return honest() + b"PK\x03\x04" + b"\x00" * 40


def pdf_in_a_comment() -> bytes:
    return with_segments(segment(0xFE, b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj"))


def script_in_a_comment() -> bytes:
    return with_segments(segment(0xFE, b"<script>fetch('//x')</script>"))


def php_in_exif() -> bytes:
    return with_segments(segment(0xE1, b"Exif\x00\x00" + tiff() + b"<?php system($_GET[0]);"))


def metadata_flood() -> bytes:
    return with_segments(*[segment(0xE2, b"ICC_PROFILE\x00" + b"\x00" * 65_000)] * 40)


def exif_with_endless_directory() -> bytes:
    return with_segments(exif(b"II*\x00" + struct.pack("<IH", 8, 65_535) + b"\x00" * 2000))


def exif_pointing_outside() -> bytes:
    return with_segments(exif(b"II*\x00" + struct.pack("<I", 0xFFFFFFF0)))


def thousand_scans() -> bytes:
    whole = honest()
    start = whole.index(b"\xff\xda")
    scan = whole[start:-2]
    return whole[:start] + scan * 200 + whole[-2:]


def cmyk() -> bytes:
    return honest(mode="CMYK")


def arithmetic() -> bytes:
    whole = honest()
    return whole.replace(b"\xff\xc0", b"\xff\xc9", 1)


def twelve_bit() -> bytes:
    whole = bytearray(honest())
    whole[whole.index(b"\xff\xc0") + 4] = 12
    return bytes(whole)


def undecodable() -> bytes:
    """Every marker is in its place, but the tables that the scan needs are gone."""
    whole = honest()
    start = whole.index(b"\xff\xdb")
    end = whole.index(b"\xff\xc0")
    return whole[:start] + whole[end:]
