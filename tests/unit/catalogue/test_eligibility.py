from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from server.catalogue.eligibility import check_eligibility
from server.catalogue.eligibility_question import (
    Capacity,
    Connection,
    Eligibility,
    EligibilityQuestion,
    Outcome,
    WayOn,
)
from server.catalogue.errors import NoRulesInForce
from server.catalogue.matters import MatterCode, OverseasVideo
from server.catalogue.reasons import REASONS
from server.catalogue.routes import MissionCode, Residence, Route
from server.catalogue.rule_packs import OfficeId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.catalogue.loading import Catalogue
    from server.catalogue.rule_packs import RulePack

TODAY = date(2026, 11, 22)
KUNMING_DISTRICT = "530102"
BEIJING_DISTRICT = "110105"

AT_THE_WINDOW = EligibilityQuestion(
    route=Route.IN_PERSON,
    citizenship="CN",
    location_country="CN",
    use_country="CN",
    age=40,
    places={Connection.DOMICILE: KUNMING_DISTRICT},
    mainland_household=True,
    residence=Residence.MAINLAND,
    receiver_accepts_remote=True,
)
AT_THE_PARIS_MISSION = replace(
    AT_THE_WINDOW,
    route=Route.OVERSEAS_MISSION,
    location_country="FR",
    residence=Residence.LONG_TERM_ABROAD,
    mission=MissionCode("FR-PAR"),
)
AT_HOME_IN_LYON = replace(AT_THE_PARIS_MISSION, route=Route.HOME_ABROAD, mission=None)
FROM_BEIJING = replace(AT_THE_WINDOW, route=Route.DOMESTIC_REMOTE)


def ask(
    catalogue: Catalogue, question: EligibilityQuestion, code: str, *, pack: RulePack
) -> Eligibility:
    matter = catalogue.matter(MatterCode(code))
    return check_eligibility(question, pack=pack, matter=matter, on=TODAY)


def codes(answer: Eligibility) -> set[str]:
    return {reason.code for reason in answer.reasons}


@pytest.mark.parametrize(
    ("question", "matter"),
    [
        # Anybody may come to the window with any matter the office handles.
        (AT_THE_WINDOW, "YZ01"),
        # A power of attorney from the mission: what the scheme was made for.
        (AT_THE_PARIS_MISSION, "WT02"),
        # The pack opens this matter to people at home abroad.
        (AT_HOME_IN_LYON, "WT02"),
        # A diploma can be certified by video from another province.
        (FROM_BEIJING, "ZZ01"),
    ],
)
def test_the_plain_case_is_eligible(
    catalogue: Catalogue, kunming: RulePack, question: EligibilityQuestion, matter: str
) -> None:
    answer = ask(catalogue, question, matter, pack=kunming)
    assert (answer.outcome, answer.reasons) == (Outcome.ELIGIBLE, ())
    assert answer.rule_pack_version == "2026-07"


