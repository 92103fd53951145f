"""Whatever is sent again under its Idempotency-Key is answered the same and done once.

Invariant 12 of docs/case-lifecycle.md. The main line is walked by people on a line so bad
that each POST arrives eight times at once, and once more later.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from server.cases.identity_checks import CheckState
from server.cases.roles import Role
from server.contract.spec import read_spec
from tests.authorization.asking import body_of
from tests.functional.case.platform import ROOT, Person, Reply
from tests.functional.case.staging import Staging, good
from tests.functional.case.without_a_face import ComparedByTwo, compare, report, visit, word_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.servers.whole import Whole

AT_ONCE = 8
NEED_A_KEY = {
    operation.id
    for operation in read_spec(ROOT / "mobile_api_spec" / "openapi.bundled.json").operations
    if operation.takes("idempotency-key")
}
PEOPLE = ("applicant", "assistant", "notary", "checker", "approver", "cashier", "clerk")
TABLES = text(
    "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
    " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attname = 'office'"
)


@dataclass(slots=True)
class Effects:
    """How many rows there are of everything that a request can make."""

    whole: Whole
    tables: list[str] = field(init=False)

    def __post_init__(self) -> None:
        with self.whole.owner.connect() as connection:
            self.tables = list(connection.execute(TABLES).scalars())

    def count(self) -> list[tuple[object, ...]]:
        each = [f"SELECT '{t}', count(*), 0 FROM {t}" for t in self.tables]  # noqa: S608  # names from the catalogue
        each.append("SELECT 'versions', sum(version), 0 FROM cases")
        each.append("SELECT 'jobs', count(*), 0 FROM procrastinate_jobs")
        with self.whole.owner.connect() as connection:
            connection.execute(text("SELECT set_config('feigui.office', 'kunming-demo', true)"))
            return sorted(map(tuple, connection.execute(text(" UNION ALL ".join(each)))))


@dataclass(slots=True, kw_only=True)
class OnABadLine(Person):
    """Somebody whose every POST arrives many times."""

    effects: Effects
    done: set[str]

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        etag: str | None = None,
        key: str | None = None,
    ) -> Reply:
        def once(_: int = 0) -> Reply:
            return Person.send(self, method, path, body, etag=etag, key=key)

        if method != "POST" or key is None:
            return once()
        with ThreadPoolExecutor(AT_ONCE) as crowd:
            replies = list(crowd.map(once, range(AT_ONCE)))
        (first,) = [r for r in replies if r.status < 300 and not replayed(r)]
        before = self.effects.count()
        again = once()
        assert self.effects.count() == before
        assert replayed(again)
        for reply in replies:
            if reply is not first and reply.status < 300:
                assert same(reply) == same(first)
            elif reply is not first:
                assert (reply.status, reply["code"]) == (409, "idempotency_key_in_flight")
        assert same(again) == same(first)
        self.done.add(self.operation(path))
        return first

    def operation(self, path: str) -> str:
        adapter = self.platform.app.url_map.bind("localhost")
        return str(adapter.match(f"/v1{path}", "POST")[0])


def replayed(reply: Reply) -> bool:
    return reply.headers.get("Idempotent-Replayed") == "true"


def same(reply: Reply) -> tuple[object, ...]:
    return (reply.status, reply.body, reply.etag, reply.headers.get("Location"))


@pytest.fixture(scope="module")
def done(whole: Whole) -> set[str]:
    """Walk the main line and its side paths; return the operations that were repeated."""
    effects, done = Effects(whole), set[str]()

    def on_a_bad_line(person: Person) -> OnABadLine:
        return OnABadLine(
            platform=person.platform,
            principal=person.principal,
            phone=person.phone,
            effects=effects,
            done=done,
        )

    def case() -> Staging:
        staged = whole.case()
        for name in PEOPLE:
            setattr(staged, name, on_a_bad_line(getattr(staged, name)))
        return staged

    for walk in (the_main_line, the_side_paths, an_unsure_check):
        walk(case(), whole)
    second = on_a_bad_line(whole.platform.staff(Role.SECOND_HANDLER))
    without_a_face(case(), second)
    return done


def the_main_line(case: Staging, whole: Whole) -> None:
    case.issue()
    good(case.applicant.get(case.path(f"/certificates/{case.certificate}/file")))
    (delivery,) = good(case.applicant.get(case.path("/deliveries")))["items"]
    good(case.applicant.post(case.path(f"/deliveries/{delivery['id']}/receipt")))
    assert whole.worker.run() == []
    good(case.ask_for_package(case.applicant))
    assert len(whole.worker.run()) == 1


def the_side_paths(case: Staging, whole: Whole) -> None:
    ids = {"case_id": case.open().case}
    today = whole.platform.clock().date()

    def ask(person: Person, operation: str, rest: str) -> Reply:
        return good(person.post(case.path(rest), body_of(operation, ids, person, today)))

    ask(case.applicant, "add_party", "/parties")
    begin = body_of("begin_upload", ids, case.applicant, today)
    good(case.applicant.post("/uploads", begin))
    case = again_from(case, Staging.review)
    ids["case_id"] = case.case
    witness = ask(case.notary, "bind_witness", "/witnesses")["id"]
    task = ask(case.notary, "open_verification", "/verifications")["id"]
    result = body_of("close_verification", ids, case.notary, today)
    case.change(case.notary, case.notary.post, f"/verifications/{task}/result", result)
    an_invitation(case, witness, whole)
    consent = case.read()["consents"][0]["id"]
    case.change(case.applicant, case.applicant.post, f"/consents/{consent}/withdrawal")
    case = again_from(case, Staging.start_ceremony)
    event = {"kind": "statement_made"}
    good(case.notary.post(case.room("/events"), event))
    good(case.applicant.post(case.room("/media-tickets"), {}))
    rule_the_room(case)
    good(case.notary.post(case.room("/media-room/close")))
    good(case.record(case.applicant, 0, b"a piece", None))
    good(case.step("abort"))
    good(case.notary.post(case.room("/composite")))
    the_talk(again_from(case, Staging.identified), whole)


def an_invitation(case: Staging, witness: str, whole: Whole) -> None:
    case.act(case.notary, "schedule_interview")
    planned = {"participants": [{"party": case.party, "seat": "party"}]}
    case.ceremony = good(case.notary.post(case.path("/ceremonies"), planned))["id"]
    whom = {
        "party": witness,
        "seat": "witness",
        "language": "en",
        "email": f"{witness}@example.com",
    }
    sent = good(case.notary.post(case.room("/invitations"), whom))["id"]
    assert whole.worker.run() == ["ceremony.invitation.send"]
    good(case.notary.post(case.room(f"/invitations/{sent}/revocation")))
    found = {"name": "某丙", "phone": whole.platform.applicant().phone}
    bound = good(case.notary.post(case.path("/witnesses"), found))["id"]
    good(case.notary.post(case.room("/participants"), {"party": bound, "seat": "witness"}))


def the_talk(case: Staging, whole: Whole) -> None:
    whom = {"account": case.applicant.account}
    good(case.notary.post(case.room("/challenges"), whom))
    good(case.record(case.applicant, 0, b"one", None))
    good(case.notary.post(case.room("/looks"), whom))
    assert whole.worker.run() == ["ceremony.look"]
    case.write_record("不自愿。")
    case.read_back()
    wrong = {"position": 0, "answer": "自愿。", "party": case.party}
    case.change(case.notary, case.notary.post, "/interview-record/corrections", wrong)
    right = {"position": 0, "record_sha256": case.read_back()}
    me = case.applicant
    case.change(me, me.post, "/interview-record/countersignatures", right)
    successor = whole.platform.staff(Role.NOTARY)
    to = {"to": successor.account, "reason": "illness"}
    good(case.notary.post(case.room("/hand-overs"), to))


def rule_the_room(case: Staging) -> None:
    seats = good(case.notary.get(case.room()))["participants"]
    party = next(each["account"] for each in seats if each["seat"] == "party")
    wish = {"account": party, "picture": "stills"}
    good(case.notary.post(case.room("/picture"), wish))
    good(case.notary.post(case.room("/media-room/key-frames"), {"participant": party}))
    put_out = {"participant": party, "reason": "disturbs"}
    good(case.notary.post(case.room("/media-room/put-out"), put_out))
    good(case.notary.post(case.room("/media-room/readmit"), {"participant": party}))


def again_from(case: Staging, walk: Callable[[Staging], Staging]) -> Staging:
    """Let the same people begin another case and bring it along."""
    other = Staging(platform=case.platform, worker=case.worker)
    take_over(case, other)
    return walk(other)


def take_over(case: Staging, other: Staging) -> None:
    for name in PEOPLE:
        setattr(other, name, getattr(case, name))


def without_a_face(of: Staging, second: Person) -> None:
    case = ComparedByTwo(platform=of.platform, worker=of.worker)
    take_over(of, case)
    case.start_ceremony()
    case.meet(second)
    good(compare(case))
    good(word_of(case, second))
    beside_the_notary(case, second)
    good(report(case, good(visit(case, place="own_counter", where="本处窗口"))))


def beside_the_notary(case: Staging, second: Person) -> None:
    good(case.notary.post(case.room("/device-offers"), {"account": second.account}))
    good(second.post(case.room("/companions"), {"device_of": case.notary.account}))
    good(second.post(case.room("/companions/departure")))


def an_unsure_check(case: Staging, whole: Whole) -> None:
    whole.worker.finds, whole.worker.unsure = CheckState.PERSON_DECIDES, {"address": "昆明市"}
    case.open().consent()
    good(
        case.applicant.post(
            case.path(f"/parties/{case.party}/identity-challenges"), {"by": "camera"}
        )
    )
    case.prove_identity()
    whole.worker.finds, whole.worker.unsure = CheckState.PROVEN, {}
    check = case.read(case.notary)["identity_checks"][0]["id"]
    confirmed = {"corrected": {"address": "昆明市盘龙区"}}
    case.change(
        case.applicant, case.applicant.post, f"/identity-checks/{check}/confirmation", confirmed
    )
    decision = {"proven": True, "reason": "人工核对"}
    case.change(case.notary, case.notary.post, f"/identity-checks/{check}/decision", decision)


def test_invariant_12_every_operation_that_takes_a_key_was_repeated(done: set[str]) -> None:
    assert done == NEED_A_KEY
