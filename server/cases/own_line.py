"""One person has one line: that of the sign-in by which the person came in last.

公证法 Art. 28(1); 公证程序规则 Art. 28: whoever is seen and heard is one person at one place. Two
devices of one account that each take the line whenever they lose it would leave a recording of
neither, so the second asks before it takes over, and the first does not take it back by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.ceremony.course import last_told
from server.ceremony.errors import HereElsewhere, LineTakenOver
from server.ceremony.following import is_here
from server.ceremony.sharing import JOINED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from server.ceremony.ceremony import Ceremony


def refuse_second_device(
    ceremony: Ceremony,
    account: str,
    *,
    session: str | None,
    seen: Mapping[str, datetime],
    at: datetime,
) -> None:
    """Raise `HereElsewhere` where this person is in the room by another sign-in.

    ``seen``: when each account last followed the ceremony.
    """
    if _is_by_another(ceremony, account, session) and is_here(seen.get(account), at=at):
        raise HereElsewhere


def require_own_line(ceremony: Ceremony, account: str, *, session: str) -> None:
    """Raise `LineTakenOver` where the person has come in by another sign-in since."""
    if _is_by_another(ceremony, account, session):
        raise LineTakenOver


def _is_by_another(ceremony: Ceremony, account: str, session: str | None) -> bool:
    came = last_told(ceremony, JOINED, by=account)
    return came is not None and came.body["session"] not in {None, session}
