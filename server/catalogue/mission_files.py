"""Reads `data/missions.yaml` into values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.catalogue.errors import CatalogueDataInvalid
from server.catalogue.fields import Fields
from server.catalogue.routes import Mission, MissionCode
from server.catalogue.strict_yaml import read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def read_missions(path: Path) -> Mapping[MissionCode, Mission]:
    value = read_yaml(path)
    if not isinstance(value, list):
        raise CatalogueDataInvalid(path.name, "is not a list")
    missions = [_mission(Fields(entry, f"{path.name}[{n}]")) for n, entry in enumerate(value)]
    return {mission.code: mission for mission in missions}


def _mission(entry: Fields) -> Mission:
    mission = Mission(
        code=MissionCode(entry.text("code")),
        country=entry.text("country"),
        name=entry.wording("name"),
        time_zone=entry.text("time_zone"),
    )
    entry.done()
    return mission
