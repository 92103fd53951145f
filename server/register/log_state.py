"""What is known of the log's entries and of the checkpoints over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEntry:
    index: int
    status: str
    """The certificate's from this entry on."""

    content: bytes
    hash: bytes
    """As the tree has it; `leaf_hash` of the content unless somebody was at the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCheckpoint:
    size: int
    note: bytes
    """The signed checkpoint, as it was published."""

    signed_at: datetime
