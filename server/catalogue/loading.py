"""Reads all the catalogue's data at start, so that a wrong file stops the start.

Nothing is repaired or defaulted: whatever is unknown, missing or laxer than
the law raises `CatalogueDataInvalid`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from server.catalogue.ceremony_forms import read_ceremony_forms
from server.catalogue.errors import CatalogueDataInvalid, MatterUnknown
from server.catalogue.fields import Fields
from server.catalogue.matter_files import read_materials, read_matters
from server.catalogue.mission_files import read_missions
from server.catalogue.office_files import Shelf, read_office
from server.catalogue.rule_packs import RulePacks
from server.catalogue.strict_yaml import read_yaml
from server.catalogue.tariff_files import read_tariffs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.catalogue.ceremony_forms import CeremonyForm
    from server.catalogue.matters import Matter, MatterCode, Wording
    from server.catalogue.routes import Mission, MissionCode
    from server.catalogue.rule_packs import Office, OfficeId

DATA: Final = Path(__file__).with_name("data")


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    matters: Mapping[MatterCode, Matter]
    missions: Mapping[MissionCode, Mission]
    rule_packs: RulePacks
    ceremony_forms: Mapping[str, CeremonyForm]
    """By version: a case is held by the form that it was begun under."""

    messages: Mapping[str, Wording]
    """Texts of the reasons of `server.catalogue.eligibility`, by message code."""

    def matter(self, code: MatterCode) -> Matter:
        try:
            return self.matters[code]
        except KeyError:
            raise MatterUnknown(code) from None


def load_catalogue(data: Path = DATA) -> Catalogue:
    """Return everything under ``data``, or raise `CatalogueDataInvalid`."""
    matters = read_matters(data / "matters", read_materials(data / "materials.yaml"))
    missions = read_missions(data / "missions.yaml")
    shelf = Shelf(
        matters=matters,
        missions=missions,
        tariffs=read_tariffs(data / "tariffs"),
        ceremony_forms=read_ceremony_forms(data / "ceremony_forms"),
    )
    offices: dict[OfficeId, Office] = {}
    for path in sorted((data / "offices").glob("*.yaml")):
        office = read_office(path, shelf)
        if office.id in offices:
            raise CatalogueDataInvalid(path.name, f"{office.id} is already an office")
        offices[office.id] = office
    return Catalogue(
        matters=matters,
        missions=missions,
        rule_packs=RulePacks(offices),
        ceremony_forms=shelf.ceremony_forms,
        messages=_read_messages(data / "messages.yaml"),
    )


def _read_messages(path: Path) -> Mapping[str, Wording]:
    every = Fields(read_yaml(path), path.name)
    return {code: every.wording(code) for code in every.names()}
