"""Quotes a case by the tariff, line by line, each with the rule it rests on.

The fee is regulated (公证法 Art. 34/46): a quote names the tariff version, so
that an old one stays readable when the tariff has changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.billing.errors import (
    OfficePriceNeeded,
    PropertyValueNeeded,
    QuoteFactsInvalid,
    ReliefUnknown,
)
from server.catalogue.errors import MatterUnknown
from server.catalogue.tariffs import Fen, FixedFee, TieredFee

if TYPE_CHECKING:
    from server.catalogue.matters import Matter
    from server.catalogue.tariffs import OfficePrices, Relief, Tariff, TariffItem

_PPM: Final = 1_000_000
_PERCENT: Final = 100


class LineKind(StrEnum):
    NOTARIAL_FEE = "notarial_fee"
    RELIEF = "relief"
    COPIES = "copies"
    TRANSLATION = "translation"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteFacts:
    """What the price depends on beside the matter."""

    property_value: Fen | None = None
    is_single_home: bool = False
    disposes_of_property: bool = False
    copies: int = 1
    translated_pages: int = 0
    reliefs: frozenset[str] = frozenset()
    agreed_price: Fen | None = None
    """What the office and the applicant agreed where the tariff names no amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLine:
    kind: LineKind
    quantity: int
    amount: Fen
    """For all of ``quantity``; below zero for a relief."""

    item: str
    """Code of the tariff item or relief; empty for what the office prices itself."""

    citation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    lines: tuple[QuoteLine, ...]
    tariff_version: str

    @property
    def total(self) -> Fen:
        return Fen(sum(line.amount for line in self.lines))


def quote(matter: Matter, *, tariff: Tariff, prices: OfficePrices, facts: QuoteFacts) -> Quote:
    """Return the quote, or raise what is missing to make one."""
    _check(facts)
    item = tariff.items.get(matter.code)
    if item is None:
        raise MatterUnknown(matter.code)
    fee = _notarial_fee(matter, item, prices=prices, facts=facts)
    lines = [fee, *_reliefs(matter, tariff, fee.amount, facts=facts), *_extras(prices, facts)]
    return Quote(lines=tuple(lines), tariff_version=tariff.version)


def _check(facts: QuoteFacts) -> None:
    amounts = [facts.property_value, facts.agreed_price]
    possible = (
        facts.copies >= 1
        and facts.translated_pages >= 0
        and all(amount is None or amount >= 0 for amount in amounts)
    )
    if not possible:
        raise QuoteFactsInvalid


def _notarial_fee(
    matter: Matter, item: TariffItem, *, prices: OfficePrices, facts: QuoteFacts
) -> QuoteLine:
    rule = item.rule
    if facts.disposes_of_property and item.rule_if_disposing is not None:
        rule = item.rule_if_disposing
    citation = item.citation
    if isinstance(rule, FixedFee):
        amount = rule.amount
    elif isinstance(rule, TieredFee):
        amount = _tiered(rule, facts)
    else:
        amount, citation = _price_of_the_office(matter, prices, facts)
    return QuoteLine(
        kind=LineKind.NOTARIAL_FEE, quantity=1, amount=amount, item=item.code, citation=citation
    )


def _tiered(rule: TieredFee, facts: QuoteFacts) -> Fen:
    """Charge each part of the value at its tier's rate, then minimum, cap and share.

    The share comes last: a tariff that halves the fee halves its minimum too.
    """
    value = facts.property_value
    if value is None:
        raise PropertyValueNeeded
    charged, floor = 0, 0
    for tier in rule.tiers:
        ceiling = value if tier.up_to is None else min(value, tier.up_to)
        charged += max(0, ceiling - floor) * tier.rate_ppm
        floor = ceiling
    fee = max(_rounded(charged, _PPM), rule.minimum)
    if facts.is_single_home and rule.single_home_cap is not None:
        fee = min(fee, rule.single_home_cap)
    return Fen(_rounded(fee * rule.share_percent, _PERCENT))


def _price_of_the_office(
    matter: Matter, prices: OfficePrices, facts: QuoteFacts
) -> tuple[Fen, str]:
    published = prices.published.get(matter.code)
    if published is not None:
        return published, prices.citation
    if facts.agreed_price is None:
        raise OfficePriceNeeded(matter.code)
    return facts.agreed_price, "公证服务收费: 协商"


def _reliefs(matter: Matter, tariff: Tariff, fee: Fen, *, facts: QuoteFacts) -> list[QuoteLine]:
    granted = [_relief(tariff, code, matter) for code in sorted(facts.reliefs)]
    lines, left = [], int(fee)
    for relief in granted:
        # Never more than is left: two reliefs together do not pay anybody.
        off = min(left, _rounded(fee * relief.percent_off, _PERCENT))
        left -= off
        lines.append(
            QuoteLine(
                kind=LineKind.RELIEF,
                quantity=1,
                amount=Fen(-off),
                item=relief.code,
                citation=relief.citation,
            )
        )
    return lines


def _relief(tariff: Tariff, code: str, matter: Matter) -> Relief:
    relief = tariff.reliefs.get(code)
    if relief is None or matter.code not in relief.matters:
        raise ReliefUnknown(code)
    return relief


def _extras(prices: OfficePrices, facts: QuoteFacts) -> list[QuoteLine]:
    further_copies = max(0, facts.copies - prices.copies_included)
    counted = [
        (LineKind.COPIES, further_copies, prices.copy_fee),
        (LineKind.TRANSLATION, facts.translated_pages, prices.translation_fee),
    ]
    return [
        QuoteLine(
            kind=kind,
            quantity=count,
            amount=Fen(count * each),
            item="",
            citation=prices.citation,
        )
        for kind, count, each in counted
        if count
    ]


def _rounded(numerator: int, denominator: int) -> int:
    """Round half up, in whole numbers; all amounts here are 0 or more."""
    return (2 * numerator + denominator) // (2 * denominator)