@pytest.mark.parametrize(
    ("question", "change", "matter", "expected"),
    [
        # L-26: a personal act admits no agent, even at the window.
        (AT_THE_WINDOW, {"through_agent": True}, "WT02", {"agent_not_allowed"}),
        # A certificate of fact may be applied for by an agent.
        (AT_THE_WINDOW, {"through_agent": True}, "CS01", set()),
        # L-25: nothing ties the case to Kunming.
        (
            AT_THE_WINDOW,
            {"places": {Connection.DOMICILE: BEIJING_DISTRICT}},
            "WT02",
            {"outside_jurisdiction"},
        ),
        # One tie of several is enough.
        (
            AT_THE_WINDOW,
            {
                "places": {
                    Connection.DOMICILE: BEIJING_DISTRICT,
                    Connection.PLACE_OF_FACT: KUNMING_DISTRICT,
                }
            },
            "WT02",
            set(),
        ),
        # Not knowing the place is not the same as being inside.
        (AT_THE_WINDOW, {"places": {}}, "WT02", {"place_unknown"}),
        # Real estate in the area, with the case of succession to it.
        (AT_THE_WINDOW, {"places": {Connection.REAL_ESTATE: KUNMING_DISTRICT}}, "JC01", set()),
        # Succession to real estate belongs where the real estate is, wherever people live.
        (
            AT_THE_WINDOW,
            {"places": {Connection.REAL_ESTATE: BEIJING_DISTRICT}},
            "JC01",
            {"real_estate_elsewhere"},
        ),
        (AT_THE_WINDOW, {}, "JC01", {"real_estate_place_unknown"}),
        # Any contract about real estate follows it (Art. 25(2)) ...
        (
            AT_THE_WINDOW,
            {
                "concerns_real_estate": True,
                "places": {
                    Connection.DOMICILE: KUNMING_DISTRICT,
                    Connection.REAL_ESTATE: BEIJING_DISTRICT,
                },
            },
            "HT03",
            {"real_estate_elsewhere"},
        ),
        # ... but a power of attorney about it may use the domicile.
        (
            AT_THE_WINDOW,
            {
                "concerns_real_estate": True,
                "places": {
                    Connection.DOMICILE: KUNMING_DISTRICT,
                    Connection.REAL_ESTATE: BEIJING_DISTRICT,
                },
            },
            "WT01",
            set(),
        ),
        # The real estate alone is no tie for what need not follow it.
        (
            AT_THE_WINDOW,
            {"places": {Connection.REAL_ESTATE: KUNMING_DISTRICT}},
            "WT02",
            {"place_unknown"},
        ),
        # P-10: a minor acts through a guardian.
        (AT_THE_WINDOW, {"age": 17}, "CS01", {"guardian_missing"}),
        (AT_THE_WINDOW, {"age": 17, "guardian_takes_part": True}, "CS01", set()),
        (AT_THE_WINDOW, {"age": 18}, "CS01", set()),
        (AT_THE_WINDOW, {"capacity": Capacity.NONE}, "CS01", {"guardian_missing"}),
        # No guardian can make up for it where the law voids the will.
        (
            AT_THE_WINDOW,
            {"age": 17, "guardian_takes_part": True},
            "YZ01",
            {"will_needs_full_capacity"},
        ),
        # An organisation has no age.
        (AT_THE_WINDOW, {"age": None}, "WT10", set()),
        # Doubt about capacity is for the notary.
        (AT_THE_WINDOW, {"capacity": Capacity.IN_DOUBT}, "WT02", {"capacity_in_doubt"}),
    ],
)
def test_person_and_place(
    *,
    catalogue: Catalogue,
    kunming: RulePack,
    question: EligibilityQuestion,
    change: Mapping[str, object],
    matter: str,
    expected: set[str],
) -> None:
    asked = replace(question, **change)  # type: ignore[arg-type]  # one table, fields of many types
    assert codes(ask(catalogue, asked, matter, pack=kunming)) == expected


@pytest.mark.parametrize(
    ("question", "change", "matter", "expected"),
    [
        # No will by video, from anywhere.
        (AT_THE_PARIS_MISSION, {}, "YZ01", {"remote_unsuitable"}),
        # Proof of life suits video, but the scheme does not list it.
        (AT_THE_PARIS_MISSION, {}, "CS03", {"not_on_overseas_list", "remote_not_permitted"}),
        # A silent source is a no.
        (AT_THE_PARIS_MISSION, {}, "XL02", {"not_on_overseas_list", "remote_not_permitted"}),
        # The scheme is for citizens, resident in the mainland, living long in the host country.
        (AT_THE_PARIS_MISSION, {"citizenship": "FR"}, "WT02", {"citizenship_not_admitted"}),
        (AT_THE_PARIS_MISSION, {"mainland_household": False}, "WT02", {"not_mainland_resident"}),
        (
            AT_THE_PARIS_MISSION,
            {"residence": Residence.SHORT_STAY_ABROAD},
            "WT02",
            {"residence_not_admitted"},
        ),
        (AT_THE_PARIS_MISSION, {"residence": Residence.UNKNOWN}, "WT02", {"residence_unknown"}),
        # The certificate is for use in China only.
        (AT_THE_PARIS_MISSION, {"use_country": "FR"}, "WT02", {"use_country_not_admitted"}),
        # One goes to a mission that works with the office; to none is not enough.
        (AT_THE_PARIS_MISSION, {"mission": None}, "WT02", {"mission_not_admitted"}),
        # Whoever needs help with language or body has to come.
        (AT_THE_PARIS_MISSION, {"needs_assistance": True}, "WT02", {"assistance_needed"}),
        # Professional certificates are an addition of one mission alone.
        (AT_THE_PARIS_MISSION, {}, "XL05", {"country_not_admitted", "mission_not_admitted"}),
        (
            AT_THE_PARIS_MISSION,
            {"mission": MissionCode("VN-SGN"), "location_country": "VN"},
            "XL05",
            set(),
        ),
        # A declaration that disposes of property needs its case and its original.
        (
            AT_THE_PARIS_MISSION,
            {"disposes_of_property": True},
            "SM03",
            {"declaration_unrelated", "original_not_promised"},
        ),
        (
            AT_THE_PARIS_MISSION,
            {
                "disposes_of_property": True,
                "serves_related_matter": True,
                "will_post_original": True,
            },
            "SM03",
            set(),
        ),
        # Some matters always need a second look.
        (AT_THE_PARIS_MISSION, {}, "WT05", {"remote_conditional"}),
        # The receiving body is asked beforehand.
        (
            AT_THE_PARIS_MISSION,
            {"receiver_accepts_remote": False},
            "WT02",
            {"receiver_not_asked"},
        ),
        # What is not named is denied: no declaration of single status from home.
        (AT_HOME_IN_LYON, {}, "SM02", {"remote_not_permitted"}),
        # "At home abroad" is not a way round coming from the mainland.
        (AT_HOME_IN_LYON, {"location_country": "CN"}, "WT02", {"country_not_admitted"}),
        (FROM_BEIJING, {"location_country": "FR"}, "ZZ01", {"country_not_admitted"}),
        # Personal relations stay on paper, and paper is not at hand far away.
        (FROM_BEIJING, {}, "SM02", {"ink_needed"}),
    ],
)
def test_remote_routes(
    *,
    catalogue: Catalogue,
    kunming: RulePack,
    question: EligibilityQuestion,
    change: Mapping[str, object],
    matter: str,
    expected: set[str],
) -> None:
    asked = replace(question, **change)  # type: ignore[arg-type]  # one table, fields of many types
    assert codes(ask(catalogue, asked, matter, pack=kunming)) == expected


