"""Live video: tickets for whoever has a seat, who is put out of the room, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from server.cases.errors import ConditionsUnmet, NotYourAction
from server.cases.lines import require_recorded_to_the_end
from server.cases.own_line import require_own_line
from server.cases.sitting_together import not_agreed
from server.ceremony.ceremony import Seat
from server.ceremony.errors import CeremonyRefused, LiveVideoOff
from server.ceremony.lines import Picture
from server.ceremony.live import LiveRooms
from server.ceremony.seats import Right, may
from server.ceremony.sharing import Lines
from server.ceremony.status import Step
from server.ceremony.tickets import LIFETIME_S, MediaTicket, TicketAct
from server.http.call import Answer, Binding, etag_of
from server.http.case_at_hand import case_held, case_read
from server.http.ceremonies import ceremony_of
from server.http.shown.ceremonies import ceremony_as_seen

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.ceremony.ceremony import Ceremony
    from server.ceremony.live import LiveTerms
    from server.ceremony.relays import Relay
    from server.http.call import Call


RIGHT_TO: Final = {TicketAct.PUBLISH: Right.SPEAK, TicketAct.WATCH: Right.SEE}


def bindings(terms: LiveTerms | None) -> list[Binding]:
    """``terms``: of an installation that has live video."""

    def rooms(call: Call) -> LiveRooms:
        if terms is None:
            raise LiveVideoOff
        return LiveRooms(call.tx.rooms, call.tx.media_workers, terms)

    def issue_media_ticket(call: Call) -> Answer:
        live = rooms(call)
        case = case_read(call)
        ceremony = ceremony_of(call, case)
        seat, asked = ceremony.seat_of(call.actor.account), _ticket(call, ceremony)
        sends = asked.act is TicketAct.PUBLISH
        if sends:
            require_own_line(ceremony, seat.account, session=call.principal.session)
        if not may(seat.seat, RIGHT_TO[asked.act]) or _has_no_line(ceremony, asked):
            raise NotYourAction("issue_media_ticket")
        if sends and (missing := tuple(not_agreed(case, ceremony, seat))):
            raise ConditionsUnmet(missing)
        ticket = live.join_ticket(ceremony, asked, now=call.now)
        return Answer(
            status=201,
            body={
                "engine": ticket.engine,
                "protocol": ticket.protocol,
                "url": ticket.url,
                "token": ticket.token,
                "expires_in": ticket.expires_in,
                **_ways(live.terms.relay, call, ceremony),
            },
        )

    def get_media_room(call: Call) -> Answer:
        """Tell the room's time, by which segments and what is shown to people can be compared."""
        ceremony = ceremony_of(call, case_read(call))
        ceremony.seat_of(call.actor.account)
        return Answer(
            body={
                "room_time_ms": rooms(call).room_time(ceremony, now=call.now),
                "put_out": sorted(ceremony.put_out_now),
            }
        )

    def request_key_frame(call: Call) -> Answer:
        ceremony = ceremony_of(call, case_read(call))
        ceremony.seat_of(call.actor.account)
        rooms(call).ask_for_key_frame(ceremony, call.body["participant"])
        return Answer(status=204)

    def close_media_room(call: Call) -> Answer:
        """End the recording; the answer says whether all of it has arrived."""
        ceremony = _led(call, "close_media_room")
        require_recorded_to_the_end(ceremony, call.tx.rooms.get(ceremony.id), at=call.now)
        handed_over = rooms(call).close_room(ceremony, now=call.now)
        return Answer(body={"handed_over": handed_over})

    return [
        Binding(operation_id="issue_media_ticket", handler=issue_media_ticket),
        Binding(operation_id="get_media_room", handler=get_media_room),
        Binding(operation_id="request_key_frame", handler=request_key_frame),
        Binding(operation_id="put_out_participant", handler=put_out_participant),
        Binding(operation_id="readmit_participant", handler=readmit_participant),
        Binding(operation_id="ask_for_picture", handler=ask_for_picture),
        Binding(operation_id="close_media_room", handler=close_media_room),
    ]


def _ways(relay: Relay | None, call: Call, ceremony: Ceremony) -> dict[str, Any]:
    if relay is None:
        return {"ice_servers": [], "ice_transport_policy": "all"}
    at, account = int(call.now.timestamp()), call.actor.account
    servers = relay.ice_servers(room=ceremony.id, participant=account, now=at)
    return {"ice_servers": servers, "ice_transport_policy": relay.policy}


def put_out_participant(call: Call) -> Answer:
    """End what a participant sends and watches, and let nothing of theirs in, until readmitted."""
    body = call.body

    def put_out(ceremony: Ceremony) -> None:
        ceremony.put_out(
            body["participant"], call.now, by=call.actor.account, reason=body["reason"]
        )

    return _changed(call, "put_out_participant", put_out)


def readmit_participant(call: Call) -> Answer:
    def readmit(ceremony: Ceremony) -> None:
        ceremony.readmit(call.body["participant"], call.now, by=call.actor.account)

    return _changed(call, "readmit_participant", readmit)


def _changed(call: Call, action: str, change: Callable[[Ceremony], None]) -> Answer:
    ceremony = _led(call, action, lock=True)
    change(ceremony)
    call.tx.ceremonies.save(ceremony)
    return Answer(body={"put_out": sorted(ceremony.put_out_now)})


def _led(call: Call, action: str, *, lock: bool = False) -> Ceremony:
    """Return the ceremony, if the caller is its notary."""
    ceremony = ceremony_of(call, case_held(call), lock=lock)
    if ceremony.seat_of(call.actor.account).seat is not Seat.NOTARY:
        raise NotYourAction(action)
    return ceremony


def ask_for_picture(call: Call) -> Answer:
    """Have somebody send single pictures, so that the sound stays, or moving ones again."""
    ceremony = ceremony_of(call, case_read(call), lock=True)
    whom, picture = call.body["account"], Picture(call.body["picture"])
    asks = ceremony.seat_of(call.actor.account)
    ceremony.seat_of(whom)
    if whom != asks.account and asks.seat is not Seat.NOTARY:
        raise NotYourAction("ask_for_picture")
    if ceremony.status.is_final or call.tx.rooms.get(ceremony.id) is None:
        # Over, or nobody has come in yet.
        raise CeremonyRefused(ceremony.status, Step.ADMIT)
    call.tx.rooms.ask_for(ceremony.id, whom, picture)
    if ceremony.status.records:
        facts: dict[str, str | int | None] = {"line": whom, "picture": picture}
        ceremony.add_event("picture_asked", call.now, by=asks.account, facts=facts)
        call.tx.ceremonies.save(ceremony)
    seen = ceremony_as_seen(ceremony, call.tx.rooms.get(ceremony.id))
    return Answer(body=seen, etag=etag_of(ceremony.version))


def _ticket(call: Call, ceremony: Ceremony) -> MediaTicket:
    watches = call.body.get("watches")
    if watches is not None:
        ceremony.seat_of(watches)
    return MediaTicket(
        id=call.new_id(),
        office=ceremony.office,
        case=ceremony.case,
        room=ceremony.id,
        participant=call.actor.account,
        act=TicketAct.PUBLISH if watches is None else TicketAct.WATCH,
        watches=watches,
        expires=int(call.now.timestamp()) + LIFETIME_S,
    )


def _has_no_line(ceremony: Ceremony, asked: MediaTicket) -> bool:
    """Whoever sits at another's device is sent by that one; with a line comes an own device."""
    carried = Lines(ceremony.links).of(asked.participant) != asked.participant
    return asked.act is TicketAct.PUBLISH and carried
