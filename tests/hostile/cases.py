"""A hostile file: how it is made, what it claims to be, and the reason it is refused for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from identity.images.refusal import RefusalCode


@dataclass(frozen=True, slots=True)
class HostileFile:
    name: str
    make: Callable[[], bytes]
    claimed: str
    code: RefusalCode

    def __str__(self) -> str:
        return self.name
