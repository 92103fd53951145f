"""Several people at one device: whose line each of them is seen, heard and recorded on.

A companion comes in at the device of somebody who is in the room and offered it. From then on
the carrier's line is the companion's too: where it breaks off, both are gone, and where the
carrier goes to another device the companion has none. The chain alone says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from server.ceremony.status import Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from server.ceremony.ceremony import Ceremony, Segment
    from server.ceremony.chain import Link

JOINED: Final = "joined"
OFFERED: Final = "device_offered"
LEFT: Final = "left_device"
_HANDED_OVER: Final = "handed_over"


class Lines:
    """Goes along a chain; after each link it knows whose line carries whom."""

    def __init__(self, links: Iterable[Link] = ()) -> None:
        self._carriers: dict[str, str] = {}
        self._without: set[str] = set()
        self._sessions: dict[str, object] = {}
        for each in links:
            self.take(each)

    def of(self, account: str) -> str | None:
        """Return whose line carries this person, mostly the own; ``None``: nobody's any more."""
        return None if account in self._without else self._carriers.get(account, account)

    def carrier_of(self, account: str) -> str | None:
        """Return at whose device a companion is; ``None`` for whoever is at the own one."""
        return self._carriers.get(account)

    def at(self, carrier: str) -> tuple[str, ...]:
        """Return the companions at this person's device, in the order they came."""
        return tuple(each for each, whose in self._carriers.items() if whose == carrier)

    def is_shared(self, account: str) -> bool:
        """Say whether somebody else is before the same camera."""
        return account in self._carriers or bool(self.at(account))

    def take(self, link: Link) -> frozenset[str]:
        """Take in the next link; return whom it leaves without a line."""
        lost: tuple[str, ...] = ()
        if link.kind == JOINED:
            lost = self._joined(link)
        elif link.kind == LEFT:
            lost = tuple({str(link.body["by"])} & self._carriers.keys())
        elif link.kind == _HANDED_OVER:
            # Whoever gave the ceremony away has no seat, and so no line for others.
            lost = self.at(str(link.body["from"]))
        for each in lost:
            del self._carriers[each]
            self._without.add(each)
        return frozenset(lost)

    def _joined(self, link: Link) -> tuple[str, ...]:
        account, carrier = str(link.body["by"]), link.body.get("device_of")
        before = self._sessions.get(account)
        session = link.body.get("session") or before
        self._sessions[account] = session
        self._without.discard(account)
        self._carriers.pop(account, None)
        if carrier is not None:
            self._carriers[account] = str(carrier)
        # Another sign-in may be another device: who sat at the first one has to come in anew.
        went = carrier is not None or before not in {None, session}
        return self.at(account) if went else ()


@dataclass(frozen=True, slots=True)
class Company:
    """Whether somebody else is before the camera that sees a person."""

    is_shared: bool
    since: int
    """Position of the link since which it is as it is; -1: from the beginning."""


def company_of(links: Iterable[Link], account: str) -> Company:
    lines, found = Lines(), Company(is_shared=False, since=-1)
    for link in links:
        lines.take(link)
        if lines.is_shared(account) is not found.is_shared:
            found = Company(not found.is_shared, link.index)
    return found


@dataclass(frozen=True, slots=True)
class Stay:
    """How long a companion was at somebody's device."""

    companion: str
    carrier: str
    since: datetime
    until: datetime | None
    """``None``: to the end."""


def beside(ceremony: Ceremony, segment: Segment) -> Iterator[str]:
    """Yield whose companion's face and voice may be in a segment, too."""
    began = [each.at for each in ceremony.links if each.kind == Step.START_RECORDING]
    ms = timedelta(milliseconds=1)
    for each in stays(ceremony.links) if began else ():
        zero = datetime.fromisoformat(began[0])
        starts, ends = zero + segment.starts_ms * ms, zero + segment.ends_ms * ms
        is_over = each.until is not None and each.until <= starts
        if each.carrier == segment.participant and each.since < ends and not is_over:
            yield each.companion


def stays(links: Iterable[Link]) -> Iterator[Stay]:
    """Yield every stay at the device of somebody else, by when it ended."""
    lines = Lines()
    open_: dict[str, tuple[str, datetime]] = {}
    for link in links:
        lines.take(link)
        at = datetime.fromisoformat(link.at)
        for companion, (carrier, since) in tuple(open_.items()):
            if lines.carrier_of(companion) != carrier:
                yield Stay(companion, carrier, since, at)
                del open_[companion]
        who = str(link.body.get("by"))
        whose = lines.carrier_of(who)
        if link.kind == JOINED and whose is not None:
            open_.setdefault(who, (whose, at))
    for companion, (carrier, since) in open_.items():
        yield Stay(companion, carrier, since, None)
