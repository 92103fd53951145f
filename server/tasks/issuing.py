"""Issue on demand, and the sweep that finishes what a crash left half done."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from server.cases.ids import CaseId
from server.cases.issuing import issue_case
from server.transaction import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from server.cases.ids import OfficeId
    from server.cases.press import Press
    from server.cases.step_up import StepUpId
    from server.tasks.progress import Progress
    from server.transaction import OpenTransaction

STUCK_AFTER: Final = timedelta(seconds=20)


def issue(
    office: OfficeId, case_id: CaseId, *, step_up: StepUpId, press: Press, progress: Progress
) -> None:
    progress.step(1, 2, "issue.sealing")
    certificate = issue_case(office, case_id, press=press, step_up=step_up)
    progress.succeed(f"/v1/cases/{case_id}/certificates/{certificate}")


def unfinished_cases(
    office: OfficeId, *, press: Press, open_transaction: OpenTransaction
) -> list[CaseId]:
    """Return the office's cases whose number was allotted a while ago and not sealed."""
    with open_transaction(Scope(office=office)) as tx:
        stuck = tx.certificates.unfinished(before=press.now() - STUCK_AFTER)
        return [CaseId(each.case) for each in stuck]


def sweep(
    offices: Iterable[OfficeId],
    *,
    press: Press,
    open_transaction: OpenTransaction,
    finish: Callable[[OfficeId, CaseId], None],
) -> None:
    """Finish every issue that a crash interrupted; ``finish`` lets no case stop the next."""
    for office in offices:
        for case_id in unfinished_cases(office, press=press, open_transaction=open_transaction):
            finish(office, case_id)
