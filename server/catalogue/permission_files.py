"""Reads the remote permissions of a rule pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.catalogue.errors import CatalogueDataInvalid
from server.catalogue.matters import MatterCode, Standing
from server.catalogue.routes import MissionCode, RemotePermission, Residence, Route

if TYPE_CHECKING:
    from server.catalogue.fields import Fields


def read_permission(entry: Fields) -> RemotePermission:
    permission = RemotePermission(
        route=entry.choice("route", Route),
        matters=frozenset(map(MatterCode, entry.texts("matters"))),
        citizens_of=_set_or_none(entry, "citizens_of"),
        residences=_residences(entry),
        countries=_set_or_none(entry, "countries"),
        missions=frozenset(map(MissionCode, entry.texts("missions"))),
        use_countries=_set_or_none(entry, "use_countries"),
        assistance_allowed=entry.truth("assistance_allowed"),
        citation=entry.text("citation"),
        standing=entry.choice("standing", Standing),
    )
    entry.done()
    if permission.route is Route.IN_PERSON:
        raise CatalogueDataInvalid(entry.where, "coming in person needs no permission")
    return permission


def _set_or_none(entry: Fields, key: str) -> frozenset[str] | None:
    values = entry.texts_or_none(key)
    return None if values is None else frozenset(values)


def _residences(entry: Fields) -> frozenset[Residence]:
    values = entry.texts("residences")
    admitted = {residence.value for residence in Residence} - {Residence.UNKNOWN.value}
    if not set(values) <= admitted:
        raise CatalogueDataInvalid(f"{entry.where}.residences", "admits an unknown residence")
    return frozenset(map(Residence, values))
