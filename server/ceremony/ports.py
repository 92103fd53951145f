"""What a ceremony needs from the outside, in its own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from server.ceremony.ceremony import Ceremony, CeremonyId


class CeremonyBook(Protocol):
    """The ceremonies of one office, inside one transaction."""

    def add(self, ceremony: Ceremony) -> None: ...

    def get(self, ceremony_id: CeremonyId, *, lock: bool = False) -> Ceremony:
        """Return the ceremony, or raise `CeremonyNotFound`."""
        ...

    def of_case(self, case_id: str) -> list[Ceremony]:
        """Return every ceremony of the case, oldest first."""
        ...

    def save(self, ceremony: Ceremony) -> None:
        """Write what changed; links and segments are only ever appended."""
        ...
