"""Close what nobody supplemented in time; each case in a transaction of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.cases.lapsing import lapse_if_overdue
from server.cases.status import CaseStatus
from server.transaction import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from server.cases.ids import CaseId, OfficeId
    from server.transaction import OpenTransaction


def lapse_overdue(
    offices: Iterable[OfficeId], *, at: datetime, open_transaction: OpenTransaction
) -> list[CaseId]:
    """Return the cases that were closed. Running it again closes nothing twice."""
    lapsed = []
    for office in offices:
        with open_transaction(Scope(office=office)) as tx:
            waiting = list(tx.cases.standing(CaseStatus.SUPPLEMENT))
        for case_id in waiting:
            with open_transaction(Scope(office=office)) as tx:
                case = tx.cases.get(case_id, lock=True)
                if lapse_if_overdue(case, at=at):
                    tx.cases.save(case)
                    lapsed.append(case_id)
    return lapsed
