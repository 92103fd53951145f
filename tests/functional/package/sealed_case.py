"""A case taken to its certificate over HTTP, its papers typeset, signed and sealed for real."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.cases.ids import OfficeId
from server.wiring.algorithms import algorithms_of_office
from server.wiring.packages import packaging_desk
from server.wiring.press import press_of
from server.wiring.work import deed_desk
from tests.functional.case.staging import APPLICATION, Staging
from tests.functional.case.worker import TAKE, Worker

if TYPE_CHECKING:
    from server.cases.press import Press
    from server.tasks.deeds import DeedDesk
    from server.tasks.packaging import PackagingDesk
    from tests.servers.whole import Whole, WholePlatform


@dataclass(slots=True, kw_only=True)
class SealingWorker(Worker):
    """Looks at no faces, but prints, signs and seals as the platform's own worker does."""

    platform: WholePlatform

    def _desk(self) -> DeedDesk:
        return deed_desk(self.platform.parts)

    def _press(self) -> Press:
        return press_of(self.platform.parts)

    def _packaging_desk(self) -> PackagingDesk:
        return packaging_desk(self.platform.parts)


def begun_case(whole: Whole, *, matter: str = APPLICATION["matter"]) -> Staging:
    with whole.owner.begin() as connection:
        # What other tests have queued is not carried out for real.
        connection.execute(TAKE)
    case = Staging(
        platform=whole.platform,
        worker=SealingWorker(platform=whole.platform, engine=whole.owner),
        application={**APPLICATION, "matter": matter},
        has_deed=matter == APPLICATION["matter"],
    )
    parts = whole.platform.parts
    for algorithm in algorithms_of_office(OfficeId("kunming-demo"), parts.catalogue.rule_packs):
        parts.custody.enrol_notary(
            office="kunming-demo",
            notary=case.notary.account,
            common_name="王公证",
            algorithm=algorithm,
        )
    return case
