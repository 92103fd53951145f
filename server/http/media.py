"""Live video: tickets for whoever has a seat, and the end of the recording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.cases.errors import NotYourAction
from server.ceremony.ceremony import CeremonyId, Seat
from server.ceremony.errors import CeremonyNotFound, CeremonyRefused, LiveVideoOff
from server.ceremony.status import Step
from server.ceremony.tickets import LIFETIME_S, MediaTicket, TicketAct, write_ticket
from server.http.call import Answer, Binding
from server.http.case_at_hand import case_held, case_read

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.ceremony.ceremony import Ceremony
    from server.http.call import Call


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveVideo:
    """Where the media worker is, and the key that it believes tickets by."""

    url: str
    key: bytes


def bindings(live_video: LiveVideo | None) -> list[Binding]:
    def issue_media_ticket(call: Call) -> Answer:
        if live_video is None:
            raise LiveVideoOff
        ceremony = _ceremony(call, case_read(call))
        ceremony.seat_of(call.actor.account)
        if ceremony.status.is_final or not ceremony.links:
            # Over, or nobody has come in yet.
            raise CeremonyRefused(ceremony.status, Step.ADMIT)
        ticket = _ticket(call, ceremony)
        path = "whip" if ticket.act is TicketAct.PUBLISH else "whep"
        return Answer(
            status=201,
            body={
                "engine": "embedded",
                "protocol": path,
                "url": f"{live_video.url}/{path}",
                "token": write_ticket(ticket, live_video.key),
                "expires_in": LIFETIME_S,
                "ice_servers": [],
            },
        )

    return [
        Binding(operation_id="issue_media_ticket", handler=issue_media_ticket),
        Binding(operation_id="close_media_room", handler=close_media_room),
    ]


def close_media_room(call: Call) -> Answer:
    """End the recording; the answer says whether all of it has arrived. Ask again until it has."""
    case = case_held(call)
    ceremony = _ceremony(call, case)
    if ceremony.seat_of(call.actor.account).seat is not Seat.NOTARY:
        raise NotYourAction("close_media_room")
    call.tx.rooms.ask_to_close(ceremony.id, at=call.now)
    room = call.tx.rooms.get(ceremony.id)
    return Answer(body={"handed_over": room is None or room.is_handed_over})


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


def _ceremony(call: Call, case: Case) -> Ceremony:
    ceremony = call.tx.ceremonies.get(CeremonyId(call.path["ceremony_id"]))
    if ceremony.case != case.id:
        raise CeremonyNotFound
    return ceremony
