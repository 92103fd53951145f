"""Pages are open to all, and say so: a page without this mark fails the build."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

V = TypeVar("V", bound="Callable[..., object]")
_OPEN: Final = "open_page"


def open_page(view: V) -> V:
    """Let anyone see the page that ``view`` makes."""
    setattr(view, _OPEN, True)
    return view


def is_open_page(view: Callable[..., object]) -> bool:
    return getattr(view, _OPEN, False) is True
