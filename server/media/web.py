"""The worker's HTTP: one POST to send (WHIP, RFC 9725), one to watch (after the draft of WHEP).

An engine that offers itself what there is to watch answers 406 with its offer, and takes
the answer by PATCH at the session's address, as that draft has it. The ticket is the
bearer token, and the session's address is made from it, so that only its holder can end
the session. Problems are RFC 9457, without a word about anybody.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from aiohttp import web

from server.ceremony.errors import RoomTaken, TicketRefused
from server.ceremony.tickets import read_ticket
from server.media.errors import EngineAway, OfferRefused, RoomUnknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp.typedefs import Handler, Middleware

    from server.ceremony.tickets import MediaTicket
    from server.media.engine import Session
    from server.media.worker import MediaWorker

SDP: Final = "application/sdp"
LARGEST_OFFER: Final = 64 << 10
_PROBLEMS: Final = {
    TicketRefused: (401, "ticket_refused", "This ticket lets nobody in."),
    OfferRefused: (422, "offer_refused", "The session description cannot be answered."),
    RoomUnknown: (404, "nobody_publishes", "Nobody publishes under this name."),
    RoomTaken: (409, "room_taken", "Another media worker carries this room."),
    EngineAway: (503, "engine_away", "The media server does not answer. Try again."),
}


def application(
    worker: MediaWorker, *, key: bytes, seconds: Callable[[], float], origin: str
) -> web.Application:
    """``origin``: the pages that may ask; ``seconds``: since 1970."""

    def ticket_of(request: web.Request) -> MediaTicket:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            raise TicketRefused("missing")
        return read_ticket(token, key, now=seconds())

    async def publish(request: web.Request) -> web.Response:
        ticket = ticket_of(request)
        return _answered(await worker.publish(ticket, await _offer(request)), ticket)

    async def watch(request: web.Request) -> web.Response:
        ticket = ticket_of(request)
        return _answered(await worker.watch(ticket, await _offer(request)), ticket)

    def session_of(request: web.Request) -> MediaTicket:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        # Over or not: whoever came in with it may go on and leave with it.
        ticket = read_ticket(token if kind.lower() == "bearer" else "", key, now=0)
        if ticket.id != request.match_info["session"]:
            raise TicketRefused("another session")
        return ticket

    async def answered(request: web.Request) -> web.Response:
        ticket = session_of(request)
        await worker.answered(ticket, await _offer(request))
        return web.Response(status=204)

    async def leave(request: web.Request) -> web.Response:
        await worker.leave(session_of(request))
        return web.Response(status=200)

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    app = web.Application(middlewares=[_open_to(origin), _told], client_max_size=LARGEST_OFFER)
    app.add_routes(
        [
            web.post("/whip", publish),
            web.post("/whep", watch),
            web.patch("/sessions/{session}", answered),
            web.delete("/sessions/{session}", leave),
            web.get("/health", health),
        ]
    )
    return app


async def _offer(request: web.Request) -> str:
    if request.content_type != SDP:
        raise OfferRefused("not a session description")
    try:
        return (await request.read()).decode()
    except UnicodeDecodeError as error:
        raise OfferRefused("not text") from error


def _answered(session: Session, ticket: MediaTicket) -> web.Response:
    return web.Response(
        status=406 if session.is_counter_offer else 201,
        text=session.sdp,
        content_type=SDP,
        headers={"Location": f"/sessions/{ticket.id}"},
    )


@web.middleware
async def _told(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except tuple(_PROBLEMS) as refusal:
        status, code, title = _PROBLEMS[type(refusal)]
        return web.Response(
            status=status,
            text=json.dumps({"type": "about:blank", "title": title, "code": code}),
            content_type="application/problem+json",
        )


def _open_to(origin: str) -> Middleware:
    @web.middleware
    async def opened(request: web.Request, handler: Handler) -> web.StreamResponse:
        asked_before = request.method == "OPTIONS"
        answer = web.Response(status=204) if asked_before else await handler(request)
        answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers["Access-Control-Allow-Methods"] = "POST, PATCH, DELETE"
        answer.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        answer.headers["Access-Control-Expose-Headers"] = "Location"
        answer.headers["Vary"] = "Origin"
        return answer

    return opened
