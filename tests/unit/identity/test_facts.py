from __future__ import annotations

from datetime import date

import pytest

from identity.documents.facts import facts_of
from identity.documents.fields import FieldName, SideReading
from identity.documents.gb11643 import Sex
from identity.documents.validity import term_is_lawful
from identity.policy import READING
from identity.verdict import Doubt
from tests.unit.identity import documents as doc

TODAY = date(2026, 3, 1)
F = FieldName


@pytest.mark.parametrize(
    ("front", "back", "doubts"),
    [
        # A right card raises none.
        (doc.front(), doc.back(), set()),
        # A number that fails its check digit though it was read for certain is wrong.
        (doc.front({F.NUMBER: "530102197108041213"}), doc.back(), {Doubt.CHECK_DIGIT_WRONG}),
        # Read with less certainty, the reader may be wrong instead: a person looks.
        (
            doc.front({F.NUMBER: "530102197108041213"}, unsure={F.NUMBER: 0.9}),
            doc.back(),
            {Doubt.FIELDS_UNREADABLE},
        ),
        # A first-generation number.
        (doc.front({F.NUMBER: "530102710804121"}), doc.back(), {Doubt.DOCUMENT_SUPERSEDED}),
        # The printed birth date is not that of the number.
        (doc.front({F.BIRTH: "1971-08-05"}), doc.back(), {Doubt.FIELDS_DISAGREE}),
        # The printed sex is not that of the number.
        (doc.front({F.SEX: "女"}), doc.back(), {Doubt.FIELDS_DISAGREE}),
        # A name that could hardly be read.
        (doc.front(unsure={F.NAME: 0.5}), doc.back(), {Doubt.FIELDS_UNREADABLE}),
        # A confidence that is not a number is none.
        (doc.front(unsure={F.NAME: float("nan")}), doc.back(), {Doubt.FIELDS_UNREADABLE}),
        # Issued at 46, a card is long-term; this one is not.
        (doc.front(), doc.back("2017-09-12", "2037-09-12"), {Doubt.SIDES_DISAGREE}),
        # Issued a month before 46, it is not long-term; this one is.
        (doc.front(), doc.back("2017-07-12", "长期"), {Doubt.SIDES_DISAGREE}),
        # Without its back a card has no validity.
        (doc.front(), None, {Doubt.BACK_MISSING}),
        # A day that does not exist was misread.
        (doc.front(), doc.back("2017-02-30", "长期"), {Doubt.FIELDS_UNREADABLE}),
    ],
)
def test_a_card_against_its_own_rules(
    front: SideReading, back: SideReading | None, doubts: set[Doubt]
) -> None:
    assert facts_of(front, back, limits=READING, today=TODAY).doubts == doubts


def test_a_right_card_states_its_facts() -> None:
    facts = facts_of(doc.front(), doc.back(), limits=READING, today=TODAY)
    assert (facts.name, facts.number) == (doc.HOLDER.name, doc.HOLDER.number)
    assert (facts.birth, facts.sex) == (date(1971, 8, 4), Sex.MALE)
    assert (facts.valid_from, facts.valid_until, facts.long_term) == (date(2017, 9, 12), None, True)


@pytest.mark.parametrize(
    ("page", "doubts"),
    [
        (doc.page(), set()),
        # The number in the zone is not the number above it.
        (doc.page({F.PRINTED_NUMBER: "EJ0000002"}), {Doubt.FIELDS_DISAGREE}),
        # A digit of the zone was changed.
        (
            doc.page({F.MRZ_LINE_2: doc.HOLDER.mrz[1].replace("7108", "7109")}),
            {Doubt.CHECK_DIGIT_WRONG, Doubt.FIELDS_UNREADABLE},
        ),
        # A zone of the wrong width was not read.
        (doc.page({F.MRZ_LINE_1: "P<CHN"}), {Doubt.FIELDS_UNREADABLE}),
    ],
)
def test_a_passport_page_against_its_own_rules(page: SideReading, doubts: set[Doubt]) -> None:
    assert facts_of(page, None, limits=READING, today=TODAY).doubts == doubts


@pytest.mark.parametrize(
    ("born", "issued", "until", "lawful"),
    [
        # The day before the sixteenth birthday: five years.
        (date(2000, 5, 2), date(2016, 5, 1), date(2021, 5, 1), True),
        # On it: ten.
        (date(2000, 5, 2), date(2016, 5, 2), date(2026, 5, 2), True),
        (date(2000, 5, 2), date(2016, 5, 2), date(2021, 5, 2), False),
        # A leap day ends on either neighbour.
        (date(1990, 1, 1), date(2016, 2, 29), date(2036, 2, 29), True),
        (date(2008, 1, 1), date(2016, 2, 29), date(2021, 3, 1), True),
        # Long-term is for those of 46 and more.
        (date(1970, 2, 1), date(2016, 2, 1), None, True),
        (date(1970, 2, 2), date(2016, 2, 1), None, False),
    ],
)
def test_the_laws_terms(born: date, issued: date, until: date | None, *, lawful: bool) -> None:
    assert term_is_lawful(born, issued, until) is lawful
