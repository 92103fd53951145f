"""A couple before one tablet, over HTTP: one line, two people, and what each refuses the other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from server.cases.roles import Role
from server.ceremony.ceremony import CeremonyId
from server.ceremony.lines import Line, Picture
from server.ceremony.rooms import LEASE, MediaRoom
from server.tasks.looking import look_again
from server.transaction import Scope
from tests.functional.case.couple import Couple
from tests.functional.case.platform import KUNMING
from tests.functional.case.staging import good

if TYPE_CHECKING:
    from tests.functional.case.platform import Person, Platform, Reply
    from tests.functional.case.worker import Worker


@pytest.fixture
def couple(platform: Platform, worker: Worker) -> Couple:
    return Couple(platform=platform, worker=worker)


def refused(reply: Reply) -> tuple[int, str]:
    return reply.status, (reply.codes or [reply["code"]])[0]


def seen(couple: Couple, person: Person) -> dict[str, object]:
    found = good(couple.notary.get(couple.room("/act")))["participants"]
    return next(dict(each) for each in found if each["account"] == person.account)


def test_a_couple_at_one_tablet_comes_to_a_deed_that_both_signed_and_a_certificate(
    couple: Couple,
) -> None:
    couple.issue()
    assert couple.read()["deed"]["signed_by"] == [party for _, party in couple.two]
    (certificate,) = good(couple.applicant.get(couple.path("/certificates")))["items"]
    assert certificate["status"] == "valid"
    links = good(couple.applicant.get(couple.room("/events")))["links"]
    came = [each for each in links if each["body"].get("device_of")]
    assert [(each["kind"], each["body"]["by"], each["body"]["device_of"]) for each in came] == [
        ("joined", couple.spouse.account, couple.applicant.account)
    ]
    # Each agreed alone, with an answer of the own device.
    agreed = [each["body"] for each in links if each["kind"] == "deed_confirmed"]
    assert [each["by"] for each in agreed] == [p.account for p, _ in couple.two]
    assert len({each["step_up"] for each in agreed}) == 2


def test_everybody_is_shown_at_whose_device_somebody_is(couple: Couple) -> None:
    couple.start_ceremony()
    assert seen(couple, couple.spouse)["device_of"] == couple.applicant.account
    assert [seen(couple, each)["device_shared"] for each, _ in couple.two] == [True, True]
    people = good(couple.spouse.get(couple.room("/events")))["room"]["people"]
    assert {each["device_of"] for each in people} == {None, couple.applicant.account}
    # Whoever follows is there, and with that one whoever sits at the same device.
    good(couple.applicant.get(couple.room("/events")))
    people = good(couple.notary.get(couple.room("/events")))["room"]["people"]
    assert all(each["here"] for each in people)


def test_one_does_nothing_in_the_other_s_name(couple: Couple) -> None:
    couple.identified()
    form = good(couple.applicant.get(couple.room("/form")))["notice"]
    good(couple.tell(couple.applicant, "notice_confirmed", sha256=form["sha256"]))
    assert seen(couple, couple.applicant)["notice_confirmed"]
    assert not seen(couple, couple.spouse)["notice_confirmed"]
    couple.inform_and_ask()
    couple.write_record()
    couple.read_back()
    couple.confirm_record()
    good(couple.record(couple.applicant, 0, b"both are seen", None))
    couple.step("open_signing")
    for person, party in couple.two:
        couple.show_pages_to(person)
        couple.vouch_for(party)
    theirs = couple.agreed(couple.applicant, "sign_deed")
    # The challenge of one, answered by that one's key, sent in the sign-in of the other.
    assert refused(couple.sign_as(couple.spouse, answer=theirs)) == (404, "step_up_not_found")
    # The other's own challenge, answered by the key that lies beside it on the same tablet.
    document = couple.shown(couple.spouse, "/deed")
    asked = good(couple.spouse.asked(couple.case, "sign_deed", document))
    crossed = couple.applicant.device.answer(asked)
    assert couple.sign_as(couple.spouse, answer=crossed).status in {403, 404, 409}
    assert couple.worker.run() == []
    assert couple.read()["deed"]["signed_by"] == []
    good(couple.sign_as(couple.spouse))
    assert couple.worker.run() == ["deed.sign"]
    assert couple.read()["deed"]["signed_by"] == [couple.spouse_party]


def test_whoever_is_not_in_the_room_carries_nobody(couple: Couple, platform: Platform) -> None:
    couple.meet()
    stranger = platform.applicant()
    # Not seated: the case is not even there.
    assert couple.offer(to=stranger).status == 404
    assert couple.come(who=stranger).status == 404
    other = platform.staff(Role.NOTARY)
    assert refused(couple.come(who=other)) == (403, "not_taking_part")
    # Not offered, and by whoever has not come in.
    assert refused(couple.come()) == (409, "device_not_offered")
    assert refused(couple.offer(by=couple.spouse, to=couple.applicant)) == (409, "carrier_not_here")
    # In the sign-in of another device.
    elsewhere = platform.again(couple.applicant)
    assert refused(couple.offer(by=elsewhere)) == (409, "device_is_another")
    # The notary leads at a device alone.
    assert refused(couple.offer(to=couple.notary)) == (409, "own_device_needed")


def test_whoever_goes_leaves_the_other_without_a_line(couple: Couple, platform: Platform) -> None:
    couple.identified()
    good(couple.leave())
    paused = good(couple.applicant.post(couple.room("/steps"), {"step": "interrupt"}))
    assert paused["status"] == "interrupted"
    stopped = couple.notary.post(couple.room("/steps"), {"step": "resume"})
    assert refused(stopped) == (409, "participant_missing")
    good(couple.offer())
    good(couple.come())
    couple.step("resume")
    assert seen(couple, couple.spouse)["why_not"] == "other_device"
    # Whose device it is comes in with another one.
    good(platform.again(couple.applicant).post(couple.room("/joins")))
    assert not seen(couple, couple.spouse)["here"]
    assert refused(couple.leave()) == (403, "not_your_action")


def test_a_line_that_is_not_recorded_carries_nobody(couple: Couple) -> None:
    couple.identified()
    good(couple.leave())
    measured(couple, couple.notary.account)
    good(couple.offer())
    assert refused(couple.come()) == (409, "line_not_recorded")
    measured(couple, couple.notary.account, couple.applicant.account)
    good(couple.come())
    # Sends nothing alone: what there is of this person comes from the other's camera.
    assert refused(couple.spouse.post(couple.room("/media-tickets"), {})) == (
        403,
        "not_your_action",
    )
    watching = {"watches": couple.notary.account}
    good(couple.spouse.post(couple.room("/media-tickets"), watching))


def measured(couple: Couple, *accounts: str) -> None:
    """Leave what a media worker leaves that hears and records these."""
    at = datetime(2100, 1, 1, tzinfo=UTC)
    room = MediaRoom(
        ceremony=couple.ceremony,
        office=KUNMING,
        case=couple.case,
        worker="worker-1",
        leased_until=at + LEASE,
    )
    lines = [
        Line(
            participant=each,
            is_heard=True,
            is_recorded=True,
            picture=Picture.MOVING,
            bits_per_second=400_000,
            loss_up=0,
        )
        for each in accounts
    ]
    with couple.platform.open_transaction(Scope(office=KUNMING)) as tx:
        tx.rooms.lease(room, now=at)
        tx.rooms.measured(couple.ceremony, "worker-1", lines, at=at)


def test_no_machine_compares_faces_before_a_camera_that_two_share(couple: Couple) -> None:
    couple.identified()
    good(couple.record(couple.applicant, 0, b"both are seen", None))
    for person, _ in couple.two:
        whom = {"account": person.account}
        for way in ("/challenges", "/looks"):
            assert refused(couple.notary.post(couple.room(way), whom)) == (409, "device_is_shared")
    assert look_again([KUNMING], desk=couple.worker.look_desk()) == 0
    # Alone again, the one whose camera it is is looked at as before.
    good(couple.leave())
    assert look_again([KUNMING], desk=couple.worker.look_desk()) == 1
    couple.step("abort")


def test_a_look_that_was_asked_for_before_another_sat_down_finds_nothing(couple: Couple) -> None:
    couple.meet()
    for person in (couple.notary, couple.applicant, couple.spouse):
        couple.try_devices(person)
    good(couple.spouse.post(couple.room("/joins")))
    couple.step("start_recording")
    good(couple.record(couple.applicant, 0, b"alone", None))
    whom = {"account": couple.applicant.account}
    challenge = good(couple.notary.post(couple.room("/challenges"), whom))["id"]
    good(couple.notary.post(couple.room("/looks"), whom))
    good(couple.notary.post(couple.room("/looks"), {**whom, "challenge": challenge}))
    good(couple.offer())
    good(couple.come())
    assert couple.worker.run() == ["ceremony.look"] * 2
    with couple.platform.open_transaction(Scope(office=KUNMING)) as tx:
        links = tx.ceremonies.get(CeremonyId(couple.ceremony)).links
    looks = [each.body for each in links if each.kind == "face_looked"]
    assert [(each["seen"], each["doubts"]) for each in looks] == [
        ("nothing", "device_is_shared")
    ] * 2
    assert not seen(couple, couple.applicant)["identified"]