def test_without_permissions_every_matter_is_denied_on_every_remote_route(
    catalogue: Catalogue, kunming: RulePack
) -> None:
    closed = replace(kunming, remote=())
    for question in (AT_THE_PARIS_MISSION, AT_HOME_IN_LYON, FROM_BEIJING):
        for code in catalogue.matters:
            answer = ask(catalogue, question, code, pack=closed)
            assert answer.outcome is Outcome.NOT_ELIGIBLE


def test_a_permission_cannot_lift_what_the_scheme_leaves_out(
    catalogue: Catalogue, kunming: RulePack
) -> None:
    every = frozenset(catalogue.matters)
    wide = replace(kunming, remote=tuple(replace(p, matters=every) for p in kunming.remote))
    for matter in catalogue.matters.values():
        if matter.overseas_video is not OverseasVideo.LISTED:
            answer = ask(catalogue, AT_THE_PARIS_MISSION, matter.code, pack=wide)
            assert answer.outcome is Outcome.NOT_ELIGIBLE


def test_an_office_off_the_list_is_refused_the_scheme(
    catalogue: Catalogue, kunming: RulePack
) -> None:
    off = replace(kunming, overseas_authorised=False)
    assert codes(ask(catalogue, AT_THE_PARIS_MISSION, "WT02", pack=off)) == {
        "office_not_authorised"
    }


def test_whoever_may_not_sign_at_home_is_told_of_the_mission(
    catalogue: Catalogue, kunming: RulePack
) -> None:
    (reason,) = ask(catalogue, AT_HOME_IN_LYON, "SM02", pack=kunming).reasons
    assert reason.ways_on[0] is WayOn.GO_TO_MISSION


def test_a_matter_the_office_does_not_handle_is_sent_elsewhere(catalogue: Catalogue) -> None:
    hekou = catalogue.rule_packs.at(OfficeId("hekou-demo"), TODAY)
    (reason,) = ask(catalogue, AT_THE_WINDOW, "XC01", pack=hekou).reasons
    assert (reason.code, reason.ways_on) == ("matter_not_handled", (WayOn.OTHER_OFFICE,))


def test_one_refusal_outweighs_every_doubt(catalogue: Catalogue, kunming: RulePack) -> None:
    asked = replace(AT_THE_PARIS_MISSION, capacity=Capacity.IN_DOUBT, needs_assistance=True)
    answer = ask(catalogue, asked, "WT02", pack=kunming)
    assert codes(answer) == {"capacity_in_doubt", "assistance_needed"}
    assert answer.outcome is Outcome.NOT_ELIGIBLE


def test_a_doubt_alone_is_for_the_office(catalogue: Catalogue, kunming: RulePack) -> None:
    answer = ask(catalogue, replace(AT_THE_WINDOW, places={}), "WT02", pack=kunming)
    assert answer.outcome is Outcome.OFFICE_DECIDES


def test_a_pack_of_tomorrow_answers_no_question_of_today(
    catalogue: Catalogue, kunming: RulePack
) -> None:
    with pytest.raises(NoRulesInForce):
        ask(catalogue, AT_THE_WINDOW, "WT02", pack=replace(kunming, effective_from=date.max))


def test_every_reason_can_be_read_in_both_languages(catalogue: Catalogue) -> None:
    assert {reason.message_code for reason in REASONS} == set(catalogue.messages)
    assert all(text.zh and text.en for text in catalogue.messages.values())


def test_every_reason_cites_a_rule(catalogue: Catalogue) -> None:
    assert all(reason.citation for reason in REASONS)
