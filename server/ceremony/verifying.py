"""Does a recording still say what it said? Asked before its ceremony is completed.

The links hold one another; the segments are the ones that the links name, each after the
participant's one before, and time that nobody recorded is said between them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.ceremony.chain import GENESIS, verify_chain
from server.ceremony.errors import ChainBroken
from server.ceremony.gaps import GAP, gap_before

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.ceremony.ceremony import Ceremony, Segment

_NAMED_BY = ("sha256", "starts_ms", "ends_ms", "size", "media_type", "prev_sha256")


def verify_recording(ceremony: Ceremony) -> str:
    """Return the hash that stands for everything so far.

    Raises `ChainBroken` for anything that was left out, moved, altered or put at another time.
    """
    head = verify_chain(ceremony.links)
    segments = sorted(ceremony.segments, key=lambda each: (each.participant, each.index))
    chained = {
        (str(each.body["by"]), each.body["segment"]): each.body
        for each in ceremony.links
        if each.kind == "segment"
    }
    if len(chained) != len(segments):
        raise ChainBroken("segment", expected_index=len(chained), expected_prev=head)
    for segment, previous in _each_after_its_own(segments):
        told = chained.get((segment.participant, segment.index), {})
        if any(told.get(name) != getattr(segment, name) for name in _NAMED_BY):
            raise ChainBroken("segment", expected_index=segment.index, expected_prev=head)
        _require_next(ceremony, segment, previous)
    return head


def _each_after_its_own(segments: list[Segment]) -> Iterator[tuple[Segment, Segment | None]]:
    last: Segment | None = None
    for each in segments:
        yield each, last if last is not None and last.participant == each.participant else None
        last = each


def _require_next(ceremony: Ceremony, segment: Segment, previous: Segment | None) -> None:
    index = 0 if previous is None else previous.index + 1
    prev = GENESIS if previous is None else previous.sha256
    begins = 0 if previous is None else previous.ends_ms
    follows = (segment.index, segment.prev_sha256) == (index, prev)
    missing = gap_before(segment, previous)
    told = {"by": segment.participant, "from_ms": begins, "to_ms": segment.starts_ms, "ms": missing}
    is_told = not missing or any(
        each.kind == GAP and dict(each.body) == told for each in ceremony.links
    )
    if not (follows and begins <= segment.starts_ms < segment.ends_ms and is_told):
        raise ChainBroken("segment", expected_index=index, expected_prev=prev)
