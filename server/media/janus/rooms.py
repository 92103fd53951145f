"""A room that Janus carries: what it is asked, and what of its words concerns the recording.

Every connection is a handle at the VideoRoom plug-in. A publisher's packets come back to a
`Forwarding`; watchers are served by Janus alone. When Janus is gone so are all of them:
the platform is told that nothing is recorded, and clients come back with new tickets.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

from server.media.budget import MOST_BITS
from server.media.engine import EngineName, Session
from server.media.errors import EngineAway, OfferRefused, RoomUnknown
from server.media.janus.forwarding import Forwarding
from server.media.janus.link import JanusLink
from server.media.janus.sdp import is_description, mids
from server.media.meter import TICK_S
from server.media.recording import Recording

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from server.ceremony.lines import Line
    from server.media.engine import RoomPorts
    from server.media.janus.link import Event, JanusAccess, Said
    from server.media.spool import Spool

MOST_PUBLISHERS: Final = 32
"""Connections, not people: who comes back has two for a moment."""


@dataclass(slots=True, eq=False)
class Publisher:
    participant: str
    session: str
    handle: int
    recording: Recording
    forwarding: Forwarding
    mids: dict[str, str]


@dataclass(slots=True, eq=False)
class Watcher:
    participant: str
    watches: str
    handle: int
    mids: dict[str, str] = field(default_factory=dict)


class JanusEngine:
    name = EngineName.JANUS

    def __init__(self, access: JanusAccess) -> None:
        # A room that its worker has let go is nobody's.
        self._rooms: WeakSet[JanusRoom] = WeakSet()
        self._link = JanusLink(access, lost=self._lost)

    async def start(self) -> None:
        """A server that is away is asked again when somebody comes."""

    async def stop(self) -> None:
        await self._link.close()

    def open(self, room: str, spool: Spool, ports: RoomPorts) -> JanusRoom:
        opened = JanusRoom(room, self._link, spool, ports)
        self._rooms.add(opened)
        return opened

    def _lost(self) -> None:
        for room in list(self._rooms):
            room.lost()


class JanusRoom:
    def __init__(self, name: str, link: JanusLink, spool: Spool, ports: RoomPorts) -> None:
        self._name = name
        self._link = link
        self._spool = spool
        self._ports = ports
        self._control: int | None = None
        self._making = asyncio.Lock()
        self._publishers: dict[str, Publisher] = {}
        self._coming: dict[str, Publisher] = {}
        self._watchers: dict[str, Watcher] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._watching: asyncio.Task[None] | None = None

    async def publish(self, participant: str, offer: str, name: str) -> Session:
        if not is_description(offer):
            raise OfferRefused("not a session description")
        control = await self._made()
        handle = await self._link.attach(lambda event: self._heard(name, event))
        try:
            return await self._published(participant, offer, name, handle=handle, control=control)
        except BaseException:
            await self._link.detach(handle)
            raise

    async def _published(
        self, participant: str, offer: str, name: str, *, handle: int, control: int
    ) -> Session:
        asked = {"request": "joinandconfigure", "ptype": "publisher", "id": name}
        said = await self._link.ask(handle, asked | self._room(), sdp=("offer", offer))
        answer = _description(said)
        agreed = mids(answer)
        if not agreed:
            raise OfferRefused("there is nothing to agree on")
        recording = Recording(participant, self._spool, self._ports, pictures="video" in agreed)
        forwarding = Forwarding(recording, self._ports.seconds)
        await forwarding.open()
        publisher = Publisher(participant, name, handle, recording, forwarding, agreed)
        try:
            await self._link.ask(
                control, self._admin("rtp_forward", publisher_id=name) | forwarding.asked(agreed)
            )
        except BaseException:
            forwarding.close()
            raise
        self._coming[name] = publisher
        return Session(sdp=answer)

    async def watch(self, participant: str, watches: str, offer: str, name: str) -> Session:
        """Janus makes the offer to a watcher; what the watcher offered is not needed."""
        if not is_description(offer):
            raise OfferRefused("not a session description")
        publisher = self._publishers.get(watches)
        if publisher is None:
            raise RoomUnknown("nobody publishes under this name")
        handle = await self._link.attach(lambda event: self._heard(name, event))
        streams = [{"feed": publisher.session, "mid": each} for each in publisher.mids.values()]
        asked = {
            "request": "join",
            "ptype": "subscriber",
            "streams": streams,
            # Whoever is watched may leave and come back: no new offer then, which nobody answers.
            "autoupdate": False,
        }
        try:
            said = await self._link.ask(handle, asked | self._room())
            offered = _description(said)
        except BaseException:
            await self._link.detach(handle)
            raise
        self._watchers[name] = Watcher(participant, watches, handle, mids(offered))
        return Session(sdp=offered, is_counter_offer=True)

    async def answered(self, name: str, answer: str) -> None:
        watcher = self._watchers.get(name)
        if watcher is None or not is_description(answer):
            raise OfferRefused("nothing was offered, or this is no answer")
        await self._link.ask(watcher.handle, {"request": "start"}, sdp=("answer", answer))

    async def leave(self, name: str) -> None:
        watcher = self._watchers.pop(name, None)
        if watcher is not None:
            await self._link.detach(watcher.handle)
        for publisher in [*self._publishers.values(), *self._coming.values()]:
            if publisher.session == name:
                await self._retire(publisher)

    async def kick(self, participant: str) -> None:
        for name, watcher in list(self._watchers.items()):
            if watcher.participant == participant:
                await self.leave(name)
        for publisher in [*self._publishers.values(), *self._coming.values()]:
            if publisher.participant == participant:
                await self._retire(publisher)

    async def ask_for_key_frame(self, participant: str) -> None:
        publisher = self._publishers.get(participant)
        if publisher is not None and "video" in publisher.mids:
            wish = {"mid": publisher.mids["video"], "keyframe": True}
            asked = {"request": "configure", "streams": [wish]}
            await self._link.ask(publisher.handle, asked)

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None
        for publisher in [*self._publishers.values(), *self._coming.values()]:
            await self._retire(publisher)
        for name in list(self._watchers):
            await self.leave(name)
        control, self._control = self._control, None
        if control is not None:
            with suppress(EngineAway):
                await self._link.ask(control, self._admin("destroy"))
            await self._link.detach(control)

    def lost(self) -> None:
        """Janus is gone, and with it every connection. What was recorded is kept."""
        self._control = None
        publishers = list(self._publishers.values())
        for publisher in [*publishers, *self._coming.values()]:
            was_on = publisher.recording.is_on
            self._put_away(publisher)
            if was_on:
                self._ports.happened("recording_failed", publisher.participant)
        self._publishers.clear()
        self._coming.clear()
        self._watchers.clear()
        for publisher in publishers:
            self._ports.happened("left", publisher.participant)

    @property
    def is_empty(self) -> bool:
        return not (self._publishers or self._coming or self._watchers)

    @property
    def publishing(self) -> list[str]:
        return sorted(self._publishers)

    @property
    def lines(self) -> list[Line]:
        """What comes from each; of what goes to them Janus says nothing that is asked here."""
        return [each.recording.line for _, each in sorted(self._publishers.items())]

    def _room(self) -> dict[str, Any]:
        return {"room": self._name}

    def _admin(self, request: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  # JSON
        key = self._link.access.room_key
        # Every run of the worker knows it, and nobody who has seen another room's.
        secret = hmac.new(key.encode(), self._name.encode(), hashlib.sha256).hexdigest()
        return {"request": request, "admin_key": key, "secret": secret, **self._room(), **more}

    async def _made(self) -> int:
        """Return the handle that the room is ruled by; a room of an earlier run goes first."""
        async with self._making:
            if self._control is not None:
                return self._control
            control = await self._link.attach(lambda _: None)
            said = await self._link.ask(control, {"request": "exists"} | self._room())
            if said.data.get("exists"):
                # Its connections end, so that their clients notice and come back.
                await self._link.ask(control, self._admin("destroy"))
            await self._link.ask(control, self._admin("create", **_TERMS))
            self._control = control
            return control

    def _heard(self, name: str, event: Event) -> None:
        what = event.get("janus")
        if what == "webrtcup" and name in self._coming:
            self._soon(self._arrived(self._coming.pop(name)))
        elif what in {"hangup", "detached"}:
            self._soon(self.leave(name))

    def _soon(self, act: Coroutine[Any, Any, None]) -> None:
        async def done() -> None:
            try:
                await act
            except (EngineAway, OfferRefused):
                # Of a session that ended whoever watches it has told everybody; one request that
                # Janus refuses leaves the others as they are.
                return

        task = asyncio.create_task(done())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _arrived(self, publisher: Publisher) -> None:
        """The new connection stands: now the one before it may go."""
        before = self._publishers.get(publisher.participant)
        self._publishers[publisher.participant] = publisher
        if before is not None:
            self._put_away(before)
        publisher.forwarding.begin()
        self._ports.happened("published", publisher.participant)
        if self._watching is None:
            self._watching = asyncio.create_task(self._look_after())
        try:
            await self._turn_watchers(publisher, had_left=before is None)
        finally:
            if before is not None:
                await self._link.detach(before.handle)
        await self.ask_for_key_frame(publisher.participant)

    async def _turn_watchers(self, publisher: Publisher, *, had_left: bool) -> None:
        """Let who watched the connection before see the new one, without asking them.

        Where Janus cannot turn them their line ends, which their page sees, and it comes again:
        what it sent of one who had left is over for good, and a picture has no place on a line
        that was made for sound alone.
        """
        for name, watcher in list(self._watchers.items()):
            if watcher.watches != publisher.participant:
                continue
            if had_left or publisher.mids.keys() - watcher.mids.keys():
                await self.leave(name)
            else:
                await self._turn(name, watcher, publisher)

    async def _turn(self, name: str, watcher: Watcher, publisher: Publisher) -> None:
        turned = [
            {"feed": publisher.session, "mid": mid, "sub_mid": watcher.mids[kind]}
            for kind, mid in publisher.mids.items()
        ]
        try:
            await self._link.ask(watcher.handle, {"request": "switch", "streams": turned})
        except EngineAway:
            # Its page sees the connection end and comes again.
            await self.leave(name)

    async def _retire(self, publisher: Publisher) -> None:
        self._coming.pop(publisher.session, None)
        self._put_away(publisher)
        if self._publishers.get(publisher.participant) is publisher:
            del self._publishers[publisher.participant]
            self._ports.happened("left", publisher.participant)
        await self._link.detach(publisher.handle)

    def _put_away(self, publisher: Publisher) -> None:
        publisher.forwarding.close()
        publisher.recording.stop()

    async def _look_after(self) -> None:
        """Twice a second: key frames that are due, and who has fallen silent."""
        while True:
            await asyncio.sleep(TICK_S)
            for publisher in list(self._publishers.values()):
                if publisher.recording.needs_key_frame:
                    self._soon(self.ask_for_key_frame(publisher.participant))
                publisher.recording.look_after()


_TERMS: Final = {
    "is_private": True,
    "permanent": False,
    "publishers": MOST_PUBLISHERS,
    "bitrate": MOST_BITS,
    "bitrate_cap": True,
    # Asked for when they are due, and not by a clock of its own.
    "fir_freq": 0,
    "audiocodec": "opus",
    "videocodec": "vp8",
    "record": False,
}


def _description(said: Said) -> str:
    if said.sdp is None:
        raise EngineAway("it gave no session description")
    return said.sdp
