"""Time in which somebody was not recorded: said in the chain, not left to be noticed.

Whoever reads a chain must not take two segments for one just because nothing between
them says otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from server.ceremony.ceremony import Segment

GAP: Final = "line_gap"
UNNOTICED_MS: Final = 500
"""Between two segments of one unbroken line lies a frame, or a few where the line is weak."""


def gap_before(segment: Segment, previous: Segment | None) -> int:
    """Return milliseconds that nobody recorded before ``segment``; 0 before the first one."""
    missing = 0 if previous is None else segment.starts_ms - previous.ends_ms
    return missing if missing > UNNOTICED_MS else 0
