"""Is this document, byte for byte, an earlier state of that file?

Signing appends; what a person saw is therefore the beginning of what they
signed, up to one of its end-of-file marks (ISO 32000-1 7.5.6).
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

_END: Final = re.compile(rb"%%EOF(\r\n|\n|\r)?")
_BARE: Final = len(b"%%EOF")


def has_revision(document: bytes, digest: str) -> bool:
    """Say whether a beginning of ``document`` has this SHA-256."""
    hashed, position = hashlib.sha256(), 0
    for mark in _END.finditer(document):
        for end in sorted({mark.start() + _BARE, mark.end()}):
            hashed.update(memoryview(document)[position:end])
            position = end
            if hashed.hexdigest() == digest:
                return True
    return False
