"""Nobody but the party has the party's key used, and for nothing but what the party saw."""

from __future__ import annotations

import base64
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest

from server.cases.device_keys import require_device_signature
from server.cases.errors import StepUpNotFound, StepUpUnanswered
from server.cases.ids import CaseId
from server.cases.roles import STAFF_ROLES, Role
from server.cases.step_up import LIFE
from server.demo.device import base64url
from server.transaction import Operation, Scope
from tests.functional.case.platform import KUNMING, new_id
from tests.functional.case.staging import Staging, good
from tests.simulated.device import nobodys_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.functional.case.platform import Person, Platform, Reply
    from tests.functional.case.worker import Worker

SIGNATURES = "/deed/signatures"


@pytest.fixture(autouse=True)
def carried_out(worker: Worker) -> Iterator[None]:
    """Leave no job to the next test."""
    yield
    worker.run()


@pytest.fixture
def open_deed(case: Staging) -> Staging:
    """A ceremony in which the deed lies open and the notary has vouched for the party."""
    case.interview().confirm_presence()
    return case


def signing(case: Staging, step_up: dict[str, str], **changes: str) -> dict[str, Any]:
    shown = {"ceremony_id": case.ceremony, "deed_sha256": case.shown(case.applicant, "/deed")}
    return {**shown, "step_up": step_up, **changes}


def sign(case: Staging, step_up: dict[str, str], person: Person | None = None) -> Reply:
    return (person or case.applicant).post(case.path(SIGNATURES), signing(case, step_up))


def refused(reply: Reply) -> tuple[int, str]:
    return reply.status, str(reply["code"])


def test_a_party_is_told_in_words_and_signs_what_names_the_deed(open_deed: Staging) -> None:
    digest = open_deed.shown(open_deed.applicant, "/deed")
    asked = good(open_deed.applicant.asked(open_deed.case, "sign_deed", digest))
    told = json.loads(asked["statement"])
    assert asked["statement"] == json.dumps(told, sort_keys=True, separators=(",", ":"))
    assert (told["digest"], told["session"]) == (digest, open_deed.applicant.principal.session)
    assert digest[:12] in asked["says"]
    good(sign(open_deed, open_deed.applicant.device.answer(asked)))
    assert open_deed.worker.run() == ["deed.sign"]
    assert open_deed.read()["deed"]["signed_by"] == [open_deed.party]


def test_the_evidence_stands_in_the_case_s_own_trail(open_deed: Staging) -> None:
    open_deed.sign_deed()
    events = good(open_deed.notary.get(open_deed.path("/events")))["items"]
    (agreed,) = [e["facts"] for e in events if e["kind"] == "stepped_up"]

    def decoded(written: str) -> bytes:
        return base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))

    require_device_signature(
        decoded(agreed["device_key"]), agreed["statement"], decoded(agreed["signature"])
    )
    told = json.loads(agreed["statement"])
    assert (told["case"], told["digest"]) == (open_deed.case, agreed["object"])


def test_a_device_without_a_face_or_the_notary_s_word_signs_nothing(case: Staging) -> None:
    case.interview()
    without = sign(case, case.agreed(case.applicant, "sign_deed"))
    assert (without.status, without.codes) == (409, ["presence_not_proven"])
    case.confirm_presence()
    # What was refused for another reason was not used up.
    good(sign(case, case.agreed(case.applicant, "sign_deed")))


def test_a_face_that_is_shown_in_the_ceremony_takes_the_place_of_the_notary_s_word(
    case: Staging,
) -> None:
    case.interview()
    case.ask_for_check()
    assert case.worker.run() == ["identity.check"]
    good(sign(case, case.agreed(case.applicant, "sign_deed")))
    assert case.worker.run() == ["deed.sign"]


def test_an_answer_serves_once(open_deed: Staging) -> None:
    answer = open_deed.agreed(open_deed.applicant, "sign_deed")
    good(sign(open_deed, answer))
    assert refused(sign(open_deed, answer)) == (409, "step_up_spent")
    assert open_deed.worker.run() == ["deed.sign"]


