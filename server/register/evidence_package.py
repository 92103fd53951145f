"""证据包: one ZIP that lets anybody check a certificate without asking us.

Deterministic: the same parts give the same bytes (stored, sorted, one fixed
time), so two exports can be compared by digest. `manifest.json` is RFC 8785
canonical JSON over strings and integers.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MANIFEST: Final = "manifest.json"
READ_ME: Final = "VERIFY.md"

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*")
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)

_HOW_TO: Final = """\
# 如何验证 · How to verify

1. `manifest.json` 列出每个文件的 SHA-256；逐一核对即可知文件未被改动。
   `manifest.json` lists the SHA-256 of every file; compare them one by one.
   `python3 -c "import hashlib,json;m=json.load(open('manifest.json'));
   [print(n, hashlib.sha256(open(n,'rb').read()).hexdigest()==h) for n,h in m['files'].items()]"`
2. `certificate.pdf` 上的签名链接到 `trust/root.pem`，并带有归档时间戳 (PAdES B-LTA)。
   The signatures on `certificate.pdf` chain to `trust/root.pem` and carry an archive time-stamp.
   `pdfsig certificate.pdf`
3. `ceremony/*.json` 是面签录像与事件的哈希链：每一环的 `hash` 是其余各字段规范 JSON 的 SHA-256，
   `prev` 等于前一环的 `hash`。
   `ceremony/*.json` is the hash chain of the recording and its events: each `hash` is the SHA-256
   of the canonical JSON of the other fields, and each `prev` is the `hash` before it.
"""


def evidence_package(parts: Mapping[str, bytes], *, about: Mapping[str, str]) -> bytes:
    """Return the ZIP of ``parts`` (name -> content) with manifest and instructions.

    ``about`` is what the manifest says of the certificate: ids, number, digests.
    Raises `ValueError` for a name that could leave the folder it is unpacked to.
    """
    files = {READ_ME: _HOW_TO.encode(), **parts}
    for name in parts:
        if not _NAME.fullmatch(name):
            raise ValueError("a part's name is lower-case letters, digits, . _ - and /")
    manifest = {
        "about": dict(about),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    files[MANIFEST] = json.dumps(
        manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
    return target.getvalue()
