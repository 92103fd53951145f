"""The little that has to be known of a session description (RFC 8866) before Janus reads it."""

from __future__ import annotations

import re
from typing import Final

_SECTION: Final = re.compile(r"^m=(\w+) (\d+) ", re.MULTILINE)
_MID: Final = re.compile(r"^a=mid:(\S+)\s*$", re.MULTILINE)


def is_description(text: str) -> bool:
    """Say whether it has the first line that all have, and something to send or receive."""
    return text.startswith("v=0") and _SECTION.search(text) is not None


def mids(description: str) -> dict[str, str]:
    """Return kind -> media identification (RFC 8843) of what was agreed on."""
    heads = list(_SECTION.finditer(description))
    ends = [head.start() for head in heads[1:]] + [len(description)]
    found: dict[str, str] = {}
    for head, end in zip(heads, ends, strict=False):
        kind, port = head.groups()
        mid = _MID.search(description, head.end(), end)
        # Port 0: this part was refused (RFC 3264 6).
        if kind in {"audio", "video"} and port != "0" and mid is not None:
            found.setdefault(kind, mid[1])
    return found
