"""The tech check: camera, microphone, line and device of each who is seen and heard.

Kept with the case as links of the chain: whoever says later that nothing could be seen or
heard finds what was measured. A weak line stops nobody; a missing camera does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from server.cases.errors import NotYourAction
from server.cases.status import CaseStatus as S
from server.ceremony.course import Told
from server.ceremony.seats import Right, may
from server.ceremony.status import CeremonyStatus, Step

if TYPE_CHECKING:
    from datetime import datetime

    from server.cases.actor import Actor
    from server.cases.case import Case
    from server.ceremony.ceremony import Ceremony
    from server.ceremony.chain import Link


class Gear(StrEnum):
    WORKS = "works"
    MISSING = "missing"
    REFUSED = "refused"  # The person or the system did not let the page use it.
    FAILED = "failed"


class DeviceKind(StrEnum):
    PHONE = "phone"
    TABLET = "tablet"
    COMPUTER = "computer"
    TERMINAL = "terminal"  # Of the office, a mission or a visa centre.


@dataclass(frozen=True, slots=True, kw_only=True)
class TechCheck:
    camera: Gear
    microphone: Gear
    uplink_kbps: int | None
    round_trip_ms: int | None
    loss_permille: int | None
    """None, here and above: the page could not measure it, and nothing is made up."""

    device: DeviceKind

    @property
    def works(self) -> bool:
        return self.camera is Gear.WORKS and self.microphone is Gear.WORKS


def report_tech_check(
    case: Case, ceremony: Ceremony, check: TechCheck, actor: Actor, *, at: datetime
) -> Link:
    """Put on record what a participant's page measured; again after a change of device."""
    case.require_editable("ceremony", S.INTERVIEW_SET)
    if not may(ceremony.seat_of(actor.account).seat, Right.SPEAK):
        raise NotYourAction("report_tech_check")
    if ceremony.status is CeremonyStatus.PLANNED:
        ceremony.take(Step.CHECK_DEVICES, by=actor.account, at=at)
    least = case.rules.ceremony.least_uplink_kbps
    is_good = check.uplink_kbps is not None and check.uplink_kbps >= least
    facts: dict[str, str | int | None] = {
        "camera": check.camera,
        "microphone": check.microphone,
        "uplink_kbps": check.uplink_kbps,
        "round_trip_ms": check.round_trip_ms,
        "loss_permille": check.loss_permille,
        "device": check.device,
        "works": int(check.works),
        "line": "good" if is_good else "weak",
    }
    return ceremony.note(Told.TECH_CHECKED, at, by=actor.account, facts=facts)
