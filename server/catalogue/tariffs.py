"""Prices as published: fixed, by tiers of the value, or left to the office.

Money is whole fen. A rate is in parts per million, so that 0.5 % is 5000 and
no price passes through a float.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from server.catalogue.matters import MatterCode, Standing, Wording

Fen = NewType("Fen", int)


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedFee:
    amount: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    up_to: Fen | None
    """Upper end of the tier, included; ``None`` for the last."""

    rate_ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TieredFee:
    """Each part of the value is charged at the rate of its own tier."""

    tiers: tuple[Tier, ...]
    share_percent: int
    """100, or 50 where the tariff halves the fee (a one-sided gift)."""

    minimum: Fen
    single_home_cap: Fen | None
    """The most that may be asked when the value is one dwelling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceByOffice:
    """The tariff names no amount: left to the market, or a figure nobody has verified."""


FeeRule = FixedFee | TieredFee | PriceByOffice


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffItem:
    code: str
    name: Wording
    rule: FeeRule
    rule_if_disposing: FeeRule | None
    """Takes the place of ``rule`` when the deed disposes of property."""

    citation: str
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """A reduction the tariff itself grants; legal aid is decided case by case."""

    code: str
    name: Wording
    matters: frozenset[MatterCode]
    percent_off: int
    citation: str
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    version: str
    effective_from: date
    citation: str
    items: Mapping[MatterCode, TariffItem]
    reliefs: Mapping[str, Relief]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficePrices:
    """What the office sets and publishes itself, beside the tariff."""

    citation: str
    published: Mapping[MatterCode, Fen]
    """Prices of matters that the tariff leaves to the office."""

    copies_included: int
    copy_fee: Fen
    """For each copy beyond those included."""

    translation_fee: Fen
    """For each translated page."""
