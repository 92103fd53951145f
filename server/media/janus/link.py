"""One session with a Janus server, over HTTP: questions, answers and what it tells of itself.

https://janus.conf.meetecho.com/docs/rest. A server that does not answer, or that has
forgotten the session, is away: whoever waits is told, every room is, and the session is
made anew when somebody asks for something.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import aiohttp
import structlog

from server.media.errors import EngineAway, OfferRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PLUGIN: Final = "janus.plugin.videoroom"
ANSWERS_WITHIN_S: Final = 5.0
LONG_POLL_S: Final = 45.0
"""Janus ends a long poll after 30 s."""

KEEP_ALIVE_S: Final = 2.0
EVENTS_AT_ONCE: Final = 10
_UNREADABLE: Final = range(464, 468)
"""JSEP errors of apierror.h: the session description is not one that can be answered."""

log = structlog.get_logger("feigui.media")

Event = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class JanusAccess:
    url: str
    """Up to and with its base path, as in ``http://127.0.0.1:8088/janus``."""

    api_secret: str = field(repr=False)
    room_key: str = field(repr=False)
    """The plug-in's ``admin_key``, without which it makes no rooms and forwards nothing."""


@dataclass(frozen=True, slots=True)
class Said:
    """The plug-in's answer."""

    data: Event
    sdp: str | None


class JanusLink:
    def __init__(self, access: JanusAccess, *, lost: Callable[[], None]) -> None:
        """``lost``: told when the session, with all that was in it, is gone."""
        self.access = access
        self._lost = lost
        self._http: aiohttp.ClientSession | None = None
        self._session: str | None = None
        self._opening = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: dict[str, asyncio.Future[Event]] = {}
        self._listening: dict[int, Callable[[Event], None]] = {}

    async def ready(self) -> None:
        """Have a session, or raise `EngineAway`."""
        async with self._opening:
            if self._session is not None:
                return
            made = await self._post("", {"janus": "create"})
            self._session = f"/{made['data']['id']}"
            for each in (self._poll(self._session), self._keep_alive(self._session)):
                task = asyncio.create_task(each)
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        session, self._session = self._session, None
        for task in list(self._tasks):
            task.cancel()
        if session is not None:
            with suppress(EngineAway):
                await self._post(session, {"janus": "destroy"})
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def attach(self, heard: Callable[[Event], None]) -> int:
        """Return a new handle at the plug-in; ``heard`` is told what concerns it."""
        await self.ready()
        made = await self._post(self._place(), {"janus": "attach", "plugin": PLUGIN})
        handle = int(made["data"]["id"])
        self._listening[handle] = heard
        return handle

    async def detach(self, handle: int) -> None:
        """End what the handle has; a handle that is gone is just as good."""
        if self._listening.pop(handle, None) is not None and self._session is not None:
            with suppress(EngineAway, OfferRefused):
                await self._post(f"{self._place()}/{handle}", {"janus": "detach"})

    async def ask(
        self, handle: int, body: Mapping[str, Any], *, sdp: tuple[str, str] | None = None
    ) -> Said:
        """Ask the plug-in; ``sdp``: what kind of description, and the description.

        Raises `OfferRefused` for one that it cannot read, `EngineAway` for every other no.
        """
        message: Event = {"janus": "message", "body": dict(body)}
        if sdp is not None:
            message["jsep"] = {"type": sdp[0], "sdp": sdp[1], "trickle": False}
        said = await self._post(f"{self._place()}/{handle}", message)
        data: Event = said.get("plugindata", {}).get("data", {})
        if "error" in data:
            log.warning("janus_refused", code=data.get("error_code"), request=body["request"])
            raise OfferRefused("the media server") if sdp else EngineAway("it refused")
        return Said(data, said.get("jsep", {}).get("sdp"))

    def _place(self) -> str:
        if self._session is None:
            raise EngineAway("the session is gone")
        return self._session

    async def _post(self, place: str, message: Event) -> Event:
        """Return the answer; where Janus only says that it heard, wait for what comes later."""
        transaction = secrets.token_hex(8)
        later: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        self._waiting[transaction] = later
        sent = {**message, "transaction": transaction, "apisecret": self.access.api_secret}
        try:
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                async with self._client().post(self.access.url + place, json=sent) as response:
                    said: Event = await response.json()
                if said["janus"] == "ack" and message["janus"] == "message":
                    said = await later
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError) as error:
            raise EngineAway(type(error).__name__) from error
        finally:
            self._waiting.pop(transaction, None)
        if said["janus"] == "error":
            raise _refusal(said["error"])
        return said

    async def _poll(self, session: str) -> None:
        asked = {"apisecret": self.access.api_secret, "maxev": str(EVENTS_AT_ONCE)}
        patience = aiohttp.ClientTimeout(total=LONG_POLL_S)
        try:
            while True:
                async with self._client().get(
                    self.access.url + session, params=asked, timeout=patience
                ) as response:
                    said = await response.json()
                for event in said if isinstance(said, list) else [said]:
                    self._heard(event)
        except (aiohttp.ClientError, TimeoutError, ValueError, EngineAway) as error:
            self._is_lost(session, error)

    async def _keep_alive(self, session: str) -> None:
        """Notice a server that is there and does not answer, too."""
        try:
            while True:
                await asyncio.sleep(KEEP_ALIVE_S)
                await self._post(session, {"janus": "keepalive"})
        except EngineAway as error:
            self._is_lost(session, error)

    def _heard(self, event: Event) -> None:
        if event.get("janus") == "error" or event.get("janus") == "timeout":
            raise EngineAway("the session is gone")
        later = self._waiting.get(event.get("transaction", ""))
        if later is not None and not later.done():
            later.set_result(event)
            return
        heard = self._listening.get(event.get("sender", 0))
        if heard is not None:
            heard(event)

    def _is_lost(self, session: str, error: Exception) -> None:
        if self._session != session:
            return
        log.error("janus_away", error=type(error).__name__)
        self._session = None
        self._listening.clear()
        current = asyncio.current_task()
        for task in list(self._tasks):
            if task is not current:
                task.cancel()
        for later in self._waiting.values():
            if not later.done():
                later.set_exception(EngineAway("it went away"))
        self._lost()

    def _client(self) -> aiohttp.ClientSession:
        if self._http is None:
            patience = aiohttp.ClientTimeout(total=ANSWERS_WITHIN_S)
            self._http = aiohttp.ClientSession(timeout=patience)
        return self._http


def _refusal(error: Event) -> OfferRefused | EngineAway:
    log.warning("janus_refused", code=error.get("code"))
    if error.get("code") in _UNREADABLE:
        return OfferRefused("the media server cannot read it")
    return EngineAway("it refused")
