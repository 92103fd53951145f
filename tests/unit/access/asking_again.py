"""One party with a telephone who is asked again, on books in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from server.access.devices import AuthenticatorKind, Device, DeviceId
from server.access.principals import AccountKind, Principal, SessionId
from server.access.stepping_up import Asking, Given, StepUpBooks, answer_step_up, begin_step_up
from server.cases.roles import Role
from server.cases.status import CaseStatus
from server.cases.step_up import KeyUse, StepUp, StepUpId, Wanted
from server.demo.device import DeviceKey
from tests.unit.access.books import MemoryDevices
from tests.unit.cases.a_case import APPLICANT, NOW, ready_case
from tests.unit.cases.books import MemoryStepUps

if TYPE_CHECKING:
    from datetime import datetime

    from server.cases.case import Case
    from server.cases.ids import AccountId
    from server.register.certificates import Certificate

DEED = "2" * 64
PARTY = Principal(
    account=APPLICANT.account,
    kind=AccountKind.APPLICANT,
    office=None,
    roles=frozenset({Role.APPLICANT}),
    session=SessionId("s-1"),
)


@dataclass(slots=True)
class AskingAgain:
    case: Case = field(default_factory=lambda: ready_case(CaseStatus.INTERVIEW_SET))
    step_ups: MemoryStepUps = field(default_factory=MemoryStepUps)
    devices: MemoryDevices = field(default_factory=MemoryDevices)
    certificates: tuple[Certificate, ...] = ()
    phone: DeviceKey = field(default_factory=lambda: DeviceKey(id="d-1"))

    def __post_init__(self) -> None:
        self.devices.add(self.known(self.phone))

    def known(self, key: DeviceKey, *, account: AccountId = PARTY.account) -> Device:
        return Device(
            id=DeviceId(key.id),
            account=account,
            kind=AuthenticatorKind.DEVICE_KEY,
            public_key=key.public,
            name="telephone",
            added_at=NOW,
            added_in=PARTY.session,
        )

    def ask(
        self, *, use: KeyUse = KeyUse.SIGN_DEED, digest: str = DEED, who: Principal = PARTY
    ) -> StepUp:
        new = Asking(id=StepUpId(f"u-{len(self.step_ups.every)}"), nonce=b"n" * 32, at=NOW)
        asked = begin_step_up(
            self.case, use, digest, principal=who, asking=new, certificates=self.certificates
        )
        self.step_ups.add(asked)
        return asked

    @property
    def wanted(self) -> Wanted:
        return Wanted(
            use=KeyUse.SIGN_DEED,
            case=self.case.id,
            digests=frozenset({DEED}),
            account=PARTY.account,
        )

    def given(self, asked: StepUp, *, by: DeviceKey | None = None) -> Given:
        key = by or self.phone
        return Given(step_up=asked.id, device=DeviceId(key.id), signature=key.sign(asked.statement))

    def answer(
        self,
        given: Given,
        *,
        who: Principal = PARTY,
        wanted: Wanted | None = None,
        at: datetime = NOW,
    ) -> StepUp:
        books = StepUpBooks(step_ups=self.step_ups, devices=self.devices)
        return answer_step_up(given, wanted or self.wanted, principal=who, books=books, at=at)
