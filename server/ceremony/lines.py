"""Each participant's line to the media worker: is it heard, is it kept, how good is it?

What the worker measures, a second at a time, and no evidence: what happened to a line is
in the chain. It decides one thing: nothing is signed while somebody is not recorded
(公证程序规则 Art. 53; 公证法 Art. 27), and what nobody measured just now is not recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.ceremony.seats import Right, may
from server.ceremony.sharing import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from server.ceremony.ceremony import Ceremony, Participant
    from server.ceremony.rooms import MediaRoom

FRESH_FOR: Final = timedelta(seconds=5)
"""How long a measurement says something; the worker makes one every second."""


class Picture(StrEnum):
    """What there is to see of somebody: how good the evidence is."""

    MOVING = "moving"
    STILLS = "stills"  # Fewer than two pictures a second.
    NONE = "none"  # Sound alone.


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One participant's line, as it was over the last seconds."""

    participant: str
    is_heard: bool
    """Something came within three seconds."""

    is_recorded: bool
    picture: Picture
    bits_per_second: int
    """That came from the participant."""

    loss_up: int
    """Packets from the participant that were lost, in thousandths."""

    loss_down: int | None = None
    """Packets to the participant that were lost, in thousandths; ``None``: nothing is watched."""

    rtt_ms: int | None = None
    """Milliseconds there and back; ``None``: nothing is watched."""

    wants_stills: bool = False
    """Whoever sends here should send single pictures, and so keep the sound."""


def unrecorded(
    ceremony: Ceremony, room: MediaRoom | None, *, at: datetime, signer: str | None = None
) -> Iterator[Participant]:
    """Yield who came in, was not put out, and is not heard and recorded now.

    ``room``: ``None`` where there is no live video and participants record themselves.
    ``signer``: account of who signs; whoever was put out does not sign unseen.
    """
    if room is None or (room.released and room.measured_at is None):
        # Nobody was ever live in it: no worker has held it yet.
        return
    put_out = ceremony.put_out_now - {signer}
    kept = {each.participant for each in _now(room, at) if each.is_heard and each.is_recorded}
    lines = Lines(ceremony.links)
    for participant in ceremony.participants:
        is_in = participant.joined_at is not None and participant.account not in put_out
        if not is_in or not may(participant.seat, Right.SPEAK):
            continue
        if lines.of(participant.account) not in kept:
            yield participant


def is_carried(ceremony: Ceremony, room: MediaRoom | None, account: str, *, at: datetime) -> bool:
    """Say whether this person's line carries somebody now, and is kept where that counts."""
    if room is None or (room.released and room.measured_at is None):
        return True
    counts = ceremony.status.records
    return any(
        each.participant == account and each.is_heard and (each.is_recorded or not counts)
        for each in _now(room, at)
    )


def _now(room: MediaRoom, at: datetime) -> tuple[Line, ...]:
    measured = room.measured_at
    return room.lines if measured is not None and at - measured <= FRESH_FOR else ()
