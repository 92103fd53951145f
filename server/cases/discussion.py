"""集体讨论: complex or important matters are talked over before anybody approves them.

公证程序规则 Art. 34. What was said goes into the supplementary volume (副卷) and is
shown to the office's people only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from server.cases.ids import AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class Discussion:
    called_by: AccountId
    called_at: datetime
    why: str
    minutes: str | None = None
    present: tuple[AccountId, ...] = ()
    """Everybody who took part besides whoever held it."""

    held_by: AccountId | None = None
    held_at: datetime | None = None

    @property
    def is_held(self) -> bool:
        return self.held_at is not None
