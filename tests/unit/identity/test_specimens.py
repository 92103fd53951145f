"""Specimens are of nobody, the same for each seed, and right by the rules they are read by."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from identity.documents import gb11643, regions
from identity.documents.ethnic_groups import NAMES as PEOPLES
from identity.documents.fields import DocumentSide, FieldName
from identity.documents.gb11643 import check_character
from identity.documents.validity import term_is_lawful
from identity.specimens import permits
from identity.specimens.cards import card_back, card_front
from identity.specimens.inventing import NAMES, draws_of, invent
from identity.specimens.scenes import Quality, photograph


def test_there_are_twenty_groups_and_all_are_peoples() -> None:
    assert len(NAMES) == 20
    assert set(NAMES) <= set(PEOPLES)


@pytest.mark.parametrize("group", NAMES)
def test_an_invented_person_keeps_the_rules_of_the_card(group: str) -> None:
    for seed in range(10):
        person = invent(draws_of(seed), group)
        number = gb11643.parse(person.number)
        assert (number.birth, person.ethnic_group) == (person.birth, group)
        assert term_is_lawful(person.birth, person.valid_from, person.valid_until)
        assert regions.name_of(person.region)


def test_a_seed_makes_the_same_photograph_every_time() -> None:
    def made(quality: Quality) -> bytes:
        rng = draws_of(4)
        return photograph(card_front(invent(rng), rng), quality, rng)

    assert made(Quality.PHONE) == made(Quality.PHONE)
    assert made(Quality.POOR) != made(Quality.PHONE)


def test_a_back_is_a_picture_of_a_cards_shape() -> None:
    rng = draws_of(5)
    content = photograph(card_back(invent(rng), rng), Quality.CLEAN, rng)
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == (1011, 638)


def test_the_number_of_a_five_star_card_has_its_check_character() -> None:
    rng = draws_of(6)
    _, truth = permits.foreigners_permit(invent(rng), rng, five_star=True)
    number = truth[FieldName.NUMBER]
    assert number[0] == "9"
    assert check_character(number[:17]) == number[17]


@pytest.mark.parametrize(
    ("side", "shape"),
    [(DocumentSide.MAINLAND_PERMIT, r"[HM]\d{8}"), (DocumentSide.TAIWAN_PERMIT, r"\d{8}")],
)
def test_a_travel_permit_states_a_number_of_its_shape(side: DocumentSide, shape: str) -> None:
    rng = draws_of(7)
    _, truth = permits.travel_permit(invent(rng), side, rng)
    assert re.fullmatch(shape, truth[FieldName.NUMBER])
