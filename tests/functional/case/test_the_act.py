"""The act over HTTP: identified, informed, asked, heard, shown; and what stops it."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from server.cases.identity_checks import CheckState
from server.cases.recognising import looks_at
from server.cases.roles import Role
from server.ceremony.ceremony import CeremonyId, Segment
from server.ceremony.chain import GENESIS
from server.tasks.looking import look_again
from server.transaction import Scope
from tests.functional.case.platform import KUNMING
from tests.functional.case.staging import WORKING_DEVICE, Staging, good
from tests.functional.case.worker import SOMEBODY_ELSE

if TYPE_CHECKING:
    from tests.functional.case.platform import Person, Platform, Reply


def act(case: Staging, person: Person | None = None) -> Reply:
    return good((person or case.notary).get(case.room("/act")))


def party_of(case: Staging, person: Person | None = None) -> dict[str, object]:
    seats = {each["seat"]: each for each in act(case, person)["participants"]}
    return dict(seats["party"])


def missing(case: Staging, step: str) -> list[str]:
    found = {each["step"]: each["unmet"] for each in act(case)["steps"]}
    return [each["code"] for each in found[step]]


def look(case: Staging, **told: str) -> Reply:
    body = {"account": case.applicant.account, **told}
    return case.notary.post(case.room("/looks"), body)


def looked(case: Staging, **told: str) -> str:
    good(look(case, **told))
    assert case.worker.run() == ["ceremony.look"]
    return str(party_of(case)["last_seen"])


def test_the_act_tells_each_what_is_still_missing(case: Staging) -> None:
    case.start_ceremony()
    assert missing(case, "confirm_identities") == ["participant_not_identified"]
    assert party_of(case)["why_not"] == "never"
    good(case.identify())
    case.step("confirm_identities")
    assert missing(case, "open_signing") == [
        "notice_of_rights_not_confirmed",
        "questions_open",
        "interview_record_missing",
    ]
    case.inform_and_ask()
    case.write_record()
    assert missing(case, "open_signing") == [
        "record_not_read_back",
        "interview_record_not_confirmed",
    ]
    case.read_back()
    case.confirm_record()
    case.step("open_signing")
    assert act(case)["deed"]["pages"] == 2
    assert party_of(case)["pages_unseen"] == [1, 2]


def test_a_device_that_was_tried_is_on_record_before_anybody_waits(case: Staging) -> None:
    case.review()
    case.act(case.notary, "schedule_interview")
    participants = [{"party": case.party, "seat": "party"}]
    case.ceremony = good(
        case.notary.post(case.path("/ceremonies"), {"participants": participants})
    )["id"]
    case.try_devices(case.applicant, microphone="refused", uplink_kbps=90)
    assert act(case)["status"] == "tech_check"
    tried = party_of(case)["tech_check"]
    assert tried == {"works": False, "line": "weak", "camera": "works", "microphone": "refused"}


def test_what_a_page_cannot_measure_is_not_on_record_as_measured(case: Staging) -> None:
    case.start_ceremony()
    unknown = {"uplink_kbps", "round_trip_ms", "loss_permille"}
    measured = {name: what for name, what in WORKING_DEVICE.items() if name not in unknown}
    good(case.applicant.post(case.room("/tech-checks"), measured))
    *before, last = (
        each["body"]
        for each in good(case.notary.get(case.room("/events")))["links"]
        if each["kind"] == "tech_checked"
    )
    assert {each["loss_permille"] for each in before} == {WORKING_DEVICE["loss_permille"]}
    assert {last[name] for name in unknown} == {None}
    assert last["line"] == "weak"


def test_the_form_is_the_same_in_both_languages_and_names_its_texts(case: Staging) -> None:
    case.start_ceremony()
    form = good(case.applicant.get(case.room("/form")))
    assert {each["about"] for each in form["questions"]} == {"capacity", "will"}
    assert form["terms"]["reidentify_after_s"] == 30
    strange = {"question": "weather", "satisfies": True}
    body = {"account": case.applicant.account, "language": "en", "answers": [strange]}
    good(case.identify())
    case.step("confirm_identities")
    refused = case.notary.post(case.room("/answers"), body)
    assert (refused.status, refused["code"]) == (422, "form_incomplete")


def test_a_live_face_in_the_received_video_identifies(case: Staging) -> None:
    case.start_ceremony()
    body = {"account": case.applicant.account}
    challenge = good(case.notary.post(case.room("/challenges"), body))
    asked = party_of(case, case.applicant)["challenge"]
    assert asked == challenge.body
    # Nobody else is shown what this person has to do.
    assert party_of(case)["challenge"] is None
    good(case.tell(case.applicant, "challenge_begun"))
    good(case.record(case.applicant, 0, b"live", None))
    case.platform.clock.at += timedelta(minutes=3)
    assert looked(case, challenge=challenge["id"]) == "nothing"
    challenge = good(case.notary.post(case.room("/challenges"), body))
    offset = case.platform.clock.at - _begun(case)
    ends = int(offset.total_seconds() * 1000)
    good(_recorded_until(case, ends + 20_000))
    assert looked(case, challenge=challenge["id"]) == "same"
    assert party_of(case)["identified_by"] == "face"
    case.step("confirm_identities")
    again = look(case, challenge=challenge["id"])
    assert (again.status, again.codes) == (409, ["challenge_answered"])


def _begun(case: Staging) -> datetime:
    return datetime.fromisoformat(act(case)["since"])


def _recorded_until(case: Staging, ends_ms: int) -> Reply:
    return case.applicant.post(
        case.room("/segments"),
        {
            "upload_id": case.applicant.upload(case.case, b"answer", purpose="segment"),
            "index": 1,
            "starts_ms": 1000,
            "ends_ms": ends_ms,
            "prev_sha256": hashlib.sha256(b"live").hexdigest(),
        },
    )


@pytest.mark.parametrize(
    ("finds", "seen"), [(CheckState.PERSON_DECIDES, "unsure"), (CheckState.REFUSED, "unsure")]
)
def test_of_whom_the_machine_is_unsure_the_notary_decides(
    case: Staging, finds: CheckState, seen: str
) -> None:
    case.start_ceremony()
    body = {"account": case.applicant.account}
    challenge = good(case.notary.post(case.room("/challenges"), body))
    good(case.record(case.applicant, 0, b"live", None))
    good(_recorded_until(case, 60_000))
    case.worker.finds = finds
    assert looked(case, challenge=challenge["id"]) == seen
    case.worker.finds = CheckState.PROVEN
    good(case.identify())
    assert party_of(case)["identified_by"] == "notary"


def test_another_face_half_way_stops_the_signing(case: Staging) -> None:
    case.interview()
    assert looked(case) == "same"
    good(case.record(case.applicant, 2, SOMEBODY_ELSE, b"two"))
    assert looked(case) == "other"
    case.confirm_presence()
    body = {
        "ceremony_id": case.ceremony,
        "deed_sha256": case.shown(case.applicant, "/deed"),
        "step_up": case.agreed(case.applicant, "sign_deed"),
    }
    refused = case.applicant.post(case.path("/deed/signatures"), body)
    assert (refused.status, refused.codes) == (409, ["face_of_somebody_else"])
    assert case.worker.run() == []
    # Nor does the notary's word go over it: it is looked at again first.
    overruled = case.identify()
    assert (overruled.status, overruled.codes) == (409, ["face_of_somebody_else"])


def test_the_platform_looks_again_by_itself(case: Staging) -> None:
    case.identified()
    desk = case.worker.look_desk()

    def looks() -> int:
        look_again([KUNMING], desk=desk)
        with case.platform.open_transaction(Scope(office=KUNMING)) as tx:
            met = tx.ceremonies.get(CeremonyId(case.ceremony))
        return len(looks_at(met, case.applicant.account))

    # Nothing was recorded yet, so there is nothing to look at.
    assert looks() == 0
    good(case.record(case.applicant, 0, b"one", None))
    assert looks() == 1
    assert looks() == 1
    case.platform.clock.at += timedelta(minutes=2)
    assert looks() == 2
    case.step("pause")
    case.platform.clock.at += timedelta(minutes=2)
    assert looks() == 2


def test_a_recording_that_cannot_be_read_ends_the_looking_of_nobody_else(
    case: Staging, platform: Platform
) -> None:
    case.identified()
    with platform.open_transaction(Scope(office=KUNMING)) as tx:
        met = tx.ceremonies.get(CeremonyId(case.ceremony), lock=True)
        met.add_segment(lost_piece(case.applicant.account), platform.clock())
        tx.ceremonies.save(met)
    other = Staging(platform=platform, worker=case.worker)
    other.identified()
    good(other.record(other.applicant, 0, b"one", None))
    look_again([KUNMING], desk=case.worker.look_desk())
    with platform.open_transaction(Scope(office=KUNMING)) as tx:
        met = tx.ceremonies.get(CeremonyId(other.ceremony))
    assert len(looks_at(met, other.applicant.account)) == 1


def lost_piece(account: str) -> Segment:
    """Return a segment that the store knows nothing of."""
    return Segment(
        participant=account,
        index=0,
        starts_ms=0,
        ends_ms=1000,
        sha256="f" * 64,
        size=1,
        media_type="video/webm",
        prev_sha256=GENESIS,
    )


def test_what_happens_in_the_room_alone_leaves_the_case_as_it_is(case: Staging) -> None:
    case.start_ceremony()
    good(case.record(case.applicant, 0, b"live", None))
    before = case.read().etag
    body = {"account": case.applicant.account}
    good(case.notary.post(case.room("/challenges"), body))
    assert looked(case) == "same"
    assert case.read().etag == before
    good(case.identify())
    case.step("confirm_identities")
    stands = case.read().etag
    case.inform_and_ask()
    assert case.read().etag == stands


def test_without_consent_no_face_is_looked_at_and_the_notary_identifies(case: Staging) -> None:
    case.start_ceremony()
    (given,) = [c for c in case.read()["consents"] if c["purpose"] == "face_online"]
    case.change(case.applicant, case.applicant.post, f"/consents/{given['id']}/withdrawal")
    refused = look(case)
    assert (refused.status, refused.codes) == (409, ["consent_missing_face_online"])
    good(case.identify())
    case.step("confirm_identities")


def test_consent_withdrawn_after_the_question_leaves_nothing_to_see(case: Staging) -> None:
    case.start_ceremony()
    good(case.record(case.applicant, 0, b"live", None))
    good(look(case))
    (given,) = [c for c in case.read()["consents"] if c["purpose"] == "face_online"]
    case.change(case.applicant, case.applicant.post, f"/consents/{given['id']}/withdrawal")
    assert case.worker.run() == ["ceremony.look"]
    assert party_of(case)["last_seen"] == "nothing"


def test_the_record_is_corrected_countersigned_and_read_back_again(case: Staging) -> None:
    case.identified()
    case.write_record("不自愿。")
    case.read_back()
    refused = case.notary.put(
        case.path("/interview-record"),
        {
            "place": "远程视频",
            "started_at": "2026-11-23T10:00:00+08:00",
            "exchanges": [{"question": "自愿吗？", "answer": "自愿。"}],
            "told": ["虚假声明的法律后果"],
        },
        etag=case.read(case.notary).etag,
    )
    assert (refused.status, refused.codes) == (409, ["record_only_corrected"])
    wrong = {"position": 0, "answer": "自愿。", "party": case.party}
    case.change(case.notary, case.notary.post, "/interview-record/corrections", wrong)
    assert act(case)["record"]["open_corrections"] == [0]
    digest = case.read_back()
    confirmed = {"record_sha256": digest}
    early = case.applicant.post(
        case.path("/interview-record/confirmation"), confirmed, etag=case.read().etag
    )
    assert (early.status, early.codes) == (409, ["correction_not_countersigned"])
    me, right = case.applicant, {"position": 0, "record_sha256": digest}
    case.change(me, me.post, "/interview-record/countersignatures", right)
    case.confirm_record()
    record = case.read()["interview_record"]
    assert record["exchanges"][0]["countersigned"] is True
    assert (record["version"], record["confirmed_by"]) == (2, [case.party])


def test_a_party_who_skipped_a_page_signs_nothing(case: Staging) -> None:
    case.identified()
    good(case.record(case.applicant, 0, b"one", None))
    case.inform_and_ask()
    case.write_record()
    case.read_back()
    case.confirm_record()
    case.step("open_signing")
    good(
        case.tell(
            case.applicant,
            "page_shown",
            subject="2",
            sha256=case.shown(case.applicant, "/deed"),
        )
    )
    case.confirm_presence()
    body = {
        "ceremony_id": case.ceremony,
        "deed_sha256": case.shown(case.applicant, "/deed"),
        "step_up": case.agreed(case.applicant, "sign_deed"),
    }
    refused = case.applicant.post(case.path("/deed/signatures"), body)
    assert [(e["code"], e["subject"]) for e in refused["errors"]] == [("page_not_seen", "1")]


def test_what_was_signed_before_an_interruption_is_confirmed_after_it(case: Staging) -> None:
    case.interview()
    case.confirm_presence()
    case.sign_deed()
    assert case.worker.run() == ["deed.sign"]
    good(case.applicant.post(case.room("/steps"), {"step": "interrupt", "reason": "technical"}))
    case.platform.clock.at += timedelta(minutes=2)
    case.step("resume")
    assert party_of(case)["why_not"] == "away_too_long"
    good(case.identify())
    case.step("confirm_identities")
    assert missing(case, "complete") == ["not_confirmed_after_interruption"]
    good(case.tell(case.notary, "confirmed_after_interruption", subject=case.party))
    case.step("complete")


def test_another_sign_in_has_to_be_identified_again(case: Staging, platform: Platform) -> None:
    case.identified()
    good(case.applicant.post(case.room("/joins")))
    assert party_of(case)["identified"] is True
    good(platform.again(case.applicant).post(case.room("/joins")))
    assert party_of(case)["why_not"] == "other_device"


def test_the_ceremony_goes_to_another_notary_with_a_reason(
    case: Staging, platform: Platform
) -> None:
    case.identified()
    successor, clerk = platform.staff(Role.NOTARY), platform.staff(Role.ISSUING_CLERK)
    nobody = case.notary.post(case.room("/hand-overs"), {"to": clerk.account, "reason": "illness"})
    assert (nobody.status, nobody.codes) == (409, ["staff_lacks_role"])
    good(case.notary.post(case.room("/hand-overs"), {"to": successor.account, "reason": "illness"}))
    gone = case.notary.post(case.room("/steps"), {"step": "pause"})
    assert (gone.status, gone["code"]) == (403, "not_taking_part")
    case.notary = successor
    good(successor.post(case.room("/joins")))
    good(case.identify())
    assert case.read(successor)["staffing"]["handling_notary"] == successor.account


def test_a_party_takes_none_of_the_notary_s_actions(case: Staging) -> None:
    case.start_ceremony()
    me = case.applicant
    for path, body in (
        ("/identifications", {"account": me.account, "ground": "known_personally", "reason": "我"}),
        ("/challenges", {"account": me.account}),
        ("/looks", {"account": me.account}),
        ("/hand-overs", {"to": me.account, "reason": "other"}),
    ):
        refused = me.post(case.room(path), body)
        assert (refused.status, refused["code"]) == (403, "not_permitted"), path
    mine = case.tell(me, "record_read_back", sha256="0" * 64)
    assert (mine.status, mine["code"]) == (403, "not_your_action")


def test_an_aborted_act_keeps_everything(case: Staging) -> None:
    case.interview()
    case.step("abort")
    seen = good(case.notary.get(case.room()))
    assert (seen["status"], len(seen["segments"])) == ("aborted", 2)
    assert act(case)["record"]["read_back"] is True
