"""What a step is told beside its name; a step that needs to be told says what.

公证程序规则 Art. 34, 35, 48, 50, 55: grounds are closed lists, reports are written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.cases.enforcement import NoEnforcementGround
from server.cases.errors import FormIncomplete
from server.cases.suspensions import SuspensionGround
from server.cases.transitions import Action

if TYPE_CHECKING:
    from enum import StrEnum

    from server.cases.ids import AccountId, MaterialId, OfficeId


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementItem:
    material: MaterialId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What a step may need to be told beside its name."""

    ground: str | None = None
    report: str | None = None
    supplement: tuple[SupplementItem, ...] = ()
    to_office: OfficeId | None = None
    present: tuple[AccountId, ...] = ()

    @property
    def destination(self) -> OfficeId:
        """Where a transfer goes; raises `FormIncomplete` where nobody said."""
        if self.to_office is None:
            raise FormIncomplete(["to_office"])
        return self.to_office


NOTHING: Final = Particulars()

REPORTED: Final = frozenset(
    {
        Action.PROPOSE_TRANSFER,
        Action.SUSPEND,
        Action.CALL_DISCUSSION,
        Action.HOLD_DISCUSSION,
        Action.REVOKE_IN_PART,
        Action.APPLY_ENFORCEMENT,
        Action.SUBMIT_ENFORCEMENT,
        Action.REFUSE_ENFORCEMENT,
    }
)
"""Steps that nobody takes without saying why, or what."""

GROUNDS: Final[dict[Action, type[StrEnum]]] = {
    Action.SUSPEND: SuspensionGround,
    Action.REFUSE_ENFORCEMENT: NoEnforcementGround,
}


def refuse_untold(action: Action, told: Particulars) -> None:
    """Raise `FormIncomplete` naming what ``action`` has to be told and was not."""
    missing = []
    if action in REPORTED and not told.report:
        missing.append("report")
    if action in GROUNDS and told.ground not in set(GROUNDS[action]):
        missing.append("ground")
    if action is Action.PROPOSE_TRANSFER and told.to_office is None:
        missing.append("to_office")
    if missing:
        raise FormIncomplete(missing)
