"""One case and the people around it, taken step by step over HTTP."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from server.cases.drafting import Tick
from server.cases.review import Head
from server.cases.roles import Role
from server.catalogue.notices import read_notices

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functional.case.platform import Person, Platform, Reply
    from tests.functional.case.worker import Worker

ELIGIBILITY: dict[str, Any] = {
    "route": "home_abroad",
    "citizenship": "CN",
    "location_country": "FR",
    "use_country": "CN",
    "age": 55,
    "places": [{"connection": "domicile", "place": "530102"}],
    "residence": "long_term_abroad",
    "mainland_household": True,
    "receiver_accepts_remote": True,
}
APPLICATION: dict[str, Any] = {
    "office": "kunming-demo",
    "matter": "SM03",
    "purpose": "向银行证明同一人",
    "copies": 2,
    "language": "zh-CN",
    "eligibility": ELIGIBILITY,
    "applicant": {"name": "欧阳明", "nationality": "CN"},
}
WORKING_DEVICE: dict[str, Any] = {
    "camera": "works",
    "microphone": "works",
    "uplink_kbps": 1800,
    "round_trip_ms": 190,
    "loss_permille": 4,
    "device": "phone",
}
OWN_USE = {"purpose": "own_use"}
OFFICE_USE = {"purpose": "office_use", "reason": "复核"}
AGREED_TO = ("approve", "approve_enforcement")
CONSENTS = ("terms", "personal_data", "recording", "face_online", "e_signature", "notice_of_rights")


def consent_to(purpose: str, on: Any) -> dict[str, Any]:  # noqa: ANN401  # a date
    notice = read_notices().in_force(purpose, "zh-CN", on=on)
    return {
        "purpose": purpose,
        "notice_code": notice.code,
        "notice_version": notice.version,
        "language": notice.language,
        "text_sha256": notice.sha256,
    }


@dataclass(slots=True, kw_only=True)
class Staging:
    """Each method is one stretch of the main line and checks that it went well."""

    platform: Platform
    worker: Worker
    application: dict[str, Any] = field(default_factory=lambda: APPLICATION)
    fee: dict[str, Any] = field(default_factory=dict)
    """What the tariff of the matter has to be told."""

    has_deed: bool = True
    applicant: Person = field(init=False)
    assistant: Person = field(init=False)
    notary: Person = field(init=False)
    checker: Person = field(init=False)
    approver: Person = field(init=False)
    cashier: Person = field(init=False)
    clerk: Person = field(init=False)
    archivist: Person = field(init=False)
    case: str = ""
    party: str = ""
    ceremony: str = ""
    certificate: str = ""

    def __post_init__(self) -> None:
        self.applicant = self.platform.applicant()
        self.assistant = self.platform.staff(Role.ASSISTANT)
        self.notary = self.platform.staff(Role.NOTARY)
        self.checker = self.platform.staff(Role.CHECKER)
        self.approver = self.platform.staff(Role.APPROVER)
        self.cashier = self.platform.staff(Role.CASHIER)
        self.clerk = self.platform.staff(Role.ISSUING_CLERK)
        self.archivist = self.platform.staff(Role.ARCHIVIST)

    def path(self, rest: str = "") -> str:
        return f"/cases/{self.case}{rest}"

    def read(self, person: Person | None = None) -> Reply:
        return good((person or self.applicant).get(self.path()))

    def change(
        self, person: Person, send: Callable[..., Reply], rest: str, body: object = None
    ) -> Reply:
        """Change something of the case as it stands now."""
        return good(send(self.path(rest), body, etag=self.read(person).etag))

    def agreed(self, person: Person, action: str) -> dict[str, str]:
        """Let the person's own device agree to ``action`` on the document as it is shown now."""
        papers = {"sign_deed": "/deed", "take_evidence": f"/certificates/{self.certificate}/file"}
        document = self.shown(person, papers.get(action, "/draft"))
        return person.device.answer(good(person.asked(self.case, action, document)))

    def shown(self, person: Person, paper: str) -> str:
        """Return the SHA-256 of what the person is shown."""
        return hashlib.sha256(good(person.get(self.path(paper))).body).hexdigest()

    def confirm_presence(self) -> Reply:
        """Let the notary vouch for the party and the deed that lies open."""
        seen = {"party": self.party, "deed_sha256": self.shown(self.notary, "/deed")}
        return good(self.notary.post(self.room("/presence"), seen))

    def sign_deed(self) -> Reply:
        """Let the party sign what lies open, on its own device; the job is left to the worker."""
        body = {
            "ceremony_id": self.ceremony,
            "deed_sha256": self.shown(self.applicant, "/deed"),
            "step_up": self.agreed(self.applicant, "sign_deed"),
        }
        return good(self.applicant.post(self.path("/deed/signatures"), body))

    def act(self, person: Person, action: str, **particulars: object) -> Reply:
        if action in AGREED_TO:
            particulars = {"step_up": self.agreed(person, action), **particulars}
        return self.change(person, person.post, "/actions", {"action": action, **particulars})

    def open(self) -> Staging:
        made = good(self.applicant.post("/cases", self.application))
        self.case, self.party = made["id"], made["parties"][0]["id"]
        return self

    def consent(self) -> Staging:
        for purpose in CONSENTS:
            body = consent_to(purpose, self.platform.clock.at.date())
            good(self.applicant.post(self.path("/consents"), body))
        return self

    def prove_identity(self) -> Staging:
        self.ask_for_check()
        assert self.worker.run() == ["identity.check"]
        return self

    def ask_for_check(self) -> Reply:
        me = self.applicant
        body = {
            "document": "resident_id",
            "front": me.upload(self.case, b"front", purpose="document"),
            "back": me.upload(self.case, b"back", purpose="document"),
            "live": me.upload(self.case, b"live", purpose="live_photo"),
        }
        return good(me.post(self.path(f"/parties/{self.party}/identity-checks"), body))

    def hand_in(self) -> Staging:
        for material in self.read()["materials"]:
            if material["required"]:
                file = self.applicant.upload(
                    self.case, f"file {material['id']}".encode(), purpose="material"
                )
                self.change(
                    self.applicant,
                    self.applicant.put,
                    f"/materials/{material['id']}",
                    {"upload_id": file},
                )
        return self

    def submit(self) -> Staging:
        self.open().consent().prove_identity().hand_in()
        self.act(self.applicant, "submit")
        return self

    def accept(self) -> Staging:
        self.submit()
        for material in self.read(self.assistant)["materials"]:
            if material["required"]:
                self.change(
                    self.assistant,
                    self.assistant.post,
                    f"/materials/{material['id']}/decision",
                    {"state": "checked"},
                )
        self.change(self.assistant, self.assistant.post, "/fee", self.fee)
        self.change(self.cashier, self.cashier.post, "/fee/on-account")
        self.act(self.notary, "accept")
        return self

    def review(self) -> Staging:
        self.accept()
        self.act(self.assistant, "start_review")
        evidence = [m["id"] for m in self.read(self.notary)["materials"]]
        findings = [
            {"head": head, "satisfied": True, "opinion": "属实", "evidence": evidence}
            for head in Head
        ]
        self.change(self.notary, self.notary.put, "/review", {"findings": findings})
        if self.has_deed:
            deed = {"title": "声明书", "variables": {"statements": ["二者系同一人。"]}}
            self.change(self.notary, self.notary.put, "/deed", deed)
            self.worker.run()
        return self

    def start_ceremony(self) -> Staging:
        """Meet, try every device, and record; nobody is identified yet."""
        self.review()
        self.act(self.notary, "schedule_interview")
        participants = [{"party": self.party, "seat": "party"}]
        planned = good(self.notary.post(self.path("/ceremonies"), {"participants": participants}))
        self.ceremony = planned["id"]
        for person in (self.notary, self.applicant):
            self.try_devices(person)
        self.step("admit")
        for person in (self.notary, self.applicant):
            good(person.post(self.room("/joins")))
        self.step("start_recording")
        return self

    def try_devices(self, person: Person, **found: object) -> Reply:
        return good(person.post(self.room("/tech-checks"), WORKING_DEVICE | found))

    def identify(self, person: Person | None = None) -> Reply:
        """Let the notary compare, and say so."""
        body = {
            "account": (person or self.applicant).account,
            "ground": "document_compared",
            "reason": "证件与本人一致",
        }
        return self.notary.post(self.room("/identifications"), body)

    def tell(self, person: Person, kind: str, **facts: str) -> Reply:
        return person.post(self.room("/events"), {"kind": kind, **facts})

    def identified(self) -> Staging:
        self.start_ceremony()
        good(self.identify())
        self.step("confirm_identities")
        return self

    def open_signing(self) -> Staging:
        """Of somebody whose identity stands: inform, ask, hear, and lay the deed open."""
        self.step("confirm_identities")
        self.inform_and_ask()
        self.write_record()
        self.read_back()
        self.confirm_record()
        self.step("open_signing")
        return self

    def inform_and_ask(self) -> Staging:
        form = good(self.applicant.get(self.room("/form")))
        good(self.tell(self.applicant, "notice_confirmed", sha256=form["notice"]["sha256"]))
        answers = [{"question": q["code"], "satisfies": True} for q in form["questions"]]
        body = {"account": self.applicant.account, "language": "zh-CN", "answers": answers}
        good(self.notary.post(self.room("/answers"), body))
        return self

    def write_record(self, answer: str = "自愿。") -> Reply:
        record = {
            "place": "远程视频",
            "started_at": "2026-11-23T10:00:00+08:00",
            "exchanges": [{"question": "自愿吗？", "answer": answer}],
            "told": ["虚假声明的法律后果"],
        }
        return self.change(self.notary, self.notary.put, "/interview-record", record)

    def record_sha256(self) -> str:
        return str(self.read(self.notary)["interview_record"]["sha256"])

    def read_back(self) -> str:
        digest = self.record_sha256()
        good(self.tell(self.notary, "record_read_back", sha256=digest))
        return digest

    def confirm_record(self) -> Reply:
        confirmed = {"record_sha256": self.record_sha256()}
        me = self.applicant
        return self.change(me, me.post, "/interview-record/confirmation", confirmed)

    def show_pages(self) -> Staging:
        """Let the party turn every page of what lies open."""
        deed = good(self.applicant.get(self.room("/act")))["deed"]
        for page in range(1, deed["pages"] + 1):
            shown = {"subject": str(page), "sha256": deed["sha256"]}
            good(self.tell(self.applicant, "page_shown", **shown))
        return self

    def room(self, rest: str = "") -> str:
        return self.path(f"/ceremonies/{self.ceremony}{rest}")

    def step(self, step: str) -> Reply:
        return good(self.notary.post(self.room("/steps"), {"step": step}))

    def record(self, person: Person, index: int, content: bytes, prev: bytes | None) -> Reply:
        return person.post(
            self.room("/segments"),
            {
                "upload_id": person.upload(self.case, content, purpose="segment"),
                "index": index,
                "starts_ms": index * 1000,
                "ends_ms": (index + 1) * 1000,
                "prev_sha256": "0" * 64 if prev is None else hashlib.sha256(prev).hexdigest(),
            },
        )

    def interview(self) -> Staging:
        self.identified()
        good(self.record(self.applicant, 0, b"one", None))
        good(self.record(self.applicant, 1, b"two", b"one"))
        self.inform_and_ask()
        self.write_record()
        self.read_back()
        self.confirm_record()
        self.step("open_signing")
        if self.has_deed:
            self.show_pages()
        return self

    def sign(self) -> Staging:
        self.interview()
        if self.has_deed:
            self.confirm_presence()
            self.sign_deed()
            assert self.worker.run() == ["deed.sign"]
        self.step("complete")
        self.act(self.notary, "complete_interview")
        return self

    def draft(self, text: str = "兹证明前面的声明书系欧阳明所立。") -> Staging:
        self.change(self.notary, self.notary.put, "/draft", {"variables": {"paragraphs": [text]}})
        self.worker.run()
        return self

    def check(self) -> Staging:
        """Bring a draft past the checker."""
        self.act(self.notary, "submit_check")
        self.tick(self.checker, "/check")
        self.act(self.checker, "pass_check")
        return self

    def tick(self, person: Person, form: str) -> Reply:
        return self.change(person, person.put, form, {"ticks": list(Tick), "opinion": "同意"})

    def approve(self) -> Staging:
        self.sign()
        self.act(self.notary, "start_draft")
        self.draft().check()
        self.tick(self.approver, "/approval")
        self.act(self.approver, "approve")
        return self

    def issue(self) -> Staging:
        self.approve().print_it(self.clerk)
        (certificate,) = good(self.clerk.get(self.path("/certificates")))["items"]
        self.certificate = certificate["id"]
        return self

    def print_it(self, person: Person) -> Staging:
        good(self.ask_to_issue(person))
        assert self.worker.run() == ["case.issue"]
        return self

    def ask_to_issue(self, person: Person) -> Reply:
        body = {"step_up": self.agreed(person, "issue")}
        return person.post(self.path("/issuance"), body)

    def packages(self, rest: str = "") -> str:
        return self.path(f"/certificates/{self.certificate}/evidence-packages{rest}")

    def ask_for_package(self, person: Person, **why: str) -> Reply:
        """Ask as whoever it is has to: for oneself, or with a reason of the office."""
        usual = OWN_USE if person is self.applicant else OFFICE_USE
        body = {"step_up": self.agreed(person, "take_evidence"), **(why or usual)}
        return person.post(self.packages(), body)

    def package_of(self, person: Person) -> Any:  # noqa: ANN401  # bytes
        """Ask for a package, have it made, and fetch it."""
        asked = good(self.ask_for_package(person))
        self.worker.run()
        return good(person.get(self.packages(f"/{asked['id']}/file"))).body

    def deliver(self) -> Staging:
        """Receive the newest certificate, and have the delivery closed."""
        delivery = good(self.applicant.get(self.path("/deliveries")))["items"][-1]
        file = self.path(f"/certificates/{delivery['certificate']}/file")
        good(self.applicant.get(file))
        good(self.applicant.post(self.path(f"/deliveries/{delivery['id']}/receipt")))
        self.act(self.clerk, "deliver")
        return self


def good(reply: Reply) -> Reply:
    assert reply.status < 300, (reply.status, reply.body)
    return reply
