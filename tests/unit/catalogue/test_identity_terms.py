"""The ways to be proven without a face, as an office's pack may and may not write them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from server.cases.identity_checks import ProofRoute, routes_of
from server.cases.opening import rules_of
from server.catalogue.errors import CatalogueDataInvalid
from server.catalogue.loading import DATA, load_catalogue
from server.catalogue.matters import MatterCode

if TYPE_CHECKING:
    from pathlib import Path

KUNMING = "offices/kunming-demo.yaml"
COMPARED = "matters: [WT02, WT03, SM02, SM03, SM08, SM09, HY01, QS01, HT01]"
QUESTIONS = "second_handler: [HT01]\n      questions: 2"
PLACES = "places: [own_counter, notary_office, consulate, visa_centre]\n      days: 30"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        # A second word on what nobody compares.
        ("second_handler: [HT01]", "second_handler: [HT01, WT04]", "compared nowhere"),
        # Two persons handle it, and one alone would say who it is.
        ("second_handler: [HT01]", "second_handler: []", "two persons compare"),
        # A matter that the office does not handle.
        (COMPARED, COMPARED.replace("[WT02", "[SW01, WT02"), "does not handle"),
        # Asking nothing is not comparing; there are six things to ask about.
        (QUESTIONS, QUESTIONS.replace("2", "0"), "one to six"),
        (QUESTIONS, QUESTIONS.replace("2", "7"), "one to six"),
        # Without any place a person could be left with no way.
        (PLACES, "places: []\n      days: 30", "places are of"),
        (PLACES, "places: [own_counter, at_home]\n      days: 30", "places are of"),
        # For ever, or for no time at all.
        (PLACES, PLACES.replace("30", "0"), "one to ninety"),
        (PLACES, PLACES.replace("30", "91"), "one to ninety"),
    ],
)
def test_terms_that_leave_a_gap_stop_the_start(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    data = shutil.copytree(DATA, tmp_path / "data")
    path = data / KUNMING
    text = path.read_text(encoding="utf-8")
    assert old in text  # or this test proves nothing
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CatalogueDataInvalid, match=complaint):
        load_catalogue(data)


def test_every_matter_of_every_pack_has_a_way_without_a_face() -> None:
    catalogue = load_catalogue()
    for office in catalogue.rule_packs.offices.values():
        for pack in office.packs:
            for code in pack.matters:
                routes = routes_of(rules_of(pack, catalogue.matters[MatterCode(code)]))
                assert {ProofRoute.NOTARY_DECIDES, ProofRoute.IN_PERSON} <= set(routes)
