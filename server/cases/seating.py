"""Which roles a seat in a case asks for (公证程序规则 Art. 5, 20, 40, 62)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.cases.errors import ConditionsUnmet
from server.cases.guards import Unmet
from server.cases.roles import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.cases.case import Staffing
    from server.cases.ids import AccountId

SEATS: Final[dict[str, frozenset[Role]]] = {
    "assistant": frozenset({Role.ASSISTANT}),
    "handling_notary": frozenset({Role.NOTARY}),
    "second_handler": frozenset({Role.SECOND_HANDLER, Role.NOTARY, Role.ASSISTANT}),
    "checker": frozenset({Role.CHECKER}),
    "approver": frozenset({Role.APPROVER, Role.DIRECTOR}),
    "reexaminer": frozenset({Role.NOTARY}),
}


def refuse_unsuited(
    staffing: Staffing, *, roles_of: Callable[[AccountId], frozenset[Role]]
) -> None:
    """Raise `ConditionsUnmet` with every seat whose person lacks its role."""
    unsuited = [
        Unmet("staff_lacks_role", "P-5, P-20", seat)
        for seat, roles in SEATS.items()
        if (person := getattr(staffing, seat)) is not None and not roles & roles_of(person)
    ]
    if unsuited:
        raise ConditionsUnmet(unsuited)
