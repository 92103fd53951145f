"""What an office may set about the act by video, and what it may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from server.catalogue.ceremony_forms import read_ceremony_forms
from server.catalogue.ceremony_terms import (
    LONGEST_AWAY_S,
    LONGEST_INVITED_H,
    LONGEST_UNSEEN_S,
    read_ceremony_terms,
)
from server.catalogue.errors import CatalogueDataInvalid
from server.catalogue.fields import Fields
from server.catalogue.loading import DATA, load_catalogue
from server.http.languages import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

FORMS = read_ceremony_forms(DATA / "ceremony_forms")
LAST_IN_ENGLISH = (
    "  - The whole act is recorded in sound and picture and kept with the file; "
    "you may ask for a pause or an end at any time.\n"
)
TERMS: dict[str, Any] = {
    "form": "2026-1",
    "tech_check": True,
    "least_uplink_kbps": 300,
    "reidentify_after_s": 30,
    "look_every_s": 60,
    "look_fresh_s": 120,
    "invitation_valid_h": 72,
    "citation": "test",
    "standing": "to_be_verified",
}


@pytest.mark.parametrize(
    "change",
    [
        {"form": "1999-1"},
        {"reidentify_after_s": 0},
        {"reidentify_after_s": LONGEST_AWAY_S + 1},
        {"look_every_s": 0},
        {"look_every_s": 121},
        {"look_fresh_s": LONGEST_UNSEEN_S + 1},
        {"invitation_valid_h": 0},
        {"invitation_valid_h": LONGEST_INVITED_H + 1},
    ],
)
def test_a_pack_that_looks_away_for_too_long_is_refused(change: dict[str, Any]) -> None:
    assert read_ceremony_terms(Fields(TERMS, "test"), FORMS).form.version == "2026-1"
    with pytest.raises(CatalogueDataInvalid):
        read_ceremony_terms(Fields(TERMS | change, "test"), FORMS)


def test_every_pack_names_a_form_that_is_there() -> None:
    catalogue = load_catalogue()
    for office in catalogue.rule_packs.offices.values():
        for pack in office.packs:
            assert pack.ceremony.form == catalogue.ceremony_forms[pack.ceremony.form.version]


def test_each_text_has_a_digest_of_its_own_in_each_language() -> None:
    for form in FORMS.values():
        digests = {form.digest_of(q.code, lang) for q in form.questions for lang in LANGUAGES}
        assert len(digests) == len(form.questions) * len(LANGUAGES)
        assert form.digest_of("weather", "en") is None
        assert len(form.told("zh-CN")) == len(form.told("en"))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("about: will", "about: capacity"),
        ("code: own_will", "code: health_and_mind"),
        (LAST_IN_ENGLISH, ""),
    ],
)
def test_a_form_that_asks_too_little_or_says_something_twice_is_refused(
    tmp_path: Path, change: str, why: str
) -> None:
    text = (DATA / "ceremony_forms" / "2026-1.yaml").read_text("utf-8")
    assert change in text
    (tmp_path / "2026-9.yaml").write_text(text.replace(change, why), "utf-8")
    with pytest.raises(CatalogueDataInvalid):
        read_ceremony_forms(tmp_path)
