"""A ceremony: who takes part, what is recorded so far, and where the chain stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.ceremony.gaps import gap_before
from server.ceremony.lines import Picture
from server.ceremony.sharing import Lines
from server.http.shown.times import rfc3339_or_none

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from server.ceremony.ceremony import Ceremony, Participant, Segment
    from server.ceremony.chain import Link
    from server.ceremony.lines import Line
    from server.ceremony.rooms import MediaRoom


def ceremony_as_seen(ceremony: Ceremony, room: MediaRoom | None = None) -> dict[str, Any]:
    lines = Lines(ceremony.links)
    return {
        "id": ceremony.id,
        "status": ceremony.status,
        "participants": [_participant(each, lines) for each in ceremony.participants],
        "lines": [line_as_seen(each) for each in _measured(room)],
        "segments": list(_segments(ceremony.segments)),
        "links": len(ceremony.links),
        "head": ceremony.head,
    }


def _participant(participant: Participant, lines: Lines) -> dict[str, Any]:
    return {
        "account": participant.account,
        "seat": participant.seat,
        "party": participant.party,
        "joined_at": rfc3339_or_none(participant.joined_at),
        "device_of": lines.carrier_of(participant.account),
    }


def _measured(room: MediaRoom | None) -> Iterator[tuple[Line, MediaRoom]]:
    """Yield what was measured last, however long ago: each line says when."""
    if room is not None and room.measured_at is not None:
        yield from ((line, room) for line in room.lines)


def line_as_seen(measured: tuple[Line, MediaRoom]) -> dict[str, Any]:
    line, room = measured
    asked = Picture.STILLS if line.participant in room.stills else Picture.MOVING
    return {
        "participant": line.participant,
        "heard": line.is_heard,
        "recorded": line.is_recorded,
        "picture": line.picture,
        "picture_wanted": Picture.STILLS if line.wants_stills else asked,
        "bits_per_second": line.bits_per_second,
        "loss_up_permille": line.loss_up,
        "loss_down_permille": line.loss_down,
        "rtt_ms": line.rtt_ms,
        "measured_at": rfc3339_or_none(room.measured_at),
    }


def _segments(segments: Iterable[Segment]) -> Iterator[dict[str, Any]]:
    previous: dict[str, Segment] = {}
    for each in segments:
        gap = gap_before(each, previous.get(each.participant))
        previous[each.participant] = each
        yield _segment(each) | {"gap_before_ms": gap}


def _segment(segment: Segment) -> dict[str, Any]:
    return {
        "participant": segment.participant,
        "index": segment.index,
        "starts_ms": segment.starts_ms,
        "ends_ms": segment.ends_ms,
        "sha256": segment.sha256,
        "size": segment.size,
        "media_type": segment.media_type,
        "prev_sha256": segment.prev_sha256,
    }


def link_as_seen(link: Link) -> dict[str, Any]:
    """Return the receipt of what was added: the client keeps it as its proof."""
    return {
        "index": link.index,
        "kind": link.kind,
        "at": link.at,
        "prev": link.prev,
        "hash": link.hash,
    }
