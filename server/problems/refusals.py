"""What an edge refuses before any use case runs. None carries a caller's value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class RequestRefused(Exception):
    """Base of every refusal of a request's form."""


class NoSuchPath(RequestRefused):
    """Nothing is served under this path."""


class MethodNotServed(RequestRefused):
    """The path is served, with other methods."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self.allowed = tuple(sorted(allowed))
        super().__init__("method not served")


class BodyMalformed(RequestRefused):
    """The body is not strict JSON."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class BodyTooLarge(RequestRefused):
    """The body is larger than the operation takes."""


class MediaTypeRefused(RequestRefused):
    """The body's Content-Type is not the one that the operation takes."""


class IdempotencyKeyMissing(RequestRefused):
    """An operation that makes something needs an Idempotency-Key."""


class PreconditionMissing(RequestRefused):
    """A change needs If-Match, so that nobody overwrites what they have not seen."""


class EntityChanged(RequestRefused):
    """The resource is not in the state that If-Match names."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where; never the value itself."""

    pointer: str
    """JSON pointer into the body, or ``/query/name``, ``/path/name``, ``/header/name``."""

    code: str
    limit: str | None = None
    """What the contract asks for, where that helps."""


class RequestInvalid(RequestRefused):
    """The request does not meet the contract; everything that is wrong is listed."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(", ".join(f.code for f in self.faults))


class CursorRefused(RequestRefused):
    """The cursor was not made here, or for another list."""
