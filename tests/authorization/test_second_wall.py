"""The same cells with the application's own checks taken out: the database still shows nothing.

conventions.md D8. What is left is row-level security, which knows only who is calling.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from server.access.principals import AccountKind, Principal
from server.cases.ids import CaseId
from server.contract import views
from server.http import case_at_hand, uploads
from server.transaction import Scope, Transaction
from tests.authorization.expected import OTHER, Cell, read_reviewed
from tests.functional.case.platform import KUNMING

if TYPE_CHECKING:
    import pytest

    from server.cases.case import Case
    from server.http.call import Call
    from tests.authorization.stage import Stage

BEHIND_THE_WALL: list[Cell] = [
    cell for cell in read_reviewed() if cell.tenant == OTHER and cell.expected == "404"
]


def trusting(tx: Transaction, caller: Principal, case_id: str) -> None:
    """Take the path at its word, as a forgetful change might."""
    is_applicant = caller.kind is AccountKind.APPLICANT
    tx.narrow(
        Scope(
            office=KUNMING if is_applicant else caller.office,
            account=caller.account if is_applicant else None,
            case=CaseId(case_id),
        )
    )


def unlooked(_: Call, case: Case) -> Case:
    return case


def test_without_the_applications_checks_not_one_row_crosses_the_wall(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "narrow_to_case", trusting)
    monkeypatch.setattr(uploads, "narrow_to_case", trusting)
    monkeypatch.setattr(case_at_hand, "_visible", unlooked)
    answers = [(cell, stage.ask(cell)) for cell in BEHIND_THE_WALL]
    print(f"\n{len(answers)} cells: {Counter(a.status for _, a in answers)}")  # noqa: T201
    shown = [(cell, a.status, a.body) for cell, a in answers if a.status != 404]
    assert len(answers) > 500
    assert shown == []
