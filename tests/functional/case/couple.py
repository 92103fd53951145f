"""Two applicants of one case, who sit before one tablet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.functional.case.staging import CONSENTS, Staging, consent_to, good

if TYPE_CHECKING:
    from tests.functional.case.platform import Person, Reply


@dataclass(slots=True, kw_only=True)
class Couple(Staging):
    """The same line of things, with everything that each does done by both."""

    spouse: Person = field(init=False)
    spouse_party: str = ""

    def __post_init__(self) -> None:
        Staging.__post_init__(self)
        self.spouse = self.platform.applicant()

    @property
    def two(self) -> tuple[tuple[Person, str], ...]:
        return ((self.applicant, self.party), (self.spouse, self.spouse_party))

    def open(self) -> Staging:
        Staging.open(self)
        body = {"role": "applicant", "name": "李小红", "phone": self.spouse.phone}
        self.spouse_party = good(self.applicant.post(self.path("/parties"), body))["id"]
        return self

    def consent(self) -> Staging:
        for person, party in self.two:
            for purpose in CONSENTS:
                body = consent_to(purpose, self.platform.clock.at.date()) | {"party": party}
                good(person.post(self.path("/consents"), body))
        return self

    def prove_identity(self) -> Staging:
        for person, party in self.two:
            body = {
                "document": "resident_id",
                "front": person.upload(self.case, b"front", purpose="document"),
                "back": person.upload(self.case, b"back", purpose="document"),
                "live": person.upload(self.case, b"live", purpose="live_photo"),
            }
            good(person.post(self.path(f"/parties/{party}/identity-checks"), body))
        self.worker.run()
        return self

    def meet(self) -> Couple:
        """Let the notary and one of the two come in; the other is seated."""
        self.review()
        self.act(self.notary, "schedule_interview")
        seats = [{"party": party, "seat": "party"} for _, party in self.two]
        self.ceremony = good(self.notary.post(self.path("/ceremonies"), {"participants": seats}))[
            "id"
        ]
        self.step("admit")
        for person in (self.notary, self.applicant):
            good(person.post(self.room("/joins")))
        return self

    def offer(self, *, by: Person | None = None, to: Person | None = None) -> Reply:
        body = {"account": (to or self.spouse).account}
        return (by or self.applicant).post(self.room("/device-offers"), body)

    def come(self, *, who: Person | None = None, device_of: Person | None = None) -> Reply:
        body = {"device_of": (device_of or self.applicant).account}
        return (who or self.spouse).post(self.room("/companions"), body)

    def leave(self, who: Person | None = None) -> Reply:
        return (who or self.spouse).post(self.room("/companions/departure"))

    def start_ceremony(self) -> Staging:
        """Sit down beside one another, and record one line for both."""
        self.meet()
        good(self.offer())
        good(self.come())
        for person in (self.notary, self.applicant, self.spouse):
            self.try_devices(person)
        self.step("start_recording")
        return self

    def identified(self) -> Staging:
        self.start_ceremony()
        for person, _ in self.two:
            good(self.identify(person))
        self.step("confirm_identities")
        return self

    def inform_and_ask(self) -> Staging:
        form = good(self.applicant.get(self.room("/form")))
        answers = [{"question": q["code"], "satisfies": True} for q in form["questions"]]
        for person, _ in self.two:
            good(self.tell(person, "notice_confirmed", sha256=form["notice"]["sha256"]))
            body = {"account": person.account, "language": "zh-CN", "answers": answers}
            good(self.notary.post(self.room("/answers"), body))
        return self

    def confirm_record(self) -> Reply:
        confirmed = {"record_sha256": self.record_sha256()}
        rest = "/interview-record/confirmation"
        self.change(self.spouse, self.spouse.post, rest, confirmed)
        return self.change(self.applicant, self.applicant.post, rest, confirmed)

    def show_pages_to(self, person: Person) -> None:
        deed = good(person.get(self.room("/act")))["deed"]
        for page in range(1, deed["pages"] + 1):
            good(self.tell(person, "page_shown", subject=str(page), sha256=deed["sha256"]))

    def vouch_for(self, party: str) -> Reply:
        seen = {"party": party, "deed_sha256": self.shown(self.notary, "/deed")}
        return good(self.notary.post(self.room("/presence"), seen))

    def sign_as(self, person: Person, *, answer: dict[str, str] | None = None) -> Reply:
        body = {
            "ceremony_id": self.ceremony,
            "deed_sha256": self.shown(person, "/deed"),
            "step_up": answer or self.agreed(person, "sign_deed"),
        }
        return person.post(self.path("/deed/signatures"), body)

    def sign(self) -> Staging:
        self.interview()
        for person, party in self.two:
            self.show_pages_to(person)
            self.vouch_for(party)
            good(self.sign_as(person))
            assert self.worker.run() == ["deed.sign"]
        self.step("complete")
        self.act(self.notary, "complete_interview")
        return self
