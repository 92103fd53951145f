"""Reasons a paper cannot be typeset."""

from __future__ import annotations


class TypesettingError(Exception):
    """Base of everything typesetting refuses on purpose."""


class FontMissing(TypesettingError):
    """The folder of fonts does not hold the family that the papers need."""


class TextNotPrintable(TypesettingError):
    """A text holds a character that would hide, reorder or break what is printed."""


class GlyphMissing(TypesettingError):
    """The fonts have no shape for a character; an empty box is not printed instead."""


class LayoutBroken(TypesettingError):
    """The template and its data do not fit: our own mistake."""
