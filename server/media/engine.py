"""The seam: what an engine has to do, whichever way it speaks WebRTC.

An engine takes in what participants send, passes it on to who watches, and gives the
encoded packets to a `Recording`. Leases, tickets, segments, their chain and their way
into the evidence store are above it and the same for every engine; `tests/media/
test_engines.py` is what each of them has to pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from server.ceremony.rooms import EngineName

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from server.ceremony.lines import Line
    from server.media.spool import Spool

__all__ = ["Engine", "EngineName", "EngineRoom", "RoomPorts", "Session"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomPorts:
    """What a room needs of the process around it."""

    seconds: Callable[[], float]
    """A clock that never goes back, in seconds since 1970: the room's time."""

    is_recording: Callable[[], bool]
    happened: Callable[[str, str], None]
    """Told of ``published``, ``left``, ``silent``, ``heard``, ``recording_failed``, and of whom;
    and, while it is recorded, from when on there are ``stills``, ``sound_alone`` or ``moving``
    pictures again, which a line begins with.

    At ``recording_failed`` the platform halts the ceremony; it is told once, and recording
    is tried again by itself.
    """

    stills: Callable[[], frozenset[str]] = frozenset
    """Who was asked for single pictures, so that the sound stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What the engine says to an offer."""

    sdp: str
    is_counter_offer: bool = False
    """The engine makes its own offer, and waits for `EngineRoom.answered`."""


class EngineRoom(Protocol):
    """One room. Names of sessions are the ids of tickets; participants are accounts."""

    async def publish(self, participant: str, offer: str, name: str) -> Session:
        """Answer an offer to send; raises `OfferRefused`, `EngineAway`.

        A participant's connection before this one is retired once this one stands.
        """
        ...

    async def watch(self, participant: str, watches: str, offer: str, name: str) -> Session:
        """Answer an offer to receive; raises `RoomUnknown`, `OfferRefused`, `EngineAway`."""
        ...

    async def answered(self, name: str, answer: str) -> None:
        """Take the answer to a counter-offer; raises `OfferRefused`."""
        ...

    async def leave(self, name: str) -> None:
        """End one session, whichever kind it is. Again does no harm."""
        ...

    async def kick(self, participant: str) -> None:
        """End everything that a participant sends or watches; what was recorded is kept."""
        ...

    async def ask_for_key_frame(self, participant: str) -> None:
        """Have the participant's camera send a picture that needs none before it."""
        ...

    async def close(self) -> None:
        """End every session and close every open segment."""
        ...

    @property
    def is_empty(self) -> bool: ...

    @property
    def publishing(self) -> Sequence[str]:
        """Who is connected and sends, in order of their names."""
        ...

    @property
    def lines(self) -> Sequence[Line]:
        """How the line of each of them is, over the last seconds."""
        ...


class Engine(Protocol):
    name: EngineName

    async def start(self) -> None:
        """Make ready; an engine whose server is away raises nothing, its rooms do."""
        ...

    async def stop(self) -> None: ...

    def open(self, room: str, spool: Spool, ports: RoomPorts) -> EngineRoom:
        """Return a room of this name, with nobody in it."""
        ...
