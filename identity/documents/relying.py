"""Which of the texts that were read can be relied on, and what it means when one cannot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from identity.verdict import Doubt

if TYPE_CHECKING:
    from identity.documents.fields import FieldName, FieldReading, SideReading


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingLimits:
    readable: float
    """A field below this confidence counts as unreadable."""
    certain: float
    """Only at or above it does a contradiction count against the document, not the reader."""


class Reader:
    """Takes fields from a side and notes the ones that cannot be relied on."""

    def __init__(self, limits: ReadingLimits) -> None:
        self.limits = limits
        self.doubts: set[Doubt] = set()

    def text(self, side: SideReading, name: FieldName) -> str | None:
        field = side.fields.get(name)
        if field is None or not field.confidence >= self.limits.readable:
            self.doubts.add(Doubt.FIELDS_UNREADABLE)
            return None
        return field.text

    def day(self, side: SideReading, name: FieldName) -> date | None:
        text = self.text(side, name)
        if text is None:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.doubts.add(Doubt.FIELDS_UNREADABLE)
            return None

    def blame(self, doubt: Doubt, *fields: FieldReading) -> None:
        """Blame the document if the texts are certain, else the reading."""
        certain = all(field.confidence >= self.limits.certain for field in fields)
        self.doubts.add(doubt if certain else Doubt.FIELDS_UNREADABLE)
