"""Nothing is signed, and no recording ends, while somebody in the room is not recorded.

公证程序规则 Art. 53. A line that fell silent, a worker that died, a disk that is full: each of
them is noticed by there being no measurement that says otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.cases.errors import ConditionsUnmet
from server.cases.guards import Unmet
from server.ceremony.lines import unrecorded

if TYPE_CHECKING:
    from datetime import datetime

    from server.ceremony.ceremony import Ceremony
    from server.ceremony.rooms import MediaRoom


def require_everybody_recorded(
    ceremony: Ceremony, room: MediaRoom | None, *, at: datetime, signer: str | None = None
) -> None:
    """Raise `ConditionsUnmet`, naming everybody who is not by party or account.

    ``signer``: account of the party who signs, and so is in the room.
    """
    missing = tuple(
        Unmet("line_not_recorded", "P-53", each.party or each.account)
        for each in unrecorded(ceremony, room, at=at, signer=signer)
    )
    if missing:
        raise ConditionsUnmet(missing)


def require_recorded_to_the_end(
    ceremony: Ceremony, room: MediaRoom | None, *, at: datetime
) -> None:
    """A recording is ended with everybody in it; asked again, it is ended already.

    A ceremony that is given up needs nobody: its room ends with it.
    """
    if room is not None and room.close_asked_at is None and not ceremony.status.is_final:
        require_everybody_recorded(ceremony, room, at=at)
