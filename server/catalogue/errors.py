"""Reasons the catalogue can say no."""

from __future__ import annotations


class CatalogueError(Exception):
    """Base of everything the catalogue refuses on purpose."""


class CatalogueDataInvalid(CatalogueError):
    """A data file says something that the catalogue does not understand."""

    def __init__(self, where: str, reason: str) -> None:
        self.where = where
        self.reason = reason
        super().__init__(f"{where}: {reason}")


class MatterUnknown(CatalogueError):
    """No matter has this code, or this office does not handle it."""


class OfficeUnknown(CatalogueError):
    """No office has this key."""


class NoRulesInForce(CatalogueError):
    """The office had no rule pack on this day."""


class SeriesUnknown(CatalogueError):
    """The rule pack has no numbering for this series."""


class NumberInvalid(CatalogueError):
    """A certificate number needs a real year and a sequence from 1."""


class NoticeUnknown(CatalogueError):
    """No notice has this code in this language on this day."""
