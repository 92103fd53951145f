"""Tickets for live video: for whoever has a seat, while the room is open."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from server.cases.roles import Role
from server.ceremony.ceremony import CeremonyId, Seat
from server.ceremony.chain import GENESIS
from server.ceremony.lines import Line, Picture
from server.ceremony.relays import LIFETIME_S
from server.ceremony.rooms import LEASE, MediaRoom
from server.ceremony.tickets import TicketAct, read_ticket
from server.media.spool import Entry
from server.media.worker import RoomName, RoomState
from server.transaction import Scope
from server.wiring.media import PlatformDesk
from tests.functional.case.platform import KUNMING, LIVE_VIDEO, MEDIA_WORKER, RELAY
from tests.functional.case.staging import good

if TYPE_CHECKING:
    from datetime import datetime

    from server.ceremony.rooms import MediaWorkerPlace
    from server.wiring.parts import Parts
    from tests.functional.case.staging import Staging


def lease(case: Staging, *, at: datetime | None = None) -> MediaRoom:
    """Have a media worker carry the room."""
    at = at or case.platform.clock()
    room = MediaRoom(
        ceremony=case.ceremony,
        office=KUNMING,
        case=case.case,
        worker="worker-1",
        leased_until=at + LEASE,
    )
    with case.platform.open_transaction(Scope(office=KUNMING)) as tx:
        tx.rooms.lease(room, now=at)
    return room


def line(account: str, **differently: Any) -> Line:  # noqa: ANN401  # any of the line's fields
    good_line = Line(
        participant=account,
        is_heard=True,
        is_recorded=True,
        picture=Picture.MOVING,
        bits_per_second=640_000,
        loss_up=3,
    )
    return replace(good_line, **differently)


def measure(case: Staging, *lines: Line, worker: str = "worker-1") -> None:
    at = case.platform.clock()
    with case.platform.open_transaction(Scope(office=KUNMING)) as tx:
        tx.rooms.measured(case.ceremony, worker, lines, at=at)


def test_everybody_in_the_room_sees_how_the_lines_are(case: Staging) -> None:
    case.start_ceremony()
    assert case.notary.get(case.room()).body["lines"] == []
    lease(case)
    assert case.notary.get(case.room()).body["lines"] == []
    weak = line(case.applicant.account, loss_up=120, loss_down=40, rtt_ms=210, wants_stills=True)
    measure(case, weak, line(case.notary.account))
    # Of a worker that lost the room nothing is taken.
    measure(case, worker="worker-2")
    for person in (case.notary, case.applicant):
        seen, other = person.get(case.room()).body["lines"]
        assert seen.pop("measured_at")
        assert seen == {
            "participant": case.applicant.account,
            "heard": True,
            "recorded": True,
            "picture": "moving",
            "picture_wanted": "stills",
            "bits_per_second": 640_000,
            "loss_up_permille": 120,
            "loss_down_permille": 40,
            "rtt_ms": 210,
        }
        assert (other["picture_wanted"], other["rtt_ms"]) == ("moving", None)


def test_pictures_give_way_to_sound_when_somebody_asks(case: Staging) -> None:
    case.start_ceremony()
    party, notary = case.applicant.account, case.notary.account
    wish = {"account": party, "picture": "stills"}
    # Nobody is there yet.
    early = case.notary.post(case.room("/picture"), wish)
    assert (early.status, early["code"]) == (409, "ceremony_refused")
    lease(case)
    measure(case, line(party), line(notary))
    # Of oneself, or by the notary; nobody else's picture is anybody's business.
    refused = case.applicant.post(case.room("/picture"), {**wish, "account": notary})
    assert (refused.status, refused["code"]) == (403, "not_your_action")
    for person in (case.applicant, case.notary):
        asked = good(person.post(case.room("/picture"), wish))
        assert [each["picture_wanted"] for each in asked["lines"]] == ["stills", "moving"]
    back = good(case.applicant.post(case.room("/picture"), {**wish, "picture": "moving"}))
    assert [each["picture_wanted"] for each in back["lines"]] == ["moving", "moving"]
    with case.platform.open_transaction(Scope(office=KUNMING)) as tx:
        links = tx.ceremonies.get(CeremonyId(case.ceremony)).links
    asked_for = [each.body for each in links if each.kind == "picture_asked"]
    assert asked_for == [
        {"by": who, "line": party, "picture": picture}
        for who, picture in ((party, "stills"), (notary, "stills"), (party, "moving"))
    ]


def test_before_recording_a_wish_for_single_pictures_is_no_evidence(case: Staging) -> None:
    case.review()
    case.act(case.notary, "schedule_interview")
    seats = {"participants": [{"party": case.party, "seat": "party"}]}
    case.ceremony = good(case.notary.post(case.path("/ceremonies"), seats))["id"]
    case.step("admit")
    lease(case)
    wish = {"account": case.applicant.account, "picture": "stills"}
    links = good(case.notary.get(case.room()))["links"]
    assert good(case.notary.post(case.room("/picture"), wish))["links"] == links


def test_signing_does_not_begin_while_somebody_is_not_recorded(case: Staging) -> None:
    case.identified().inform_and_ask()
    case.write_record()
    case.read_back()
    case.confirm_record()
    lease(case)
    refused = case.notary.post(case.room("/steps"), {"step": "open_signing"})
    assert (refused.status, set(refused.codes)) == (409, {"line_not_recorded"})
    # It is enough that everybody is there.
    measure(case, line(case.notary.account), line(case.applicant.account))
    assert case.step("open_signing")["status"] == "signing"


def test_what_cannot_be_recorded_halts_the_ceremony(case: Staging) -> None:
    case.interview()
    clock = case.platform.clock
    desk = PlatformDesk(cast("Parts", case.platform), MEDIA_WORKER, lambda: clock().timestamp())
    room = RoomName(office=KUNMING, case=case.case, ceremony=case.ceremony)
    assert desk.hold(room).state is RoomState.RECORDING
    for _ in range(2):
        # Told again because the answer was lost: it is halted already.
        desk.happened(room, "recording_failed", case.applicant.account)
    assert good(case.notary.get(case.room()))["status"] == "interrupted"
    refused = case.notary.post(case.room("/steps"), {"step": "complete"})
    assert refused.status == 409
    desk.measured(room, [line(case.applicant.account)])
    (seen,) = good(case.notary.get(case.room()))["lines"]
    assert seen["recorded"]


def test_what_the_notary_before_sent_arrives_and_the_line_is_ended(case: Staging) -> None:
    case.identified()
    successor = case.platform.staff(Role.NOTARY)
    before = case.notary
    clock = case.platform.clock
    desk = PlatformDesk(cast("Parts", case.platform), MEDIA_WORKER, lambda: clock().timestamp())
    room = RoomName(office=KUNMING, case=case.case, ceremony=case.ceremony)
    assert desk.hold(room).removed == frozenset()
    over = {"to": successor.account, "reason": "illness"}
    good(before.post(case.room("/hand-overs"), over))
    assert desk.hold(room).removed == {before.account}
    desk.happened(room, "left", before.account)
    content = b"what the notary before sent"
    sha256 = hashlib.sha256(content).hexdigest()
    entry = Entry(
        participant=before.account,
        index=0,
        starts_ms=round(clock().timestamp() * 1000),
        ends_ms=round(clock().timestamp() * 1000) + 500,
        sha256=sha256,
        size=len(content),
        prev_sha256=GENESIS,
        boot="boot",
    )
    desk.deliver(room, entry, content)
    # Of a worker that took the room meanwhile.
    desk.deliver(room, replace(entry, index=7), content)
    with case.platform.open_transaction(Scope(office=KUNMING)) as tx:
        met = tx.ceremonies.get(CeremonyId(case.ceremony))
    assert [each.kind for each in met.links[-3:]] == ["line_left", "segment", "segment_late"]
    assert {each.body["by"] for each in met.links[-3:]} == {before.account}


def test_nobody_signs_and_nothing_ends_while_somebody_is_not_recorded(case: Staging) -> None:
    case.interview()
    case.confirm_presence()
    lease(case)
    there, gone = line(case.notary.account), line(case.applicant.account, is_heard=False)
    measure(case, there, gone)
    signing = {
        "ceremony_id": case.ceremony,
        "deed_sha256": case.shown(case.applicant, "/deed"),
        "step_up": case.agreed(case.applicant, "sign_deed"),
    }
    refused = case.applicant.post(case.path("/deed/signatures"), signing)
    assert (refused.status, refused.codes) == (409, ["line_not_recorded"])
    assert case.worker.run() == []
    closing = case.notary.post(case.room("/media-room/close"))
    assert (closing.status, closing.codes) == (409, ["line_not_recorded"])
    # What was agreed to still holds when the line is back.
    measure(case, there, line(case.applicant.account))
    good(case.applicant.post(case.path("/deed/signatures"), signing))
    assert case.worker.run() == ["deed.sign"]
    assert case.notary.post(case.room("/media-room/close")).body == {"handed_over": False}
    # Asked again: it was ended with everybody in it.
    measure(case)
    assert case.notary.post(case.room("/media-room/close")).body == {"handed_over": False}


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
        assert answer.body["url"] == f"{MEDIA_WORKER.url}/{answer.body['protocol']}"
        # Good for a minute.
        lasts = ticket.expires - now.timestamp()
        assert 0 < lasts <= answer.body["expires_in"] + 5


def test_a_ticket_names_the_relay_with_a_password_for_a_time(case: Staging) -> None:
    case.start_ceremony()
    now = int(case.platform.clock().timestamp())
    mine, again, notarys = (
        who.post(case.room("/media-tickets"), {}).body
        for who in (case.applicant, case.applicant, case.notary)
    )
    assert mine["ice_transport_policy"] == "relay"
    (server,) = mine["ice_servers"]
    assert server["urls"] == list(RELAY.urls)
    assert now < int(server["username"].partition(":")[0]) <= now + LIFETIME_S + 5
    # The relay can tell one person from another, and that is all it can.
    assert again["ice_servers"][0]["username"].partition(":")[2] in server["username"]
    assert notarys["ice_servers"] != mine["ice_servers"]


def test_a_room_whose_worker_is_gone_goes_to_another_and_waits_where_there_is_none(
    case: Staging,
) -> None:
    case.start_ceremony()
    assert good(case.applicant.post(case.room("/media-tickets"), {}))["url"].startswith(
        MEDIA_WORKER.url
    )
    other = replace(MEDIA_WORKER, name="worker-2", url="https://other.feigui.example")
    long_ago = case.platform.clock() - 10 * LEASE
    try:
        announce(case, replace(MEDIA_WORKER, seen_at=long_ago))
        off = case.applicant.post(case.room("/media-tickets"), {})
        assert (off.status, off["code"]) == (503, "live_video_off")
        announce(case, other)
        # It may still be recording where nobody hears of it.
        taken = case.applicant.post(case.room("/media-tickets"), {})
        assert (taken.status, taken["code"]) == (409, "room_taken")
        lease(case, at=long_ago)
        there = good(case.applicant.post(case.room("/media-tickets"), {}))["url"]
        assert there.startswith(other.url)
    finally:
        announce(case, replace(other, seen_at=long_ago))
        announce(case, MEDIA_WORKER)


def announce(case: Staging, worker: MediaWorkerPlace) -> None:
    with case.platform.open_transaction(Scope(office=KUNMING)) as tx:
        tx.media_workers.announce(worker)


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
    held = lease(case)
    measure(case, *(line(who.account) for who in (case.notary, case.applicant)))
    assert case.notary.post(case.room("/media-room/close")).body == {"handed_over": False}
    refused = case.notary.post(case.room("/steps"), {"step": "complete"})
    assert (refused.status, refused.body["code"]) == (409, "recording_under_way")
    with case.platform.open_transaction(Scope(office=KUNMING)) as tx:
        tx.rooms.release(case.ceremony, held.worker)
    assert case.notary.post(case.room("/media-room/close")).body == {"handed_over": True}
    case.step("complete")


def test_a_ticket_that_nobody_used_holds_nothing_up(case: Staging) -> None:
    case.start_ceremony()
    assert case.applicant.post(case.room("/media-tickets"), {}).status == 201
    # A room was chosen, and no worker was ever in it.
    assert case.notary.post(case.room("/media-room/close")).body == {"handed_over": True}


def account_of(case: Staging, seat: str) -> str:
    seats = case.notary.get(case.room()).body["participants"]
    return str(next(each["account"] for each in seats if each["seat"] == seat))


def test_whom_the_notary_puts_out_gets_no_ticket_until_readmitted(case: Staging) -> None:
    case.start_ceremony()
    party = account_of(case, "party")
    wish = {"participant": party, "reason": "disturbs"}
    assert case.applicant.post(case.room("/media-room/put-out"), wish).status == 403
    for _ in range(2):
        put_out = case.notary.post(case.room("/media-room/put-out"), wish)
        assert (put_out.status, put_out.body) == (200, {"put_out": [party]})
    refused = case.applicant.post(case.room("/media-tickets"), {})
    assert (refused.status, refused.body["code"]) == (403, "put_out")
    # The seat stays: what stands in the room can still be read.
    assert case.applicant.get(case.room("/media-room")).body["put_out"] == [party]
    again = case.notary.post(case.room("/media-room/readmit"), {"participant": party})
    assert again.body == {"put_out": []}
    assert case.applicant.post(case.room("/media-tickets"), {}).status == 201


def test_a_ceremony_does_not_lose_its_notary(case: Staging) -> None:
    case.start_ceremony()
    wish = {"participant": account_of(case, "notary"), "reason": "other"}
    refused = case.notary.post(case.room("/media-room/put-out"), wish)
    assert (refused.status, refused.body["code"]) == (409, "notary_stays")


def test_the_room_has_a_time_near_the_platform_s_that_goes_on(case: Staging) -> None:
    case.start_ceremony()
    told = [
        case.applicant.get(case.room("/media-room")).body["room_time_ms"],
        case.notary.get(case.room("/media-room")).body["room_time_ms"],
    ]
    assert told == sorted(told)
    assert abs(told[1] - case.platform.clock.at.timestamp() * 1000) < 5000


def test_a_key_frame_is_asked_of_whoever_has_a_seat(case: Staging) -> None:
    case.start_ceremony()
    party = account_of(case, "party")
    assert case.applicant.post(case.room("/media-tickets"), {}).status == 201
    for _ in range(2):
        asked = case.notary.post(case.room("/media-room/key-frames"), {"participant": party})
        assert asked.status == 204
    with case.platform.open_transaction(Scope(office=KUNMING)) as tx:
        # Asked twice before the worker looked, it is told once.
        assert tx.rooms.take_key_frames(case.ceremony) == {party}
        assert tx.rooms.take_key_frames(case.ceremony) == frozenset()
    nobody = {"participant": "0192f0c1-0000-7000-8000-000000000000"}
    refused = case.notary.post(case.room("/media-room/key-frames"), nobody)
    assert (refused.status, refused.body["code"]) == (404, "participant_not_found")


def test_an_observer_watches_and_is_not_heard(case: Staging) -> None:
    case.start_ceremony()
    with case.platform.open_transaction(Scope(office=KUNMING)) as tx:
        held = tx.ceremonies.get(CeremonyId(case.ceremony), lock=True)
        held.participants = [
            replace(each, seat=Seat.OBSERVER) if each.seat is Seat.PARTY else each
            for each in held.participants
        ]
        tx.ceremonies.save(held)
    refused = case.applicant.post(case.room("/media-tickets"), {})
    assert (refused.status, refused.body["code"]) == (403, "not_your_action")
    watches = {"watches": account_of(case, "notary")}
    assert case.applicant.post(case.room("/media-tickets"), watches).status == 201
