"""People who show no face to a machine: compared by the notary, or seen elsewhere."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from tests.functional.case.staging import APPLICATION, CONSENTS, Staging, consent_to, good

if TYPE_CHECKING:
    from tests.functional.case.platform import Person, Reply

NUMBER = "53010219710321001X"
STATEMENT = b"signed statement"
SAME: dict[str, Any] = {
    "result": "same",
    "document": "resident_id",
    "original_shown": True,
    "questions": ["birth", "address"],
    "reason": "五官一致，对答如流",
}
FOR_TWO: dict[str, Any] = {
    **APPLICATION,
    # Two persons handle it, under this office's rules.
    "matter": "HT01",
    "eligibility": {**APPLICATION["eligibility"], "route": "in_person"},
}


class Compared(Staging):
    """A party who agrees to everything but a machine that looks at the face."""

    def consent(self) -> Staging:
        for purpose in (*CONSENTS, "notary_compares"):
            if purpose != "face_online":
                agree(self, purpose)
        return self

    def prove_identity(self) -> Staging:
        good(ask(self))
        assert self.worker.run() == ["identity.check"]
        return self


class ComparedInTime(Compared):
    """The same, with a notary who compares as soon as the recording runs."""

    def start_ceremony(self) -> Staging:
        super().start_ceremony()
        good(compare(self))
        return self


class ComparedByTwo(Compared):
    """The same, in a matter that two persons handle, up to the running recording."""

    def start_ceremony(self) -> Staging:
        self.application = FOR_TWO
        self.open().consent().prove_identity().hand_in()
        self.act(self.applicant, "submit")
        self.act(self.notary, "accept")
        self.act(self.notary, "start_review")
        return self

    def meet(self, second: Person) -> Staging:
        seat = {"second_handler": second.account}
        self.change(self.notary, self.notary.put, "/staffing", seat)
        self.act(self.notary, "schedule_interview")
        return plan(self, second)


def plan(case: Staging, *others: Person) -> Staging:
    """Have a ceremony planned, everybody come in and the recording begin."""
    participants = {"participants": [{"party": case.party, "seat": "party"}]}
    case.ceremony = good(case.notary.post(case.path("/ceremonies"), participants))["id"]
    for person in (case.notary, case.applicant, *others):
        case.try_devices(person)
    case.step("admit")
    for person in (case.notary, case.applicant, *others):
        good(person.post(case.room("/joins")))
    case.step("start_recording")
    return case


class Visited(Staging):
    """A party who goes to the visa centre, where somebody looks at the original."""

    def consent(self) -> Staging:
        for purpose in (*CONSENTS, "in_person_check"):
            if purpose != "face_online":
                agree(self, purpose)
        return self

    def prove_identity(self) -> Staging:
        told = good(visit(self))
        good(report(self, told))
        good(decide(self, told["id"]))
        return self


def agree(case: Staging, purpose: str) -> None:
    body = consent_to(purpose, case.platform.clock.at.date())
    good(case.applicant.post(case.path("/consents"), body))


def ask(case: Staging, **more: object) -> Reply:
    """Ask to be compared by the notary."""
    me = case.applicant
    body = {
        "document": "resident_id",
        "front": me.upload(case.case, b"front", purpose="document"),
        "back": me.upload(case.case, b"back", purpose="document"),
        "compared_by_notary": True,
        **more,
    }
    return me.post(case.path(f"/parties/{case.party}/identity-checks"), body)


def newest(case: Staging) -> Any:  # noqa: ANN401  # JSON
    return case.read(case.notary)["identity_checks"][-1]


def compare(
    case: Staging, by: Person | None = None, *, key: str | None = None, **changes: object
) -> Reply:
    body = {"check": newest(case)["id"], **SAME, **changes}
    return (by or case.notary).post(case.room("/comparisons"), body, key=key)


def word_of(case: Staging, second: Person, *, agrees: bool = True) -> Reply:
    body = {"check": newest(case)["id"], "agrees": agrees, "reason": "同时在场核对"}
    return second.post(case.room("/comparisons/agreement"), body)


def visit(case: Staging, by: Person | None = None, **changes: object) -> Reply:
    body = {"document": "resident_id", "place": "visa_centre", "where": "巴黎签证中心", **changes}
    path = case.path(f"/parties/{case.party}/identity-visits")
    return (by or case.assistant).post(path, body)


def report(case: Staging, told: Reply, **changes: object) -> Reply:
    now = case.platform.clock().astimezone(UTC)
    body = {
        "reference": told["visit"]["reference"],
        "seen_by": "签证中心 李某",
        "seen_at": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "id_number": NUMBER,
        "valid_until": "2031-10-01",
        "same_person": True,
        "original_shown": True,
        "statement": case.assistant.upload(case.case, STATEMENT, purpose="material"),
        **changes,
    }
    return case.assistant.post(case.path(f"/identity-checks/{told['id']}/visit-report"), body)


def decide(case: Staging, check: str, *, proven: bool = True) -> Reply:
    body = {"proven": proven, "reason": "说明完整，予以采信"}
    etag = case.read(case.notary).etag
    return case.notary.post(case.path(f"/identity-checks/{check}/decision"), body, etag=etag)
