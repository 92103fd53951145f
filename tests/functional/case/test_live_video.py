"""Tickets for live video: for whoever has a seat, while the room is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.ceremony.rooms import LEASE, MediaRoom
from server.ceremony.tickets import TicketAct, read_ticket
from server.transaction import Scope
from tests.functional.case.platform import KUNMING, LIVE_VIDEO

if TYPE_CHECKING:
    from tests.functional.case.staging import Staging


def test_a_party_gets_a_ticket_to_send_and_one_to_watch(case: Staging) -> None:
    case.start_ceremony()
    seats = case.notary.get(case.room()).body["participants"]
    notary = next(each["account"] for each in seats if each["seat"] == "notary")
    party = next(each["account"] for each in seats if each["seat"] == "party")
    now = case.platform.clock()
    for wish, act in (({}, TicketAct.PUBLISH), ({"watches": notary}, TicketAct.WATCH)):
        answer = case.applicant.post(case.room("/media-tickets"), wish)
        assert answer.status == 201
        ticket = read_ticket(answer.body["token"], LIVE_VIDEO.key, now=now.timestamp())
        assert (ticket.act, ticket.participant) == (act, party)
        assert (ticket.room, ticket.case) == (case.ceremony, case.case)
        assert answer.body["url"] == f"{LIVE_VIDEO.url}/{answer.body['protocol']}"
        # Good for a minute.
        lasts = ticket.expires - now.timestamp()
        assert 0 < lasts <= answer.body["expires_in"] + 5


def test_nobody_is_watched_who_has_no_seat(case: Staging) -> None:
    case.start_ceremony()
    somebody = "0192f0c1-0000-7000-8000-000000000000"
    refused = case.applicant.post(case.room("/media-tickets"), {"watches": somebody})
    assert (refused.status, refused.body["code"]) == (403, "not_taking_part")


def test_a_closed_room_gives_no_ticket(case: Staging) -> None:
    case.start_ceremony()
    case.step("abort")
    refused = case.applicant.post(case.room("/media-tickets"), {})
    assert (refused.status, refused.body["code"]) == (409, "ceremony_refused")


def test_the_notary_closes_the_room_and_nobody_else(case: Staging) -> None:
    case.start_ceremony()
    assert case.applicant.post(case.room("/media-room/close")).status == 403
    # Nobody came: there is nothing to wait for.
    assert case.notary.post(case.room("/media-room/close")).body == {"handed_over": True}


def test_a_ceremony_is_not_complete_before_its_recording_is(case: Staging) -> None:
    case.interview()
    case.confirm_presence()
    case.sign_deed()
    assert case.worker.run() == ["deed.sign"]
    at = case.platform.clock()
    held = MediaRoom(
        ceremony=case.ceremony,
        office=KUNMING,
        case=case.case,
        worker="worker-1",
        leased_until=at + LEASE,
    )
    with case.platform.open_transaction(Scope(office=KUNMING)) as tx:
        tx.rooms.lease(held, now=at)
    assert case.notary.post(case.room("/media-room/close")).body == {"handed_over": False}
    refused = case.notary.post(case.room("/steps"), {"step": "complete"})
    assert (refused.status, refused.body["code"]) == (409, "recording_under_way")
    with case.platform.open_transaction(Scope(office=KUNMING)) as tx:
        tx.rooms.release(case.ceremony, held.worker)
    assert case.notary.post(case.room("/media-room/close")).body == {"handed_over": True}
    case.step("complete")
