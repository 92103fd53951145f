"""What the fields of one card say about one another, and what a person has to confirm."""

from __future__ import annotations

import pytest

from identity.documents import ethnic_groups, regions
from identity.documents.confirming import fields_to_confirm, hints_of
from identity.documents.cross_checks import completed, contradicted
from identity.documents.fields import DocumentSide, FieldName, FieldReading, SideReading
from identity.documents.gb11643 import check_character
from identity.documents.hints import WORDS, Hint
from identity.policy import READING
from tests.unit.identity import documents as doc

F = FieldName


def without(side: SideReading, *names: FieldName) -> dict[FieldName, FieldReading]:
    return {name: field for name, field in side.fields.items() if name not in names}


def test_what_could_not_be_read_is_taken_from_the_number_and_believed_by_nobody() -> None:
    fields, hints = completed(without(doc.front(), F.BIRTH, F.SEX))
    assert (fields[F.BIRTH].text, fields[F.SEX].text) == ("1971-08-04", "男")
    assert hints == {Hint.BIRTH_FROM_NUMBER, Hint.SEX_FROM_NUMBER}
    assert all(fields[name].confidence < READING.readable for name in (F.BIRTH, F.SEX))


def test_what_was_read_is_never_overwritten() -> None:
    front = doc.front({F.BIRTH: "1971-08-05", F.SEX: "女"})
    fields, hints = completed(front.fields)
    assert (fields, hints) == (dict(front.fields), set())
    assert contradicted(fields) == {F.BIRTH, F.SEX}


def test_a_number_that_is_none_says_nothing_of_its_holder() -> None:
    fields = {F.NUMBER: FieldReading("530102197108041213", 0.99)}
    assert completed(fields) == (fields, set())
    assert contradicted(fields) == {F.NUMBER}
    assert contradicted({}) == frozenset()


def test_a_region_that_no_list_has_is_a_hint() -> None:
    first = "53990119710804121"
    number = FieldReading(first + check_character(first), 0.99)
    assert Hint.REGION_UNKNOWN in completed({F.NUMBER: number})[1]


@pytest.mark.parametrize(
    ("authority", "hints"),
    [
        # Of the number's region, by city or county.
        ("昆明市公安局五华分局", set()),
        ("五华区公安局", set()),
        # Of another place altogether.
        ("延吉市公安局", {Hint.AUTHORITY_ELSEWHERE}),
    ],
)
def test_the_authority_against_number_and_address(authority: str, hints: set[Hint]) -> None:
    texts = {**doc.BACK_TEXTS, F.AUTHORITY: authority}
    back = doc.side_of(DocumentSide.ID_CARD_BACK, texts, {})
    assert hints_of(doc.front(), back) == hints


def test_who_moved_has_an_authority_of_the_new_address() -> None:
    front = doc.front({F.ADDRESS: "吉林省延吉市样本街1号"})
    texts = {**doc.BACK_TEXTS, F.AUTHORITY: "延吉市公安局"}
    assert hints_of(front, doc.side_of(DocumentSide.ID_CARD_BACK, texts, {})) == set()


def test_hints_travel_as_words_and_unknown_words_are_kept_as_doubts() -> None:
    front = doc.front({F.HINTS: "screen,something_new"})
    assert hints_of(front, None) == {Hint.SCREEN, Hint.UNKNOWN}


def test_each_hint_has_its_words_in_both_languages() -> None:
    assert set(WORDS) == set(Hint)
    assert all(zh and en for zh, en in WORDS.values())


@pytest.mark.parametrize(
    ("front", "names"),
    [
        (doc.front(), ()),
        (doc.front(unsure={F.NAME: 0.7}), (F.NAME,)),
        # A confidence that is not a number is none.
        (doc.front(unsure={F.NAME: float("nan")}), (F.NAME,)),
        # Surely read, and denied by the number.
        (doc.front({F.SEX: "女"}), (F.SEX,)),
        (doc.front({F.NUMBER: "530102197108041213"}), (F.NUMBER,)),
        # A passport's number follows no GB 11643.
        (doc.page(), ()),
        # What was expected and not found is asked for too.
        (doc.nothing(DocumentSide.ID_CARD_BACK), (F.AUTHORITY, F.VALID_FROM, F.VALID_UNTIL)),
    ],
)
def test_a_person_confirms_what_is_unsure_denied_or_missing(
    front: SideReading, names: tuple[FieldName, ...]
) -> None:
    assert fields_to_confirm(front, readable=READING.readable) == names


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("维吾尔", ("维吾尔", True)),
        ("彝族", ("彝", True)),
        # One sign of several is wrong or missing: there is one such people.
        ("维吾示", ("维吾尔", False)),
        ("柯尔克", ("柯尔克孜", False)),
        # Every other single sign would be another people.
        ("汊", None),
        # Two peoples are one sign away.
        ("塔吉尔", None),
        ("", None),
        ("电视机", None),
    ],
)
def test_the_nearest_people_is_taken_only_where_there_is_one(
    read: str, meant: tuple[str, bool] | None
) -> None:
    assert ethnic_groups.nearest(read) == meant


def test_there_are_fifty_six_peoples() -> None:
    assert len(set(ethnic_groups.NAMES)) == 56


@pytest.mark.parametrize(
    ("code", "chain"),
    [
        ("530102", ("云南省", "昆明市", "五华区")),
        # A municipality has no prefecture of its own name.
        ("110105", ("北京市", "朝阳区")),
        # Abolished in 2010, still on its people's cards.
        ("110103", ("北京市", "崇文区")),
        ("990101", ()),
    ],
)
def test_regions_are_named_from_the_province_down(code: str, chain: tuple[str, ...]) -> None:
    assert regions.chain_of(code) == chain


@pytest.mark.parametrize(
    ("text", "province"),
    [("云南省昆明市", "53"), ("内蒙古自治区", "15"), ("广西环江", "45"), ("某地", None)],
)
def test_an_address_begins_with_its_province(text: str, province: str | None) -> None:
    assert regions.province_of(text) == province
