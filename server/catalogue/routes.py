"""The ways a person can come before the notary, and who may use a remote one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from server.catalogue.matters import MatterCode, Standing, Wording

MissionCode = NewType("MissionCode", str)


class Route(StrEnum):
    IN_PERSON = "in_person"  # At the office's window, or the notary comes out.
    DOMESTIC_REMOTE = "domestic_remote"  # By video from another place in the mainland.
    OVERSEAS_MISSION = "overseas_mission"  # By video from a mission or visa centre.
    HOME_ABROAD = "home_abroad"  # By video from wherever the person is abroad.


class Residence(StrEnum):
    """How the person stands to the country where they are."""

    MAINLAND = "mainland"
    LONG_TERM_ABROAD = "long_term_abroad"  # 180 days continuous, residence permit, work or study.
    SHORT_STAY_ABROAD = "short_stay_abroad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mission:
    """A mission or visa centre that lends its room to the overseas video scheme."""

    code: MissionCode
    country: str
    name: Wording
    time_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemotePermission:
    """One opening in the wall: whatever no permission names is denied."""

    route: Route
    matters: frozenset[MatterCode]
    citizens_of: frozenset[str] | None
    """ISO 3166 codes; ``None`` admits every citizenship."""

    residences: frozenset[Residence]
    countries: frozenset[str] | None
    """Where the person may sit; ``None`` is anywhere outside the mainland."""

    missions: frozenset[MissionCode]
    use_countries: frozenset[str] | None
    """Where the certificate may be used; ``None`` is anywhere."""

    assistance_allowed: bool
    """Whether a person who needs help with language or body may use the route."""

    citation: str
    standing: Standing
