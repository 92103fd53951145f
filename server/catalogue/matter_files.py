"""Reads `data/materials.yaml` and `data/matters/*.yaml` into values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.catalogue.errors import CatalogueDataInvalid
from server.catalogue.fields import Fields
from server.catalogue.matters import (
    EsignPolicy,
    Jurisdiction,
    MaterialCode,
    MaterialItem,
    Matter,
    MatterCode,
    MatterGroup,
    MatterKind,
    Necessity,
    OverseasVideo,
    Remote,
    Secrecy,
    Standing,
    Translation,
    Wording,
)
from server.catalogue.strict_yaml import read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Materials = dict[MaterialCode, Wording]


def read_materials(path: Path) -> Materials:
    every = Fields(read_yaml(path), path.name)
    return {MaterialCode(code): every.wording(code) for code in every.names()}


def read_matters(folder: Path, materials: Materials) -> Mapping[MatterCode, Matter]:
    """Return every matter of ``folder`` by its code."""
    matters: dict[MatterCode, Matter] = {}
    for path in sorted(folder.glob("*.yaml")):
        for matter in _read_group(path, materials):
            if matter.code in matters:
                raise CatalogueDataInvalid(path.name, f"{matter.code} is already a matter")
            matters[matter.code] = matter
    return matters


def _read_group(path: Path, materials: Materials) -> list[Matter]:
    top = Fields(read_yaml(path), path.name)
    head = top.fields("group")
    group = MatterGroup(
        code=head.text("code"), name=Wording(zh=head.text("zh"), en=head.text("en"))
    )
    head.done()
    matters = [_matter(entry, group, materials) for entry in top.each("matters")]
    top.done()
    return matters


def _matter(entry: Fields, group: MatterGroup, materials: Materials) -> Matter:
    matter = Matter(
        code=MatterCode(entry.text("code")),
        name=entry.wording("name"),
        group=group,
        kind=entry.choice("kind", MatterKind),
        remote=entry.choice("remote", Remote),
        overseas_video=entry.choice("overseas_video", OverseasVideo),
        in_person=entry.truth("in_person"),
        agent_allowed=entry.truth("agent_allowed"),
        two_person=entry.truth("two_person"),
        sla_working_days=entry.whole("sla_working_days"),
        sla_calendar_days=entry.whole_or_none("sla_calendar_days"),
        approval_required=entry.truth("approval_required"),
        esign=entry.choice("esign", EsignPolicy),
        jurisdiction=entry.choice("jurisdiction", Jurisdiction),
        secrecy=entry.choice("secrecy", Secrecy),
        translation=entry.choice("translation", Translation),
        use=entry.text("use"),
        materials=_items(entry.fields("materials"), materials),
        notes=entry.text("notes"),
        citations=entry.texts("citations"),
        standing=entry.choice("standing", Standing),
    )
    entry.done()
    if matter.in_person and matter.agent_allowed:
        raise CatalogueDataInvalid(entry.where, "a personal act admits no agent (Art. 26)")
    return matter


def _items(lists: Fields, materials: Materials) -> tuple[MaterialItem, ...]:
    items = []
    for necessity in Necessity:
        for code in map(MaterialCode, lists.texts(necessity)):
            if code not in materials:
                raise CatalogueDataInvalid(lists.where, f"{code} is no material")
            items.append(MaterialItem(code=code, name=materials[code], necessity=necessity))
    lists.done()
    return tuple(items)
