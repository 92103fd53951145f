"""The container: ZIP (PKWARE APPNOTE 6.3.10).

Ours are stored, sorted, without extra fields, comments or dates. The whole file is written
again from what was read and must be the same bytes: there is no room for anything else.
"""

from __future__ import annotations

import re
import struct
import zlib

from esign.offline.parts.faults import require

LARGEST_PACKAGE = 1 << 30
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_DATE = 0x21  # 1 January 1980
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")


def read_zip(package: bytes) -> dict[str, bytes]:
    """Return the entries by name, or raise `Fault`."""
    files: dict[str, bytes] = {}
    at = 0
    while package[at : at + 4] == b"PK\x03\x04":
        require(at + _LOCAL.size <= len(package), "zip_form")
        _, _, flags, method, _, _, crc, packed, size, name_size, extra = _LOCAL.unpack_from(
            package, at
        )
        at += _LOCAL.size
        name = package[at : at + name_size].decode("utf-8", "replace")
        require((flags, method, packed) == (0, 0, size), "zip_compressed", name)
        require(_PART.fullmatch(name) and ".." not in name.split("/"), "zip_path", name)
        require(name not in files, "zip_duplicate", name)
        at += name_size + extra
        require(at + size <= len(package), "zip_form", name)
        files[name] = package[at : at + size]
        require(zlib.crc32(files[name]) == crc, "zip_crc", name)
        at += size
    require(files, "zip_form")
    require(write_zip(files) == package, "zip_form", "", "not the bytes that these entries make")
    return files


def write_zip(files: dict[str, bytes]) -> bytes:
    """Return the one ZIP that holds ``files``."""
    entries, directory = b"", b""
    parts: list[bytes] = []
    for name in sorted(files):
        content, raw = files[name], name.encode()
        crc, size = zlib.crc32(content), len(content)
        at = sum(map(len, parts))
        parts.append(
            _LOCAL.pack(b"PK\x03\x04", 20, 0, 0, 0, _DATE, crc, size, size, len(raw), 0) + raw
        )
        parts.append(content)
        directory += _CENTRAL.pack(
            *(b"PK\x01\x02", 20 | 3 << 8, 20, 0, 0, 0, _DATE, crc, size, size, len(raw)),
            *(0, 0, 0, 0, 0o644 << 16, at),
        )
        directory += raw
    entries = b"".join(parts)
    count = len(files)
    end = _END.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), len(entries), 0)
    return entries + directory + end
