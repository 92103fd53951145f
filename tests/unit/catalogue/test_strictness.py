"""A wrong data file stops the start; it never becomes a rule nobody meant."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from server.catalogue.errors import CatalogueDataInvalid
from server.catalogue.loading import DATA, load_catalogue
from server.catalogue.matters import EsignPolicy, MatterCode
from server.catalogue.rule_packs import OfficeId, SignatureAlgorithm
from server.catalogue.strict_yaml import read_yaml

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return shutil.copytree(DATA, tmp_path / "data")


def change(data: Path, name: str, old: str, new: str) -> None:
    path = data / name
    text = path.read_text(encoding="utf-8")
    assert old in text  # or this test proves nothing
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


HEKOU = "offices/hekou-demo.yaml"
TARIFF = "tariffs/yunnan-2025.yaml"
POWERS = "matters/power_of_attorney.yaml"


@pytest.mark.parametrize(
    ("name", "old", "new", "complaint"),
    [
        # A misspelt key would be a rule that silently does not hold.
        (POWERS, "in_person:", "in_persn:", "in_person: is missing"),
        (POWERS, "  kind: matter", "  kind: matter\n  kindd: x", "unknown: kindd"),
        # The last of two equal keys would win.
        (POWERS, "  kind: matter", "  kind: matter\n  kind: affair", "key twice: kind"),
        # A word that is not in the list.
        (POWERS, "esign: esign", "esign: maybe", "is none of"),
        (POWERS, "sla_working_days: 5", "sla_working_days: -5", "whole number from 0"),
        (POWERS, "sla_working_days: 5", "sla_working_days: true", "whole number from 0"),
        (POWERS, "sla_working_days: 5", "sla_working_days: five", "is not a int"),
        # Art. 26: a personal act admits no agent.
        (POWERS, "agent_allowed: false", "agent_allowed: true", "admits no agent"),
        (POWERS, "- code: WT02", "- code: WT01", "already a matter"),
        (POWERS, "trustee_id", "trusty_id", "trusty_id is no material"),
        ("missions.yaml", "- code: FR-PAR", "code: FR-PAR", "not readable as YAML"),
        # Laxer than the catalogue.
        (HEKOU, "narrower: {}", "narrower: {WT01: {sla_working_days: 6}}", "more days"),
        (HEKOU, "narrower: {}", "narrower: {YZ01: {two_person: false}}", "only be added"),
        (HEKOU, "narrower: {}", "narrower: {YZ01: {esign: esign}}", "ink can only be added"),
        (HEKOU, "narrower: {}", "narrower: {XX01: {two_person: true}}", "unknown: XX01"),
        (HEKOU, "narrower: {}", "narrower: {WT02: {remote: yes}}", "unknown: remote"),
        # Forms, series, terms that point nowhere.
        (HEKOU, "[WT01, WT02,", "[WT01, XX99,", "no such matter: XX99"),
        (HEKOU, "free_of_approval: []", "free_of_approval: [XC01]", "does not handle XC01"),
        (HEKOU, "[WT01, WT02,", "[WT01, WT01,", "names something twice"),
        (HEKOU, "missions: [VN-SGN]", "missions: [XX-XXX]", "a mission that it does not work with"),
        (HEKOU, "tariff: yunnan-2025", "tariff: yunnan-1999", "no tariff"),
        (HEKOU, "2025-01-01", "2024-01-01", "not yet in force"),
        (HEKOU, "2025-01-01", "2025-01-01T00:00:00", "is not a day"),
        (HEKOU, "云河示外证字", "云河示内证字", "share a pattern"),
        (HEKOU, "2026-03-01", "2025-01-01", "a later date"),
        (HEKOU, "permanent: [gift, ", "permanent: [", "no retention for gift"),
        (HEKOU, "code_alone: []", "code_alone: [XC01]", "proves persons for a matter"),
        (HEKOU, "lock_days: 7", "lock_days: 8", "longer than they may stay"),
        (HEKOU, "lock_days: 7", "lock_days: 0", "longer than they may stay"),
        # A package that can be made again is kept for days, and for one at least.
        (HEKOU, "packages:\n      days: 7", "packages:\n      days: 91", "too long"),
        (HEKOU, "packages:\n      days: 7", "packages:\n      days: 0", "not at all"),
        (HEKOU, "residences: [long_term_abroad]", "residences: [unknown]", "unknown residence"),
        (HEKOU, "route: overseas_mission", "route: in_person", "needs no permission"),
        (HEKOU, "supplement_reminder_days: [7", "supplement_reminder_days: [x", "whole numbers"),
        (HEKOU, "districts: [", "districts: [5, ", "not a list of texts"),
        (HEKOU, "id: hekou-demo", "id: kunming-demo", "already an office"),
        (HEKOU, "    application: {number", "    application: [number", "not readable as YAML"),
        # Signatures by nothing, by something else, or for no reason.
        (HEKOU, "algorithms: [p256]", "algorithms: []", "signs by no algorithm"),
        (HEKOU, "algorithms: [p256]", "algorithms: [p256, rsa]", "none of p256, sm2"),
        (HEKOU, "algorithms: [p256]", "algorithms: [sm2, sm2]", "names something twice"),
        (HEKOU, "algorithms: [p256]\n    citation", "algorithms: [p256]\n    because", "citation"),
        # A tariff that leaves a hole or says two things.
        (TARIFF, "[WT01, WT02,", "[WT02,", "no price for WT01"),
        (TARIFF, "[WT01, WT02,", "[WT01, WT03, WT02,", "priced twice: WT03"),
        (TARIFF, "kind: fixed", "kind: free", "kind is none of"),
        (TARIFF, "{up_to_fen: null,", "{up_to_fen: 9,", "tiers must rise"),
        (TARIFF, "up_to_fen: 50000000,", "up_to_fen: 900000000,", "tiers must rise"),
        (TARIFF, "share_percent: 100", "share_percent: 101", "more than 100"),
        (TARIFF, "items:", "items: {}\nold_items:", "is not a list"),
    ],
)
def test_a_wrong_file_is_refused(
    *, data: Path, name: str, old: str, new: str, complaint: str
) -> None:
    change(data, name, old, new)
    with pytest.raises(CatalogueDataInvalid, match=complaint):
        load_catalogue(data)


def test_missions_are_a_list(data: Path) -> None:
    (data / "missions.yaml").write_text("FR-PAR: {}", encoding="utf-8")
    with pytest.raises(CatalogueDataInvalid, match="is not a list"):
        load_catalogue(data)


def test_a_matter_file_is_a_mapping(data: Path) -> None:
    (data / "matters" / "will.yaml").write_text("- will", encoding="utf-8")
    with pytest.raises(CatalogueDataInvalid, match="is not a mapping"):
        load_catalogue(data)


def test_a_permission_reaches_no_further_than_the_office(data: Path) -> None:
    change(data, HEKOU, "[XL01, XL02, XL03,", "[XC01, XL02, XL03,")
    with pytest.raises(CatalogueDataInvalid, match="does not handle"):
        load_catalogue(data)


def test_no_is_a_word(tmp_path: Path) -> None:
    path = tmp_path / "remote.yaml"
    path.write_text("remote: no\nanswer: true\n", encoding="utf-8")
    assert read_yaml(path) == {"remote": "no", "answer": True}


def test_the_office_switch_lets_personal_relations_be_signed_either_way(data: Path) -> None:
    change(data, HEKOU, "esign_for_personal_relations: false", "esign_for_personal_relations: true")
    before, after = load_catalogue(data).rule_packs.office(OfficeId("hekou-demo")).packs
    assert before.terms(MatterCode("YZ01")).esign is EsignPolicy.BOTH
    assert before.terms(MatterCode("WT02")).esign is EsignPolicy.ESIGN
    assert after.terms(MatterCode("YZ01")).esign is EsignPolicy.WET_INK


def test_an_office_says_by_which_algorithms_it_signs(data: Path) -> None:
    change(data, HEKOU, "algorithms: [p256]", "algorithms: [p256, sm2]")
    before, after = load_catalogue(data).rule_packs.office(OfficeId("hekou-demo")).packs
    assert before.signatures.algorithms == (SignatureAlgorithm.P256, SignatureAlgorithm.SM2)
    assert after.signatures.algorithms == (SignatureAlgorithm.P256,)


@pytest.mark.parametrize(
    ("outside_in", "sm2_in", "is_taken"),
    [
        # In one pack they exclude one another.
        (0, 0, False),
        (1, 1, False),
        # One after the other they do not, either way: a case ends as it was begun.
        (0, 1, True),
        (1, 0, True),
    ],
)
def test_an_outside_authority_and_sm2_are_not_in_one_pack(
    outside_in: int, sm2_in: int, *, is_taken: bool
) -> None:
    office = load_catalogue().rule_packs.office(OfficeId("hekou-demo"))
    packs = list(office.packs)
    packs[outside_in] = replace(packs[outside_in], event_authority="some-ca")
    both = replace(
        packs[sm2_in].signatures, algorithms=(SignatureAlgorithm.P256, SignatureAlgorithm.SM2)
    )
    packs[sm2_in] = replace(packs[sm2_in], signatures=both)
    if is_taken:
        assert replace(office, packs=tuple(packs)).packs == tuple(packs)
    else:
        version = packs[sm2_in].version
        with pytest.raises(CatalogueDataInvalid, match=rf"hekou-demo.*{version}.*not on SM2"):
            replace(office, packs=tuple(packs))


def test_an_office_may_ask_for_more_than_the_catalogue(data: Path) -> None:
    stricter = "narrower: {WT02: {two_person: true, esign: wet_ink}}"
    change(data, HEKOU, "narrower: {}", stricter)
    terms = (
        load_catalogue(data)
        .rule_packs.office(OfficeId("hekou-demo"))
        .packs[0]
        .terms(MatterCode("WT02"))
    )
    assert (terms.two_person, terms.esign) == (True, EsignPolicy.WET_INK)
