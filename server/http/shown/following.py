"""What those who follow a ceremony are told: each link in full, and the room as it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.http.shown.times import rfc3339

if TYPE_CHECKING:
    from server.ceremony.chain import Link
    from server.ceremony.following import Present, RoomNow


def link_in_full(link: Link) -> dict[str, Any]:
    """Return everything that the hash covers, so that a client can check the chain itself."""
    return {
        "index": link.index,
        "kind": link.kind,
        "at": link.at,
        "body": dict(link.body),
        "prev": link.prev,
        "hash": link.hash,
    }


def room_as_seen(room: RoomNow) -> dict[str, Any]:
    return {
        "status": room.status,
        "at": rfc3339(room.at),
        "room_ms": room.room_ms,
        "people": [_present(each) for each in room.people],
    }


def _present(each: Present) -> dict[str, Any]:
    return {
        "account": each.account,
        "seat": each.seat,
        "party": each.party,
        "joined": each.has_joined,
        "here": each.is_here,
        "line": each.line,
        "device_of": each.device_of,
    }
