from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from server.catalogue.errors import (
    CatalogueDataInvalid,
    MatterUnknown,
    NoRulesInForce,
    NumberInvalid,
    OfficeUnknown,
    SeriesUnknown,
)
from server.catalogue.matters import EsignPolicy, MatterCode, OverseasVideo, Remote
from server.catalogue.numbering import DOMESTIC, SERIES, NumberingRule, Series, series_for
from server.catalogue.routes import Route
from server.catalogue.rule_packs import OfficeId

if TYPE_CHECKING:
    from server.catalogue.loading import Catalogue
    from server.catalogue.rule_packs import RulePack

KUNMING = OfficeId("kunming-demo")
HEKOU = OfficeId("hekou-demo")


@pytest.mark.parametrize(
    ("on", "version"),
    [
        # The first pack holds from its very first day.
        (date(2025, 1, 1), "2025-01"),
        # It still holds on the eve of the next one.
        (date(2026, 6, 30), "2025-01"),
        # The new pack takes over on its day, not the day after.
        (date(2026, 7, 1), "2026-07"),
        # The last pack holds until there is another.
        (date(2040, 1, 1), "2026-07"),
    ],
)
def test_the_pack_in_force_on_the_day_is_used(catalogue: Catalogue, on: date, version: str) -> None:
    assert catalogue.rule_packs.at(KUNMING, on).version == version


def test_before_its_first_pack_an_office_has_no_rules(catalogue: Catalogue) -> None:
    with pytest.raises(NoRulesInForce):
        catalogue.rule_packs.at(KUNMING, date(2024, 12, 31))


def test_an_unknown_office_is_an_error(catalogue: Catalogue) -> None:
    with pytest.raises(OfficeUnknown):
        catalogue.rule_packs.at(OfficeId("nowhere"), date(2026, 1, 1))


def test_a_new_pack_can_open_a_route_and_change_a_price(catalogue: Catalogue) -> None:
    before, after = catalogue.rule_packs.office(KUNMING).packs
    assert {p.route for p in before.remote} == {Route.OVERSEAS_MISSION}
    assert {p.route for p in after.remote} == set(Route) - {Route.IN_PERSON}
    assert (before.prices.copy_fee, after.prices.copy_fee) == (2000, 1000)


def test_an_office_without_permissions_has_no_remote_route(catalogue: Catalogue) -> None:
    assert catalogue.rule_packs.at(HEKOU, date(2025, 6, 1)).remote == ()


def test_the_shipped_offices_say_that_they_are_made_up(catalogue: Catalogue) -> None:
    offices = catalogue.rule_packs.offices
    assert set(offices) == {KUNMING, HEKOU}
    assert all(office.demo and "示范" in office.name.zh for office in offices.values())


def test_no_office_permits_what_the_catalogue_forbids(catalogue: Catalogue) -> None:
    for office in catalogue.rule_packs.offices.values():
        for permission in (p for pack in office.packs for p in pack.remote):
            matters = [catalogue.matter(code) for code in permission.matters]
            assert all(m.remote is not Remote.NO for m in matters)
            if permission.route is Route.OVERSEAS_MISSION:
                assert {m.overseas_video for m in matters} == {OverseasVideo.LISTED}


def test_a_pack_narrows_the_days_of_a_matter(kunming: RulePack) -> None:
    assert kunming.terms(MatterCode("WT02")).sla_working_days == 3
    assert kunming.terms(MatterCode("WT03")).sla_working_days == 5


def test_the_ink_of_personal_relations_stays_on_without_the_office_switch(
    kunming: RulePack,
) -> None:
    assert kunming.terms(MatterCode("YZ01")).esign is EsignPolicy.WET_INK


def test_an_office_that_does_not_handle_a_matter_has_no_terms_for_it(
    catalogue: Catalogue,
) -> None:
    with pytest.raises(MatterUnknown):
        catalogue.rule_packs.at(HEKOU, date(2026, 6, 1)).terms(MatterCode("XC01"))


def test_every_series_prints_its_own_number(kunming: RulePack) -> None:
    numbers = {kunming.numbering_of(series).number(year=2026, seq=123) for series in SERIES}
    assert len(numbers) == len(SERIES)
    domestic = kunming.numbering_of(DOMESTIC)
    assert domestic.number(year=2026, seq=123) == "（2026）云昆示内证字第123号"


def test_two_offices_never_print_the_same_number(catalogue: Catalogue) -> None:
    patterns = [
        rule.pattern
        for office in catalogue.rule_packs.offices.values()
        for rule in office.packs[-1].numbering.values()
    ]
    assert len(set(patterns)) == len(patterns)


@pytest.mark.parametrize(("year", "seq"), [(2026, 0), (2026, -1), (0, 1), (10000, 1)])
def test_no_number_without_a_real_year_and_sequence(kunming: RulePack, year: int, seq: int) -> None:
    with pytest.raises(NumberInvalid):
        kunming.numbering_of(DOMESTIC).number(year=year, seq=seq)


def test_an_unknown_series_is_an_error(kunming: RulePack) -> None:
    with pytest.raises(SeriesUnknown):
        kunming.numbering_of(Series("martian"))


@pytest.mark.parametrize(
    "pattern",
    [
        "第{seq}号",  # Next January would print this year's numbers again.
        "（{year}）证字",  # Every certificate would be the same.
        "（{year}）第{seq}号{seq}",
        "（{year}）{office}第{seq}号",  # A field nobody fills.
        "（{year}）第{seq}号}",
    ],
)
def test_a_pattern_needs_year_and_sequence_once_each(pattern: str) -> None:
    with pytest.raises(CatalogueDataInvalid):
        NumberingRule(series=DOMESTIC, pattern=pattern)


@pytest.mark.parametrize(
    ("use_country", "series"),
    [
        ("CN", "domestic"),
        ("HK", "hong_kong"),
        ("MO", "macau"),
        ("TW", "taiwan"),
        ("FR", "foreign"),
    ],
)
def test_the_place_of_use_chooses_the_series(use_country: str, series: str) -> None:
    assert series_for(use_country) == series
