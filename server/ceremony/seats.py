"""What each seat may do in the room: one table, denied unless it is here.

公证程序规则 Art. 5: the notary leads in person. Art. 28: whoever takes part in the talk reads
and signs its record. 遗嘱公证细则 Art. 6: a witness is there throughout and signs.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.ceremony.ceremony import Seat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.ceremony.ceremony import Ceremony, Participant


class Right(StrEnum):
    LEAD = "lead"  # Takes the steps, identifies, asks, writes and reads back.
    SPEAK = "speak"  # Is seen and heard, and so recorded.
    SEE = "see"  # Sees and hears the others, and what is shown.
    CONFIRM = "confirm"  # Signs the interview record.
    SIGN = "sign"  # Signs the deed, and is asked and informed before.
    REPORT_LOSS = "report_loss"  # Interrupts where a line is lost.


_WITNESSES: Final = frozenset({Right.SPEAK, Right.SEE, Right.CONFIRM, Right.REPORT_LOSS})

RIGHTS: Final[dict[Seat, frozenset[Right]]] = {
    Seat.NOTARY: frozenset({Right.LEAD, Right.SPEAK, Right.SEE, Right.REPORT_LOSS}),
    Seat.SECOND_HANDLER: frozenset({Right.SPEAK, Right.SEE, Right.REPORT_LOSS}),
    Seat.PARTY: _WITNESSES | {Right.SIGN},
    Seat.AGENT: _WITNESSES | {Right.SIGN},
    Seat.WITNESS: _WITNESSES,
    Seat.INTERPRETER: _WITNESSES,
    Seat.CONSULAR_WITNESS: _WITNESSES,
    Seat.OBSERVER: frozenset({Right.SEE}),
}

STAFF_SEATS: Final = frozenset({Seat.NOTARY, Seat.SECOND_HANDLER})
MAY_COME_LATER: Final = frozenset({Seat.INTERPRETER, Seat.OBSERVER})
"""Recording begins without them; whoever has to sign is waited for before signing."""

MUST_BE_IDENTIFIED: Final = frozenset(
    {Seat.PARTY, Seat.AGENT, Seat.WITNESS, Seat.INTERPRETER, Seat.CONSULAR_WITNESS}
)


def may(seat: Seat, right: Right) -> bool:
    return right in RIGHTS[seat]


def with_right(ceremony: Ceremony, right: Right) -> Iterator[Participant]:
    return (each for each in ceremony.participants if may(each.seat, right))
