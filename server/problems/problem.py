"""What a caller is told of an error, before it is put into a language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One entry of ``errors``: what is wrong, where, and by which rule."""

    code: str
    pointer: str | None = None
    subject: str | None = None
    """Id or code of the party, material, head ... that it is about."""

    citation: str | None = None
    limit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    told: tuple[Told, ...] = ()
    facts: Mapping[str, str | int] = field(default_factory=dict)
    """Codes, digests and positions that a client goes on from; never a person's data."""

    headers: Mapping[str, str] = field(default_factory=dict)


NOTHING: Final = Details()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    status: int
    code: str
    details: Details = NOTHING