def test_of_two_answers_at_once_one_wins(open_deed: Staging) -> None:
    answer = open_deed.agreed(open_deed.applicant, "sign_deed")
    body, together = signing(open_deed, answer), Barrier(2)

    def send(_: int) -> int:
        together.wait()
        return open_deed.applicant.post(open_deed.path(SIGNATURES), body).status

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(send, range(2))) == [202, 409]
    assert open_deed.worker.run() == ["deed.sign"]


def test_an_answer_of_another_sign_in_is_refused(open_deed: Staging, platform: Platform) -> None:
    me = open_deed.applicant
    answer = open_deed.agreed(me, "sign_deed")
    who = me.principal
    elsewhere = platform._signed_in(who.account, who.kind, who.office, who.roles)
    assert refused(sign(open_deed, answer, elsewhere)) == (409, "step_up_of_another_session")


def test_an_answer_of_another_person_is_not_there(open_deed: Staging, platform: Platform) -> None:
    mine = Staging(platform=platform, worker=open_deed.worker).interview()
    mine.confirm_presence()
    theirs = open_deed.agreed(open_deed.applicant, "sign_deed")
    assert refused(sign(mine, theirs)) == (404, "step_up_not_found")


def test_an_answer_for_the_draft_does_not_approve_and_issue(case: Staging) -> None:
    case.approve()
    clerk = case.clerk
    answer = case.agreed(clerk, "issue")
    other = case.approver.post(
        case.path("/actions"), {"action": "approve", "step_up": answer}, etag=case.read(clerk).etag
    )
    assert other.status == 409
    assert refused(case.approver.post(case.path("/issuance"), {"step_up": answer}))[0] == 403
    good(clerk.post(case.path("/issuance"), {"step_up": answer}))


def test_nobody_approves_without_answering(case: Staging) -> None:
    case.sign()
    case.act(case.notary, "start_draft")
    case.draft().check()
    case.tick(case.approver, "/approval")
    etag = case.read(case.approver).etag
    silent = case.approver.post(case.path("/actions"), {"action": "approve"}, etag=etag)
    assert (silent.status, silent["code"]) == (422, "form_incomplete")
    (approve,) = [
        a for a in case.read(case.approver)["available_actions"] if a["action"] == "approve"
    ]
    assert approve["takes"] == ["step_up"]
    case.act(case.approver, "approve")


def test_who_agreed_to_a_deed_does_not_sign_another_one(open_deed: Staging) -> None:
    answer = open_deed.agreed(open_deed.applicant, "sign_deed")
    rewritten = {"title": "声明书", "variables": {"statements": ["另一份。"]}}
    open_deed.change(open_deed.notary, open_deed.notary.put, "/deed", rewritten)
    other = open_deed.platform.put(KUNMING, b"another deed").hex
    with open_deed.platform.open_transaction(Scope(office=KUNMING)) as tx:
        case = tx.cases.get(CaseId(open_deed.case), lock=True)
        assert case.deed is not None
        case.deed = replace(case.deed, object_sha256=other)
        tx.cases.save(case)
    assert refused(sign(open_deed, answer)) == (409, "step_up_of_another_document")
    stale = open_deed.applicant.asked(open_deed.case, "sign_deed", "ab" * 32)
    assert refused(stale) == (409, "step_up_of_another_document")


def test_an_answer_comes_within_two_minutes(open_deed: Staging) -> None:
    answer = open_deed.agreed(open_deed.applicant, "sign_deed")
    open_deed.platform.clock.at += LIFE
    assert refused(sign(open_deed, answer)) == (409, "step_up_expired")


def test_the_notary_s_word_wears_off(open_deed: Staging) -> None:
    open_deed.platform.clock.at += timedelta(minutes=15)
    late = sign(open_deed, open_deed.agreed(open_deed.applicant, "sign_deed"))
    assert (late.status, late.codes) == (409, ["presence_not_proven"])


def test_a_revoked_device_answers_nothing_that_was_asked_before(open_deed: Staging) -> None:
    me = open_deed.applicant
    answer = open_deed.agreed(me, "sign_deed")
    with open_deed.platform.open_transaction(Scope()) as tx:
        (device,) = tx.devices.of(me.account)
        tx.devices.revoke(device.id, at=open_deed.platform.clock.at)
    assert refused(sign(open_deed, answer)) == (409, "device_revoked")


