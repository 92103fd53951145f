"""Hostile PNGs, built chunk by chunk."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def header(width: int, height: int, *, depth: int = 8, colour: int = 2) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))


def rows(width: int, height: int, *, pixel: int = 3) -> bytes:
    line = b"\x00" + b"\x80" * (width * pixel)
    return chunk(b"IDAT", zlib.compress(line * height, 9))


def png(*extra: bytes, width: int = 320, height: int = 240, after: bytes = b"") -> bytes:
    parts = (SIGNATURE, header(width, height), *extra, rows(width, height))
    return b"".join((*parts, chunk(b"IEND", b""), after))


def flood() -> bytes:
    """30,000 × 30,000 in a few kilobytes: 5 GB once decoded."""
    deflate = zlib.compressobj(9)
    line = b"\x00" * 30_001
    data = b"".join(deflate.compress(line) for _ in range(300)) + deflate.flush()
    body = header(30_000, 30_000, colour=0) + chunk(b"IDAT", data)
    return SIGNATURE + body + chunk(b"IEND", b"")


def bomb_behind_an_honest_header() -> bytes:
    """The header says 320 × 240; the stream unpacks to 300 MB."""
    deflate = zlib.compressobj(9)
    data = b"".join(deflate.compress(b"\xff" * 1_000_000) for _ in range(300)) + deflate.flush()
    return SIGNATURE + header(320, 240) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def broken_stream() -> bytes:
    """Every chunk's checksum holds; what they carry is no deflate stream."""
    body = header(320, 240) + chunk(b"IDAT", b"\x00" * 5000)
    return SIGNATURE + body + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    return png(chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(b"a" * 60_000_000, 9)))


def profile_bomb() -> bytes:
    return png(chunk(b"iCCP", b"icc\x00\x00" + zlib.compress(b"\x00" * 60_000_000, 9)))


def animated() -> bytes:
    return png(chunk(b"acTL", struct.pack(">II", 2, 0)))


def sixteen_bit() -> bytes:
    body = header(320, 240, depth=16) + rows(320, 240, pixel=6)
    return SIGNATURE + body + chunk(b"IEND", b"")


def truncated() -> bytes:
    whole = png()
    return whole[: len(whole) - 30]


def wrong_checksum() -> bytes:
    whole = bytearray(png())
    whole[40] ^= 1
    return bytes(whole)


def with_zip_behind() -> bytes:
    return png(after=_zip())


def with_zip_in_a_chunk() -> bytes:
    return png(chunk(b"prVt", _zip()))


def with_script() -> bytes:
    return png(chunk(b"tEXt", b"Comment\x00<script>alert(1)</script>"))


def thousand_tiny_chunks() -> bytes:
    return png(*[chunk(b"tIME", b"1234567")] * 25_000)


def tiny() -> bytes:
    return png(width=1, height=1)


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("payload.js", "alert(1)")
    return out.getvalue()
