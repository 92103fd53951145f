"""A witness who is found once the ceremony is planned: bound, seated, agreed, known, informed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.functional.case.staging import consent_to, good

if TYPE_CHECKING:
    from tests.functional.case.platform import Person, Reply
    from tests.functional.case.staging import Staging


def bind(case: Staging, found: Person, role: str) -> str:
    body = {"role": role, "name": "李娜", "phone": found.phone}
    return str(good(case.assistant.post(case.path("/witnesses"), body))["id"])


def seat(case: Staging, party: str, role: str, by: Person | None = None) -> Reply:
    body = {"party": party, "seat": role}
    return (by or case.notary).post(case.room("/participants"), body)


def agree(case: Staging, who: Person) -> None:
    body = consent_to("recording", case.platform.clock.at.date())
    good(who.post(case.path("/consents"), body))


def act_of(case: Staging, who: Person) -> dict[str, object]:
    seen = good(case.notary.get(case.room("/act")))["participants"]
    return next(dict(each) for each in seen if each["account"] == who.account)


def test_a_witness_who_is_found_late_takes_part_to_the_signed_deed(case: Staging) -> None:
    plan(case)
    witness = case.platform.applicant()
    party = bind(case, witness, "witness")
    assert seat(case, party, "witness", by=case.applicant).status == 403
    given = good(seat(case, party, "witness"))
    assert [each["seat"] for each in given["participants"]] == ["notary", "party", "witness"]
    agree(case, witness)
    begin(case, witness)
    for each in (case.applicant, witness):
        good(case.identify(each))
    case.step("confirm_identities")
    assert act_of(case, witness)["notice_due"] is True
    case.inform_and_ask()
    notice = good(witness.get(case.room("/form")))["notice"]["sha256"]
    good(case.tell(witness, "notice_confirmed", sha256=notice))
    assert act_of(case, witness)["notice_due"] is False
    case.write_record()
    case.read_back()
    case.confirm_record()
    confirmed = {"record_sha256": case.record_sha256()}
    case.change(witness, witness.post, "/interview-record/confirmation", confirmed)
    case.step("open_signing")
    links = good(case.notary.get(case.room("/events")))["links"]
    told = [each["body"] for each in links if each["kind"] == "seat_given"]
    assert told == [
        {"by": case.notary.account, "subject": witness.account, "seat": "witness", "party": party}
    ]


def plan(case: Staging) -> None:
    case.review()
    case.act(case.notary, "schedule_interview")
    body = {"participants": [{"party": case.party, "seat": "party"}]}
    case.ceremony = good(case.notary.post(case.path("/ceremonies"), body))["id"]


def begin(case: Staging, *beside: Person) -> None:
    people = (case.notary, case.applicant, *beside)
    for each in people:
        case.try_devices(each)
    case.step("admit")
    for each in people:
        good(each.post(case.room("/joins")))
    case.step("start_recording")


def test_an_interpreter_who_comes_in_a_pause_is_not_recorded_before_agreeing(
    case: Staging,
) -> None:
    plan(case)
    begin(case)
    case.step("pause")
    interpreter = case.platform.applicant()
    party = bind(case, interpreter, "interpreter")
    good(seat(case, party, "interpreter"))
    good(interpreter.post(case.room("/joins")))
    sends = interpreter.post(case.room("/media-tickets"), {})
    assert sends.codes == ["consent_missing_recording"]
    resumed = case.notary.post(case.room("/steps"), {"step": "resume"})
    assert resumed.codes == ["consent_missing_recording"]
    agree(case, interpreter)
    good(interpreter.post(case.room("/media-tickets"), {}))
    case.step("resume")
