"""Every operation, as every caller, in his own and in another office: all cells are executed.

conventions.md D8. What is expected is in matrix.csv, which people review; a
case of another office is not found, and nothing tells it from one that never was.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import pytest

from server.cases.roles import STAFF_ROLES, Role
from tests.authorization.expected import CALLERS, OK, OTHER, Cell, cells, operations, read_reviewed
from tests.functional.case.platform import HEKOU, new_id
from tests.fuzz.cast import CASE_WORKERS

if TYPE_CHECKING:
    from tests.authorization.stage import Stage
    from tests.functional.case.platform import Reply

# What says that a whole thing is hidden, and not that some part of it is missing.
HIDDEN: Final = frozenset({"case_not_found", "upload_not_found", "operation_not_found"})
# Here 401 says that the made-up credentials are wrong, to whoever sends them.
ASKS_FOR_CREDENTIALS: Final = frozenset({"redeem_code", "sign_in_staff", "refresh_session"})
REVIEWED: Final = read_reviewed()
SEATS: Final = {caller.name for caller in CALLERS if caller.name.endswith(":seated")}


def test_the_reviewed_matrix_is_what_the_permission_table_says() -> None:
    assert cells() == REVIEWED, "python -m tests.authorization.generate, and read the diff"


@pytest.mark.parametrize("operation", sorted(set(operations())))
def test_every_caller_is_answered_as_the_matrix_says(operation: str, stage: Stage) -> None:
    row = [cell for cell in REVIEWED if cell.operation == operation]
    answers = {(cell.caller, cell.tenant): stage.ask(cell) for cell in row}
    wrong = {
        who: (cell.expected, answer.status, answer.body)
        for cell in row
        if not fits(cell, answer := answers[who := (cell.caller, cell.tenant)])
    }
    assert wrong == {}


def fits(cell: Cell, answer: Reply) -> bool:
    if cell.operation in ASKS_FOR_CREDENTIALS:
        return answer.status in {401, 429}
    if cell.expected == OK:
        return answer.status not in {401, 403} and code_of(answer) not in HIDDEN
    if cell.expected == "404":
        return answer.status == 404 and code_of(answer) in HIDDEN
    return str(answer.status) == cell.expected


def code_of(answer: Reply) -> str:
    return str(answer.body.get("code", "")) if isinstance(answer.body, dict) else ""


def test_nobody_of_the_office_has_a_way_to_a_party_s_key() -> None:
    ways = {"sign_deed", "begin_step_up:sign_deed"}
    staff = [c for c in REVIEWED if c.operation in ways and c.caller in {*STAFF_ROLES, *SEATS}]
    assert len(staff) == len(ways) * (2 * len(STAFF_ROLES) + len(SEATS))
    assert {c.expected for c in staff} <= {"403", "404"}
    own = {c.expected for c in staff if c.tenant == "own"}
    assert own == {"403"}


def test_another_offices_case_looks_like_one_that_never_was(stage: Stage) -> None:
    neighbour = stage.whole.platform.staff(*CASE_WORKERS, office=HEKOU)
    hidden, absent = neighbour.get(stage.issued.path()), neighbour.get(f"/cases/{new_id()}")
    for answer in (hidden, absent):
        assert answer.body.pop("trace_id")
    assert (hidden.status, hidden.body) == (absent.status, absent.body)
    shown = [set(a.headers) for a in (hidden, absent)]
    assert shown[0] == shown[1]


def test_most_cells_are_refusals() -> None:
    classes = Counter(cell.expected for cell in REVIEWED)
    print(f"\ncells: {classes.total()} {dict(classes)}")  # noqa: T201  # the size is the point
    assert classes.total() > 3000
    assert {c.expected for c in REVIEWED if c.tenant == OTHER} == {OK, "403", "404"}
    assert not [c for c in REVIEWED if c.caller == str(Role.SYSADMIN) and c.expected == "404"]
