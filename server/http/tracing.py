"""The id that ties an answer, its log line and the caller's own trace together."""

from __future__ import annotations

import re
import traceback
from typing import Final

_TRACEPARENT: Final = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)
_NONE: Final = "0" * 32


def trace_id_of(traceparent: str) -> str | None:
    """Return the trace of a W3C ``traceparent``, or ``None`` if it is not one."""
    match = _TRACEPARENT.fullmatch(traceparent)
    if match is None or match[1] == _NONE:
        return None
    return match[1]


def where(error: BaseException) -> list[str]:
    """Return the way to an error, innermost last: places in the code and no values."""
    return [
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
