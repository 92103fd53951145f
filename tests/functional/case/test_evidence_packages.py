"""A package is asked for with a purpose, made by a job, and fetched by who asked for it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from sqlalchemy import text

from server.access.errors import NotPermitted
from server.cases.errors import CaseNotFound, StepUpUnanswered
from server.cases.ids import CaseId
from server.cases.roles import Role
from server.register.errors import PackageNotReady
from server.register.package_requests import (
    ASKED_WITHIN,
    MOST_ASKED,
    PackageId,
    PackagePurpose,
    PackageRequest,
    PackageState,
    Why,
)
from server.tasks.ending_packages import EndingDesk, end_packages
from server.tasks.packaging import give_up_package, make_package
from server.tasks.progress import Progress
from server.transaction import Scope
from storage.errors import ObjectLocked, ObjectMissing
from storage.objects import Digest
from tests.functional.case.platform import HEKOU, KUNMING, new_id
from tests.functional.case.staging import OFFICE_USE, OWN_USE, Staging, good
from tests.functional.case.worker import TAKE
from tests.simulated.device import nobodys_answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.cases.ids import OfficeId
    from tests.functional.case.platform import Person, Platform, Reply
    from tests.functional.case.worker import Worker

COURT = {"purpose": "court", "reference": "（2026）云01民初123号"}
IN_OFFICE = text("SELECT set_config('feigui.office', 'kunming-demo', true)")
MANY_MORE = text(
    "WITH s AS (INSERT INTO step_ups SELECT gen_random_uuid()::text, office, case_id, account,"
    " session, action, digest, sha256(n::text::bytea), issued_at, expires_at, device, signature,"
    " answered_at FROM step_ups, generate_series(2, :most) n"
    " WHERE id = (SELECT step_up FROM package_requests WHERE id = :id) RETURNING id)"
    " INSERT INTO package_requests SELECT gen_random_uuid()::text, office, case_id, certificate,"
    " account, by_party, purpose, words, s.id, 'failed', asked_at"
    " FROM package_requests p, s WHERE p.id = :id"
)
WRITTEN = "申诉人欧阳明的来信"


@pytest.fixture(scope="module")
def issued(platform: Platform, worker: Worker) -> Staging:
    return Staging(platform=platform, worker=worker).issue()


@pytest.fixture(autouse=True)
def carried_out(worker: Worker) -> Iterator[None]:
    """Leave no job, and nobody who waits, to the next test."""
    yield
    worker.run()


def at(case: Staging, package: str, person: Person) -> Reply:
    return person.get(case.packages(f"/{package}"))


def file(case: Staging, package: str, person: Person) -> Reply:
    return person.get(case.packages(f"/{package}/file"))


def refused(reply: Reply) -> tuple[int, str]:
    return reply.status, str(reply["code"])


def ending_desk(platform: Platform) -> EndingDesk:
    return EndingDesk(
        open_transaction=platform.open_transaction,
        discard=platform.store.discard,
        now=platform.clock,
    )


def trail(case: Staging) -> list[dict[str, Any]]:
    with case.platform.open_transaction(Scope(office=KUNMING)) as tx:
        events = tx.cases.events(CaseId(case.case))
    return [dict(each.facts) for each in events if each.kind == "sensitive_read"]


def test_whoever_asks_follows_it_and_fetches_what_it_hashes_to(issued: Staging) -> None:
    case, me = issued, issued.applicant
    case.shown(me, f"/certificates/{case.certificate}/file")
    before = case.read().etag
    asked = good(case.ask_for_package(me))
    assert asked.status == 202
    assert asked.headers["Location"] == f"/v1/operations/{asked['id']}"
    told = good(at(case, asked["id"], me)).body
    assert (told["state"], told["purpose"], told["says"]) == (
        "queued",
        "own_use",
        "The package waits for its turn.",
    )
    assert refused(file(case, asked["id"], me)) == (409, "package_not_ready")

    assert case.worker.run() == ["evidence.package"]
    done = good(me.get(f"/operations/{asked['id']}"))
    assert (done["state"], done["progress"]["percent"]) == ("succeeded", 100)
    assert done["result"] == f"/v1{case.packages('/' + asked['id'])}"
    told = good(at(case, asked["id"], me)).body
    fetched = good(file(case, asked["id"], me))
    digest = hashlib.sha256(fetched.body).hexdigest()
    assert (told["state"], told["sha256"], told["size"]) == ("ready", digest, len(fetched.body))
    assert fetched.etag == f'"{digest}"'
    assert fetched.headers["Content-Length"] == str(len(fetched.body))
    assert fetched.headers["Content-Disposition"].startswith("attachment")
    assert fetched.headers["Cache-Control"] == "no-store"
    # Somebody who took a package changed nothing that others work on.
    assert case.read().etag == before


def test_each_asking_and_each_fetching_is_in_the_trail_and_no_word_of_the_person(
    issued: Staging, capsys: pytest.CaptureFixture[str]
) -> None:
    case, me = issued, issued.notary
    before = len(trail(case))
    why = {**COURT, "reason": WRITTEN}
    asked = good(case.ask_for_package(me, **why))["id"]
    case.worker.run()
    for _ in range(2):
        good(file(case, asked, me))
    request, *fetched = trail(case)[before:]
    assert request["field"] == "evidence_package_request"
    assert (request["subject"], request["purpose"]) == (asked, "court")
    assert request["certificate"] == case.certificate
    assert [(each["field"], each["subject"]) for each in fetched] == [
        ("evidence_package", asked)
    ] * 2
    assert WRITTEN not in str(trail(case))
    assert COURT["reference"] not in str(trail(case))
    logged = "".join(capsys.readouterr())
    assert "request_evidence_package" in logged
    assert WRITTEN not in logged
    assert COURT["reference"] not in logged
    told = at(case, asked, me).body
    assert (told["reason"], told["reference"]) == (WRITTEN, COURT["reference"])


@pytest.mark.parametrize(
    ("role", "why", "wrong"),
    [
        ("applicant", {"purpose": "office_use"}, {"/purpose": "not_allowed"}),
        ("applicant", {"purpose": "court"}, {"/reference": "missing"}),
        ("notary", {"purpose": "office_use"}, {"/reason": "missing"}),
        ("notary", OWN_USE | {"reason": "x"}, {"/purpose": "not_allowed"}),
        ("archivist", {"purpose": "authority"}, {"/reason": "missing", "/reference": "missing"}),
    ],
)
def test_what_has_to_be_said_and_is_not_is_named(
    issued: Staging, role: str, why: dict[str, str], wrong: dict[str, str]
) -> None:
    person = getattr(issued, role)
    answer = issued.ask_for_package(person, **why)
    assert refused(answer) == (422, "request_invalid")
    assert {each["pointer"]: each["code"] for each in answer["errors"]} == wrong


def test_nobody_takes_evidence_that_his_device_did_not_agree_to(issued: Staging) -> None:
    case, me = issued, issued.applicant
    body = {**OWN_USE, "step_up": nobodys_answer()}
    assert refused(me.post(case.packages(), body)) == (404, "step_up_not_found")
    # Agreed to another act, or to another paper.
    deed = case.shown(me, "/deed")
    assert refused(me.asked(case.case, "take_evidence", deed)) == (
        409,
        "step_up_of_another_document",
    )
    given = case.agreed(me, "take_evidence")
    assert me.post(case.packages(), {**OWN_USE, "step_up": given}).status == 202
    case.worker.run()
    again = me.post(case.packages(), {**OWN_USE, "step_up": given})
    assert refused(again) == (409, "step_up_spent")


def test_a_repeated_request_has_one_effect_and_a_second_one_waits(issued: Staging) -> None:
    case, me, key = issued, issued.archivist, new_id()
    body = {**OFFICE_USE, "step_up": case.agreed(me, "take_evidence")}
    first = good(me.post(case.packages(), body, key=key))
    repeated = good(me.post(case.packages(), body, key=key))
    assert (repeated["id"], repeated.headers["Idempotent-Replayed"]) == (first["id"], "true")
    given = case.agreed(me, "take_evidence")
    second = me.post(case.packages(), {**OFFICE_USE, "step_up": given})
    assert refused(second) == (409, "package_under_way")
    # The refused one spent nothing, and nobody else is kept waiting.
    good(case.ask_for_package(case.applicant))
    assert case.worker.run() == ["evidence.package"] * 2
    good(me.post(case.packages(), {**OFFICE_USE, "step_up": given}))


def test_who_asked_fetches_it_and_nobody_else(issued: Staging) -> None:
    case = issued
    of_notary = good(case.ask_for_package(case.notary))["id"]
    of_party = good(case.ask_for_package(case.applicant))["id"]
    case.worker.run()
    director = case.platform.staff(Role.DIRECTOR)
    for other in (case.clerk, director, case.applicant):
        assert refused(file(case, of_notary, other)) == (404, "package_not_found")
    for other in (case.notary, case.clerk, director):
        assert refused(file(case, of_party, other)) == (404, "package_not_found")
    # The office sees that it was asked for; a party sees its own alone.
    assert at(case, of_party, director)["asked_by"] == case.applicant.account
    assert refused(at(case, of_notary, case.applicant)) == (404, "package_not_found")
    listed = [each["asked_by"] for each in good(case.applicant.get(case.packages()))["items"]]
    assert set(listed) == {case.applicant.account}
    assert of_notary in [each["id"] for each in good(director.get(case.packages()))["items"]]
    # A stranger, another office, roles that work on no papers.
    assert refused(file(case, of_party, case.platform.applicant())) == (404, "case_not_found")
    neighbour = case.platform.staff(Role.NOTARY, office=HEKOU)
    assert refused(file(case, of_notary, neighbour)) == (404, "case_not_found")
    for role in (Role.CASHIER, Role.ASSISTANT, Role.SYSADMIN):
        answer = case.platform.staff(role).get(case.packages())
        assert refused(answer) == (403, "not_permitted")


def test_each_takes_away_what_the_api_shows_him(issued: Staging) -> None:
    case = issued
    of_party, of_team, of_desk = (
        case.package_of(person) for person in (case.applicant, case.notary, case.clerk)
    )
    for package, audience in ((of_party, b"party"), (of_team, b"team"), (of_desk, b"desk")):
        assert audience in package.split()


def test_a_certificate_of_no_or_another_case_has_no_evidence_here(issued: Staging) -> None:
    body = {**OFFICE_USE, "step_up": nobodys_answer()}
    for rest in ("", f"/{new_id()}", f"/{new_id()}/file"):
        path = issued.path(f"/certificates/{new_id()}/evidence-packages{rest}")
        assert refused(issued.notary.get(path)) == (404, "certificate_not_found")
    answer = issued.notary.post(issued.path(f"/certificates/{new_id()}/evidence-packages"), body)
    assert refused(answer) == (404, "certificate_not_found")
    assert refused(at(issued, new_id(), issued.notary)) == (404, "package_not_found")


def left_to_nobody(worker: Worker) -> None:
    """Take what is queued out of the queue: here it is carried out by hand, or by nobody."""
    with worker.engine.begin() as connection:
        connection.execute(TAKE)


def carry_out(case: Staging, package: str, **changes: Any) -> None:  # noqa: ANN401  # fields of any type
    """Make the package as the worker does, on a desk with ``changes``."""
    progress = Progress(
        open_transaction=case.platform.open_transaction, office=KUNMING, operation=package
    )
    desk = replace(case.worker._packaging_desk(), **changes)
    make_package(KUNMING, PackageId(package), desk=desk, progress=progress)


def test_a_second_run_makes_nothing_anew(issued: Staging) -> None:
    case, me = issued, issued.notary
    asked = good(case.ask_for_package(me))["id"]
    case.worker.run()
    before = at(case, asked, me).body

    def never(*_: object) -> NoReturn:
        raise AssertionError("nothing is read for one that is made")

    carry_out(case, asked, gather=never, put=never)
    assert at(case, asked, me).body == before


def test_two_that_make_it_at_once_end_with_one(issued: Staging) -> None:
    """A worker that was only slow finds that another one made it."""
    case, me = issued, issued.notary
    asked = good(case.ask_for_package(me))["id"]
    left_to_nobody(case.worker)

    def made_meanwhile(office: OfficeId, content: bytes) -> Digest:
        carry_out(case, asked)
        return case.platform.put(office, content + b"of the slow one")

    carry_out(case, asked, put=made_meanwhile)
    told = at(case, asked, me).body
    assert hashlib.sha256(good(file(case, asked, me)).body).hexdigest() == told["sha256"]
    assert b"slow" not in file(case, asked, me).body


def test_one_that_was_given_up_says_why_and_is_asked_for_again(issued: Staging) -> None:
    case, me = issued, issued.notary
    asked = good(case.ask_for_package(me))["id"]
    left_to_nobody(case.worker)
    give_up_package(KUNMING, PackageId(asked), desk=case.worker._packaging_desk())
    with case.platform.open_transaction(Scope(office=KUNMING)) as tx:
        operation = tx.operations.get(asked)
        tx.operations.save(replace(operation, state="failed", problem="evidence_missing"))
    told = at(case, asked, me).body
    assert (told["state"], told["problem"]) == ("failed", "evidence_missing")
    assert "Ask for it again" in told["says"]
    assert refused(file(case, asked, me)) == (409, "package_not_ready")
    with pytest.raises(PackageNotReady):
        carry_out(case, asked)
    good(case.ask_for_package(me))


def test_who_may_no_longer_have_it_does_not_get_it(platform: Platform, worker: Worker) -> None:
    """Asked before the account was closed, made after."""
    case = Staging(platform=platform, worker=worker).issue()
    of_notary = good(case.ask_for_package(case.notary))["id"]
    of_party = good(case.ask_for_package(case.applicant))["id"]
    left_to_nobody(worker)
    with worker.engine.begin() as connection:
        connection.execute(IN_OFFICE)
        closed = text("UPDATE staff SET is_active = false WHERE id = :id")
        assert connection.execute(closed, {"id": case.notary.account}).rowcount == 1
    with pytest.raises(NotPermitted):
        carry_out(case, of_notary)
    with platform.open_transaction(Scope(office=KUNMING)) as tx:
        kept = tx.cases.get(CaseId(case.case), lock=True)
        kept.parties = [replace(each, account=None) for each in kept.parties]
        tx.cases.save(kept)
    with pytest.raises(CaseNotFound):
        carry_out(case, of_party)
    assert at(case, of_notary, case.clerk)["state"] == "queued"


def test_a_job_that_nobody_agreed_to_makes_nothing(issued: Staging) -> None:
    """Written into the tables by somebody who has them: there is no answer of the person."""
    case, me = issued, issued.notary
    with case.platform.open_transaction(Scope(office=KUNMING)) as tx:
        (certificate,) = tx.certificates.of_case(case.case)
    unanswered = good(me.asked(case.case, "take_evidence", str(certificate.sealed_sha256)))["id"]
    forged = PackageRequest(
        id=PackageId(new_id()),
        office=KUNMING,
        case=case.case,
        certificate=case.certificate,
        account=me.account,
        by_party=False,
        why=Why(purpose=PackagePurpose.OFFICE_USE, reason="x"),
        step_up=unanswered,
        state=PackageState.QUEUED,
        asked_at=case.platform.clock.at,
    )
    with case.platform.open_transaction(Scope(office=KUNMING)) as tx:
        tx.package_requests.add(forged)
    with pytest.raises(StepUpUnanswered):
        carry_out(case, forged.id)
    give_up_package(KUNMING, forged.id, desk=case.worker._packaging_desk())
    # There never was an operation of it, so nothing says why.
    assert at(case, forged.id, me)["problem"] is None


# From here on days pass, and sessions end: each test lets somebody sign in anew.


def test_an_account_that_asks_for_many_is_told_to_wait(issued: Staging) -> None:
    case, platform = issued, issued.platform
    me = platform.staff(Role.ISSUING_CLERK)
    asked = good(case.ask_for_package(me))["id"]
    case.worker.run()
    with case.worker.engine.begin() as connection:
        connection.execute(IN_OFFICE)
        connection.execute(MANY_MORE, {"id": asked, "most": MOST_ASKED})
    answer = case.ask_for_package(me)
    assert refused(answer) == (429, "too_many_packages")
    assert answer.headers["Retry-After"] == "86400"
    platform.clock.at += ASKED_WITHIN
    good(case.ask_for_package(platform.again(me)))


def test_what_was_kept_for_its_days_is_destroyed_and_asked_for_again(issued: Staging) -> None:
    case, platform = issued, issued.platform
    desk = ending_desk(platform)
    platform.clock.at += timedelta(days=8)
    end_packages([KUNMING], desk=desk)
    me = platform.staff(Role.DIRECTOR)
    first = good(case.ask_for_package(me))["id"]
    case.worker.run()
    assert end_packages([KUNMING], desk=desk) == 0
    platform.clock.at += timedelta(days=4)
    # The same bytes once more: they lie in the store once, for two requests.
    me = platform.again(me)
    second = good(case.ask_for_package(me))["id"]
    case.worker.run()
    digest = at(case, first, me)["sha256"]
    assert at(case, second, me)["sha256"] == digest

    platform.clock.at += timedelta(days=3, hours=1)
    me = platform.again(me)
    assert refused(file(case, first, me)) == (409, "package_ended")
    assert end_packages([KUNMING], desk=desk) == 1
    assert at(case, first, me)["state"] == "ended"
    good(file(case, second, me))
    platform.clock.at += timedelta(days=4)
    me = platform.again(me)
    assert end_packages([KUNMING], desk=desk) == 1
    with pytest.raises(ObjectMissing):
        platform.store.get(KUNMING, Digest(digest))
    assert refused(file(case, second, me)) == (409, "package_ended")
    good(case.ask_for_package(me))


@pytest.mark.parametrize(
    ("raised", "state"),
    [
        # Locked longer by somebody: it stays, and is asked about again.
        (ObjectLocked, "ready"),
        # An earlier run destroyed it and died before it said so.
        (ObjectMissing, "ended"),
    ],
)
def test_nothing_is_called_gone_before_it_is(
    issued: Staging, raised: type[Exception], state: str
) -> None:
    case, platform = issued, issued.platform
    platform.clock.at += timedelta(days=8)
    end_packages([KUNMING], desk=ending_desk(platform))
    me = platform.staff(Role.ARCHIVIST)
    asked = good(case.ask_for_package(me))["id"]
    case.worker.run()
    platform.clock.at += timedelta(days=7, hours=1)

    def discard(_: OfficeId, digest: Digest) -> None:
        raise raised(digest.hex)

    gone = end_packages([KUNMING], desk=replace(ending_desk(platform), discard=discard))
    assert gone == (state == "ended")
    assert at(case, asked, platform.again(me))["state"] == state
