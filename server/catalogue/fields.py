"""Reads a mapping field by field and refuses whatever nobody asked for.

A misspelt key in a rule pack would otherwise be a rule that silently does not
hold.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from server.catalogue.errors import CatalogueDataInvalid
from server.catalogue.matters import Wording

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


class Fields:
    """One mapping of a data file; `done` raises if a key was left unread."""

    def __init__(self, value: object, where: str) -> None:
        self.where = where
        if not isinstance(value, dict):
            raise CatalogueDataInvalid(where, "is not a mapping")
        self._rest: dict[str, object] = {str(key): entry for key, entry in value.items()}

    def names(self) -> list[str]:
        return list(self._rest)

    def text(self, key: str) -> str:
        return self._take(key, str)

    def whole(self, key: str) -> int:
        value = self._take(key, int)
        if isinstance(value, bool) or not value >= 0:
            raise self._invalid(key, "is not a whole number from 0")
        return value

    def whole_or_none(self, key: str) -> int | None:
        return None if self.takes_null(key) else self.whole(key)

    def truth(self, key: str) -> bool:
        return self._take(key, bool)

    def day(self, key: str) -> date:
        value = self._take(key, date)
        if isinstance(value, datetime):
            raise self._invalid(key, "is not a day")
        return value

    def choice(self, key: str, choices: type[E]) -> E:
        value = self.text(key)
        try:
            return choices(value)
        except ValueError:
            raise self._invalid(key, f"is none of {', '.join(choices)}") from None

    def wording(self, key: str) -> Wording:
        inner = self.fields(key)
        wording = Wording(zh=inner.text("zh"), en=inner.text("en"))
        inner.done()
        return wording

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._take(key, list)
        if any(not isinstance(value, str) for value in values):
            raise self._invalid(key, "is not a list of texts")
        if len(set(values)) != len(values):
            raise self._invalid(key, "names something twice")
        return tuple(values)

    def texts_or_none(self, key: str) -> tuple[str, ...] | None:
        return None if self.takes_null(key) else self.texts(key)

    def wholes(self, key: str) -> tuple[int, ...]:
        values = self._take(key, list)
        if any(type(value) is not int for value in values):
            raise self._invalid(key, "is not a list of whole numbers")
        return tuple(values)

    def fields(self, key: str) -> Fields:
        return Fields(self._take(key, object), f"{self.where}.{key}")

    def each(self, key: str) -> list[Fields]:
        values = self._take(key, list)
        return [Fields(value, f"{self.where}.{key}[{n}]") for n, value in enumerate(values)]

    def done(self) -> None:
        if self._rest:
            raise CatalogueDataInvalid(self.where, f"unknown: {', '.join(self._rest)}")

    def takes_null(self, key: str) -> bool:
        """Read ``key`` if it says null, and tell whether it did."""
        if key in self._rest and self._rest[key] is None:
            del self._rest[key]
            return True
        return False

    def _take(self, key: str, kind: type[T]) -> T:
        if key not in self._rest:
            raise self._invalid(key, "is missing")
        value = self._rest.pop(key)
        if not isinstance(value, kind):
            raise self._invalid(key, f"is not a {kind.__name__}")
        return value

    def _invalid(self, key: str, reason: str) -> CatalogueDataInvalid:
        return CatalogueDataInvalid(f"{self.where}.{key}", reason)