def another_statement(case: Staging, asked: Reply) -> bytes:
    return case.applicant.device.sign(asked["statement"].replace("sign_deed", "issue"))


def another_key(case: Staging, asked: Reply) -> bytes:
    return case.notary.device.sign(asked["statement"])


def not_der(case: Staging, asked: Reply) -> bytes:
    return hashlib.sha512(asked["statement"].encode()).digest()


def trailing_byte(case: Staging, asked: Reply) -> bytes:
    return case.applicant.device.sign(asked["statement"]) + b"\0"


@pytest.mark.parametrize("signature", [another_statement, another_key, not_der, trailing_byte])
def test_only_the_party_s_device_over_the_very_statement_counts(
    open_deed: Staging, signature: Callable[[Staging, Reply], bytes]
) -> None:
    digest = open_deed.shown(open_deed.applicant, "/deed")
    asked = good(open_deed.applicant.asked(open_deed.case, "sign_deed", digest))
    right = open_deed.applicant.device.answer(asked)
    wrong = {**right, "signature": base64url(signature(open_deed, asked))}
    assert refused(sign(open_deed, wrong)) == (422, "device_signature_refused")
    theirs = {**right, "device_id": open_deed.notary.device.id}
    assert refused(sign(open_deed, theirs)) == (404, "device_not_found")
    good(sign(open_deed, right))


def test_no_staff_of_any_role_can_have_a_party_sign(open_deed: Staging, platform: Platform) -> None:
    digest = open_deed.shown(open_deed.notary, "/deed")
    answer = open_deed.agreed(open_deed.applicant, "sign_deed")
    everybody = [open_deed.notary, *(platform.staff(role) for role in sorted(STAFF_ROLES))]
    everybody.append(platform.staff(*STAFF_ROLES))
    for person in everybody:
        assert person.asked(open_deed.case, "sign_deed", digest).status == 403
        told = {"ceremony_id": open_deed.ceremony, "deed_sha256": digest}
        for step_up in (answer, {**answer, "device_id": person.device.id}, nobodys_answer()):
            sent = person.post(open_deed.path(SIGNATURES), {**told, "step_up": step_up})
            assert refused(sent) == (403, "not_permitted")
    assert open_deed.worker.run() == []


def forge(case: Staging, job: str, **ids: str) -> None:
    """Put a job into the queue past every door, as whoever holds the database could."""
    waited_for = Operation(
        id=new_id(),
        office=KUNMING,
        kind=job,
        case=CaseId(case.case),
        account=None,
        state="queued",
        step=0,
        of=1,
        label="queued",
    )
    with case.platform.open_transaction(Scope(office=KUNMING)) as tx:
        tx.operations.add(waited_for)
        tx.jobs.defer(job, office=KUNMING, case=case.case, operation=waited_for.id, **ids)


def test_a_job_in_the_queue_that_nobody_agreed_to_signs_nothing(open_deed: Staging) -> None:
    answered_by_nobody = good(
        open_deed.applicant.asked(
            open_deed.case, "sign_deed", open_deed.shown(open_deed.applicant, "/deed")
        )
    )["id"]
    ids = {"party": open_deed.party, "ceremony": open_deed.ceremony}
    for step_up, error in ((new_id(), StepUpNotFound), (answered_by_nobody, StepUpUnanswered)):
        forge(open_deed, "deed.sign", step_up=step_up, **ids)
        with pytest.raises(error):
            open_deed.worker.run()
    assert open_deed.read()["deed"]["signed_by"] == []


def test_a_job_in_the_queue_that_nobody_agreed_to_seals_nothing(case: Staging) -> None:
    case.approve()
    forge(case, "case.issue", step_up=new_id())
    with pytest.raises(StepUpNotFound):
        case.worker.run()
    assert good(case.clerk.get(case.path("/certificates")))["items"] == []


@pytest.mark.parametrize("role", [Role.ASSISTANT, Role.CHECKER])
def test_whoever_may_neither_approve_nor_issue_is_not_asked(
    case: Staging, platform: Platform, role: Role
) -> None:
    case.approve()
    person = platform.staff(role)
    digest = case.shown(case.notary, "/draft")
    for action in ("approve", "approve_enforcement", "issue", "sign_deed"):
        assert person.asked(case.case, action, digest).status == 403
