"""Who has a line in the deed signs it, and whoever has none is told so before any job is begun."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.functional.case.staging import CONSENTS, Staging, consent_to, good
from tests.functional.case.test_invitations import NUMBERS, Guest, invite, seats

if TYPE_CHECKING:
    from tests.functional.case.platform import Person, Platform
    from tests.functional.case.worker import Worker


@dataclass(slots=True, kw_only=True)
class Family(Staging):
    """The applicant, another whose deed it is without an account, and somebody related."""

    relative: Person = field(init=False)
    related: str = ""
    principal: str = ""

    def __post_init__(self) -> None:
        Staging.__post_init__(self)
        self.relative = self.platform.applicant()

    def open(self) -> Staging:
        Staging.open(self)
        self.principal = self.add({"role": "principal", "name": "李娜"})
        relative = {"role": "related_person", "name": "王芳", "phone": self.relative.phone}
        self.related = self.add(relative)
        return self

    def add(self, party: dict[str, str]) -> str:
        return str(good(self.applicant.post(self.path("/parties"), party))["id"])

    def consent(self) -> Staging:
        Staging.consent(self)
        for purpose in CONSENTS:
            body = consent_to(purpose, self.platform.clock.at.date()) | {"party": self.related}
            good(self.relative.post(self.path("/consents"), body))
        return self

    def may(self, who: Person) -> list[str]:
        found = good(self.notary.get(self.room("/act")))["participants"]
        return next(list(each["may"]) for each in found if each["account"] == who.account)


def test_a_principal_is_invited_to_sign_and_a_relative_is_told_that_there_is_nothing_to_sign(
    platform: Platform, worker: Worker
) -> None:
    case = Family(platform=platform, worker=worker)
    case.review()
    case.act(case.notary, "schedule_interview")
    planned = [{"party": party, "seat": "party"} for party in (case.party, case.related)]
    case.ceremony = good(case.notary.post(case.path("/ceremonies"), {"participants": planned}))[
        "id"
    ]
    guest = Guest(case=case, contact={"phone": f"+3363998{next(NUMBERS)}"}, party=case.principal)
    good(invite(guest, seat="party"))
    guest.read_message()
    principal = guest.come_in()
    assert seats(case) == ["notary", "party", "party", "party"]
    assert {"sign", "confirm"} <= set(case.may(principal))
    assert "sign" not in case.may(case.relative)
    asked = {
        "ceremony_id": case.ceremony,
        "deed_sha256": case.shown(case.relative, "/deed"),
        "step_up": case.agreed(case.relative, "sign_deed"),
    }
    refused = case.relative.post(case.path("/deed/signatures"), asked)
    assert (refused.status, refused.codes) == (409, ["no_signature_of_this_role"])
    assert worker.run() == []
