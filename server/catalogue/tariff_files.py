"""Reads `data/tariffs/*.yaml` into values."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from server.catalogue.errors import CatalogueDataInvalid
from server.catalogue.fields import Fields
from server.catalogue.matters import MatterCode, Standing
from server.catalogue.strict_yaml import read_yaml
from server.catalogue.tariffs import (
    Fen,
    FixedFee,
    OfficePrices,
    PriceByOffice,
    Relief,
    Tariff,
    TariffItem,
    Tier,
    TieredFee,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from server.catalogue.tariffs import FeeRule

_HUNDRED = 100


def read_tariffs(folder: Path) -> Mapping[str, Tariff]:
    """Return every tariff of ``folder`` by its version."""
    tariffs = [
        _tariff(Fields(read_yaml(path), path.name)) for path in sorted(folder.glob("*.yaml"))
    ]
    return {tariff.version: tariff for tariff in tariffs}


def read_prices(entry: Fields) -> OfficePrices:
    listed = entry.fields("published_fen")
    prices = OfficePrices(
        citation=entry.text("citation"),
        published={MatterCode(code): Fen(listed.whole(code)) for code in listed.names()},
        copies_included=entry.whole("copies_included"),
        copy_fee=Fen(entry.whole("copy_fee_fen")),
        translation_fee=Fen(entry.whole("translation_fee_fen")),
    )
    entry.done()
    return prices


def _tariff(top: Fields) -> Tariff:
    items: dict[MatterCode, TariffItem] = {}
    for entry in top.each("items"):
        matters = [MatterCode(code) for code in entry.texts("matters")]
        item = _item(entry)
        priced_twice = [code for code in matters if code in items]
        if priced_twice:
            raise CatalogueDataInvalid(entry.where, f"priced twice: {', '.join(priced_twice)}")
        items |= dict.fromkeys(matters, item)
    reliefs = [_relief(entry) for entry in top.each("reliefs")]
    tariff = Tariff(
        version=top.text("version"),
        effective_from=top.day("effective_from"),
        citation=top.text("citation"),
        items=items,
        reliefs={relief.code: relief for relief in reliefs},
    )
    top.done()
    return tariff


def _item(entry: Fields) -> TariffItem:
    item = TariffItem(
        code=entry.text("code"),
        name=entry.wording("name"),
        rule=_rule(entry.fields("rule")),
        rule_if_disposing=_rule_or_none(entry, "rule_if_disposing"),
        citation=entry.text("citation"),
        standing=entry.choice("standing", Standing),
    )
    entry.done()
    return item


def _rule_or_none(entry: Fields, key: str) -> FeeRule | None:
    return None if entry.takes_null(key) else _rule(entry.fields(key))


def _rule(entry: Fields) -> FeeRule:
    kind = entry.text("kind")
    rule: FeeRule
    if kind == "fixed":
        rule = FixedFee(amount=Fen(entry.whole("amount_fen")))
    elif kind == "tiered":
        rule = _tiered(entry)
    elif kind == "price_by_office":
        rule = PriceByOffice()
    else:
        raise CatalogueDataInvalid(entry.where, "kind is none of fixed, tiered, price_by_office")
    entry.done()
    return rule


def _tiered(entry: Fields) -> TieredFee:
    tiers = tuple(_tier(tier) for tier in entry.each("tiers"))
    ends = [tier.up_to for tier in tiers]
    # An open tier before the last would swallow those that follow; a closed
    # last one would price the rest at nothing.
    bounded = [end for end in ends[:-1] if end is not None]
    rising = all(low < high for low, high in pairwise(bounded))
    if not ends or ends[-1] is not None or len(bounded) != len(ends) - 1 or not rising:
        raise CatalogueDataInvalid(entry.where, "tiers must rise and only the last be open")
    cap = entry.whole_or_none("single_home_cap_fen")
    return TieredFee(
        tiers=tiers,
        share_percent=_percent(entry, "share_percent"),
        minimum=Fen(entry.whole("minimum_fen")),
        single_home_cap=None if cap is None else Fen(cap),
    )


def _tier(entry: Fields) -> Tier:
    up_to = entry.whole_or_none("up_to_fen")
    tier = Tier(up_to=None if up_to is None else Fen(up_to), rate_ppm=entry.whole("rate_ppm"))
    entry.done()
    return tier


def _relief(entry: Fields) -> Relief:
    relief = Relief(
        code=entry.text("code"),
        name=entry.wording("name"),
        matters=frozenset(map(MatterCode, entry.texts("matters"))),
        percent_off=_percent(entry, "percent_off"),
        citation=entry.text("citation"),
        standing=entry.choice("standing", Standing),
    )
    entry.done()
    return relief


def _percent(entry: Fields, key: str) -> int:
    percent = entry.whole(key)
    if not percent <= _HUNDRED:
        raise CatalogueDataInvalid(f"{entry.where}.{key}", "is more than 100 percent")
    return percent
