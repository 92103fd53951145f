"""A case begins under the rules of its office on that day, or not at all."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date

import pytest

from server.cases.case import Staffing
from server.cases.errors import ConditionsUnmet, NotEligible
from server.cases.ids import AccountId, MatterCode, OfficeId
from server.cases.opening import judged_intake, materials_of, pack_of, rules_of
from server.cases.roles import Role
from server.cases.seating import refuse_unsuited
from server.catalogue.eligibility_question import Connection, EligibilityQuestion
from server.catalogue.errors import NoRulesInForce
from server.catalogue.loading import load_catalogue
from server.catalogue.routes import Residence, Route
from tests.unit.cases.a_case import ready_case

CATALOGUE = load_catalogue()
OFFICE = CATALOGUE.rule_packs.office(OfficeId("kunming-demo"))
BEFORE, AFTER = date(2026, 3, 1), date(2026, 11, 22)
QUESTION = EligibilityQuestion(
    route=Route.HOME_ABROAD,
    citizenship="CN",
    location_country="FR",
    use_country="CN",
    age=55,
    places={Connection.DOMICILE: "530102"},
    residence=Residence.LONG_TERM_ABROAD,
    mainland_household=True,
    receiver_accepts_remote=True,
)


@pytest.mark.parametrize(
    ("matter", "makes_deed", "electronically", "two_person"),
    [
        # The person declares, and signs electronically.
        ("SM03", True, True, False),
        # A paper on personal relations is signed in ink (电子签名法 Art. 3).
        ("SM02", True, False, False),
        # A will takes two persons (公证程序规则 Art. 53).
        ("YZ01", True, False, True),
        # A certificate of birth certifies a fact: nobody signs a deed.
        ("CS01", False, True, False),
    ],
)
def test_the_case_takes_its_rules_from_the_pack(
    matter: str, *, makes_deed: bool, electronically: bool, two_person: bool
) -> None:
    pack = CATALOGUE.rule_packs.at(OFFICE.id, AFTER)
    rules = rules_of(pack, CATALOGUE.matter(MatterCode(matter)))
    assert (rules.makes_deed, rules.deed_signed_electronically, rules.two_person) == (
        makes_deed,
        electronically,
        two_person,
    )
    assert rules.pack_version == pack.version


def test_a_case_stays_under_the_pack_it_was_begun_under() -> None:
    case = ready_case()
    case.rules = rules_of(
        CATALOGUE.rule_packs.at(OFFICE.id, BEFORE), CATALOGUE.matter(MatterCode("SM03"))
    )
    assert pack_of(case, OFFICE).version == "2025-01"
    case.rules = replace(case.rules, pack_version="1999-01")
    with pytest.raises(NoRulesInForce):
        pack_of(case, OFFICE)


def test_every_item_of_the_matter_gets_its_place() -> None:
    ids = itertools.count()
    matter = CATALOGUE.matter(MatterCode("SM03"))
    places = materials_of(matter, lambda: str(next(ids)))
    assert [p.item for p in places] == [m.code for m in matter.materials]
    assert len({p.id for p in places}) == len(places)


def test_the_same_application_is_judged_by_the_rules_of_its_day() -> None:
    matter = CATALOGUE.matter(MatterCode("SM03"))

    def outcome(on: date) -> str:
        pack = CATALOGUE.rule_packs.at(OFFICE.id, on)
        intake = judged_intake(
            QUESTION, pack=pack, matter=matter, on=on, purpose="x", copies=1, language="en"
        )
        return intake.eligibility

    assert outcome(AFTER) == "eligible"
    # In spring the office had not opened the route from home abroad.
    with pytest.raises(NotEligible) as refused:
        outcome(BEFORE)
    assert [r.code for r in refused.value.reasons] == ["remote_not_permitted"]


def test_every_seat_with_the_wrong_person_is_named() -> None:
    staffing = Staffing(
        handling_notary=AccountId("clerk"), checker=AccountId("clerk"), approver=AccountId("boss")
    )
    roles = {"clerk": frozenset({Role.ISSUING_CLERK}), "boss": frozenset({Role.DIRECTOR})}
    with pytest.raises(ConditionsUnmet) as refused:
        refuse_unsuited(staffing, roles_of=lambda person: roles[person])
    assert [u.subject for u in refused.value.unmet] == ["handling_notary", "checker"]
