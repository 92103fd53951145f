"""A ceremony: who takes part, what is recorded so far, and where the chain stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.http.shown.times import rfc3339_or_none

if TYPE_CHECKING:
    from server.ceremony.ceremony import Ceremony, Participant, Segment
    from server.ceremony.chain import Link


def ceremony_as_seen(ceremony: Ceremony) -> dict[str, Any]:
    return {
        "id": ceremony.id,
        "status": ceremony.status,
        "participants": [_participant(each) for each in ceremony.participants],
        "segments": [_segment(each) for each in ceremony.segments],
        "links": len(ceremony.links),
        "head": ceremony.head,
    }


def _participant(participant: Participant) -> dict[str, Any]:
    return {
        "account": participant.account,
        "seat": participant.seat,
        "party": participant.party,
        "joined_at": rfc3339_or_none(participant.joined_at),
    }


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
