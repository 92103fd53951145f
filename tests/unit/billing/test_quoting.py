from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.billing.errors import (
    OfficePriceNeeded,
    PropertyValueNeeded,
    QuoteFactsInvalid,
    ReliefUnknown,
)
from server.billing.quoting import LineKind, Quote, QuoteFacts, quote
from server.catalogue.errors import MatterUnknown
from server.catalogue.loading import load_catalogue
from server.catalogue.matters import MatterCode
from server.catalogue.rule_packs import OfficeId
from server.catalogue.tariffs import Fen

if TYPE_CHECKING:
    from server.catalogue.tariffs import Relief

CATALOGUE = load_catalogue()
PACK = CATALOGUE.rule_packs.at(OfficeId("kunming-demo"), date(2026, 11, 22))
YUAN = 100


def quoted(code: str, facts: QuoteFacts) -> Quote:
    matter = CATALOGUE.matter(MatterCode(code))
    return quote(matter, tariff=PACK.tariff, prices=PACK.prices, facts=facts)


def worth(yuan: int) -> QuoteFacts:
    return QuoteFacts(property_value=Fen(yuan * YUAN))


@pytest.mark.parametrize(
    ("code", "facts", "yuan"),
    [
        # A power of attorney to sell a home has one price.
        ("WT01", QuoteFacts(), 600),
        # One for the register only is cheaper ...
        ("WT03", QuoteFacts(), 300),
        # ... until it also disposes of the property.
        ("WT03", QuoteFacts(disposes_of_property=True), 600),
        ("CS01", QuoteFacts(), 150),
        ("ZZ01", QuoteFacts(), 200),
        # 0.5 % of a small estate is under the minimum.
        ("JC02", worth(10_000), 300),
        # The minimum ends at 60,000.
        ("JC02", worth(60_000), 300),
        ("JC02", worth(60_200), 301),
        # The first tier is charged to its end, included.
        ("JC02", worth(500_000), 2_500),
        # The next yuan costs 0.3 %, not all of them.
        ("JC02", worth(501_000), 2_503),
        ("JC02", worth(5_000_000), 16_000),
        ("JC02", worth(6_000_000), 18_000),
        # One dwelling never costs more than 10,000.
        ("JC01", replace(worth(6_000_000), is_single_home=True), 10_000),
        ("JC01", worth(6_000_000), 18_000),
        # A one-sided gift is half of it, and half of the minimum.
        ("ZY01", worth(500_000), 1_250),
        ("ZY01", worth(10_000), 150),
        ("ZY03", worth(500_000), 2_500),
        # Nothing inherited still costs the minimum.
        ("JC02", worth(0), 300),
        # The office's own list fills what the tariff leaves open.
        ("HT14", QuoteFacts(), 1_000),
        # Agreed where nobody publishes a price.
        ("HT02", QuoteFacts(agreed_price=Fen(1_234_00)), 1_234),
    ],
)
def test_the_notarial_fee(code: str, facts: QuoteFacts, yuan: int) -> None:
    assert quoted(code, facts).total == yuan * YUAN


def test_a_published_price_is_not_up_for_agreement() -> None:
    assert quoted("HT14", QuoteFacts(agreed_price=Fen(1))).total == 1_000 * YUAN


def test_copies_beyond_those_included_and_translated_pages_are_lines_of_their_own() -> None:
    made = quoted("WT02", QuoteFacts(copies=5, translated_pages=2))
    assert [(line.kind, line.quantity, line.amount) for line in made.lines] == [
        (LineKind.NOTARIAL_FEE, 1, 600 * YUAN),
        (LineKind.COPIES, 3, 30 * YUAN),
        (LineKind.TRANSLATION, 2, 160 * YUAN),
    ]
    assert made.total == 790 * YUAN


def test_included_copies_make_no_line() -> None:
    assert len(quoted("WT02", QuoteFacts(copies=2)).lines) == 1


def test_the_first_will_of_an_old_testator_is_free() -> None:
    made = quoted("YZ01", QuoteFacts(reliefs=frozenset({"testator_80_first_will"})))
    assert [line.amount for line in made.lines] == [1_000 * YUAN, -1_000 * YUAN]
    assert made.total == 0


def test_two_reliefs_together_never_pay_the_applicant() -> None:
    first = PACK.tariff.reliefs["testator_80_first_will"]
    second: Relief = replace(first, code="zz_second", percent_off=50)
    tariff = replace(PACK.tariff, reliefs={first.code: first, second.code: second})
    facts = QuoteFacts(reliefs=frozenset({first.code, second.code}))
    matter = CATALOGUE.matter(MatterCode("YZ01"))
    assert quote(matter, tariff=tariff, prices=PACK.prices, facts=facts).total == 0


@pytest.mark.parametrize(
    ("code", "facts", "refusal"),
    [
        # A share of an unknown value is not zero.
        ("JC01", QuoteFacts(), PropertyValueNeeded),
        ("HT02", QuoteFacts(), OfficePriceNeeded),
        ("WT02", QuoteFacts(reliefs=frozenset({"testator_80_first_will"})), ReliefUnknown),
        ("YZ01", QuoteFacts(reliefs=frozenset({"whatever"})), ReliefUnknown),
        ("WT02", QuoteFacts(copies=0), QuoteFactsInvalid),
        ("WT02", QuoteFacts(translated_pages=-1), QuoteFactsInvalid),
        ("JC01", QuoteFacts(property_value=Fen(-1)), QuoteFactsInvalid),
        ("HT02", QuoteFacts(agreed_price=Fen(-1)), QuoteFactsInvalid),
    ],
)
def test_no_quote_without_its_facts(code: str, facts: QuoteFacts, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        quoted(code, facts)


def test_a_matter_outside_the_tariff_has_no_price() -> None:
    tariff = replace(PACK.tariff, items={})
    matter = CATALOGUE.matter(MatterCode("WT02"))
    with pytest.raises(MatterUnknown):
        quote(matter, tariff=tariff, prices=PACK.prices, facts=QuoteFacts())


def test_every_line_says_what_it_rests_on() -> None:
    made = quoted("WT02", QuoteFacts(copies=9, translated_pages=1))
    assert all(line.citation for line in made.lines)
    assert made.tariff_version == PACK.tariff.version


@given(st.integers(0, 10**12), st.integers(0, 10**9))
def test_a_larger_estate_never_costs_less(value: int, more: int) -> None:
    small = quoted("JC02", QuoteFacts(property_value=Fen(value)))
    large = quoted("JC02", QuoteFacts(property_value=Fen(value + more)))
    assert small.total <= large.total


def test_every_matter_of_the_catalogue_can_be_quoted_once_its_facts_are_known() -> None:
    facts = QuoteFacts(property_value=Fen(100_000 * YUAN), agreed_price=Fen(500 * YUAN))
    assert all(quoted(code, facts).total > 0 for code in CATALOGUE.matters)
