"""证据包: one ZIP that lets anybody check a certificate without asking us.

Deterministic: the same parts give the same bytes (stored, sorted, one fixed
time), so two exports can be compared by digest. `manifest.json` is RFC 8785
canonical JSON; `manifest.p7s` is the office's seal over it.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from esign.manifests import FORMAT
from server.register.canonical_json import canonical_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MANIFEST: Final = "manifest.json"
SEAL: Final = "manifest.p7s"
UNLISTED: Final = frozenset({MANIFEST, SEAL})
"""The manifest cannot list itself, nor the seal over it."""

READ_ME: Final = "VERIFY.md"
"""The one name in capitals: it is to be seen first."""

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*")
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Something of the case that is in no package, or not in this one."""

    what: str
    zh: str
    en: str
    citation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    parts: Mapping[str, bytes]
    about: Mapping[str, str | None]
    """What the manifest says of the certificate: ids, number, digests."""

    left_out: Sequence[LeftOut] = ()


def manifest_of(contents: Contents) -> bytes:
    """Return the manifest: every part by size, SHA-256 and SM3.

    Raises `ValueError` for a name that could leave the folder it is unpacked to.
    """
    for name in contents.parts:
        if name in UNLISTED or not (name == READ_ME or _NAME.fullmatch(name)):
            raise ValueError("a part's name is lower-case letters, digits, . _ - and /")
    return canonical_json(
        {
            "about": contents.about,
            "files": {name: _described(content) for name, content in contents.parts.items()},
            "format": FORMAT,
            "left_out": [
                {"what": each.what, "zh": each.zh, "en": each.en, "citation": each.citation}
                for each in contents.left_out
            ],
        }
    )


def evidence_package(contents: Contents, *, seal: bytes) -> bytes:
    """Return the ZIP of ``contents`` with its manifest and the ``seal`` over that."""
    files = {**contents.parts, MANIFEST: manifest_of(contents), SEAL: seal}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            # Made on a Unix of this mode, wherever it is really made.
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, files[name])
    return target.getvalue()


def _described(content: bytes) -> dict[str, str | int]:
    return {
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        # GB/T 32905: courts in China may ask for it.
        "sm3": hashlib.new("sm3", content).hexdigest(),
    }
