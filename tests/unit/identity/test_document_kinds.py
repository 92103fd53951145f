"""Which document it is, and what the permits say, by the words printed on them."""

from __future__ import annotations

import pytest

from identity.documents.fields import LONG_TERM, DocumentSide, FieldName
from identity.documents.kinds import side_by_words
from identity.documents.lines import TextLine
from identity.documents.permits import read_permit

F, S = FieldName, DocumentSide


def line(text: str, left: float = 60, top: float = 60) -> TextLine:
    right = left + sum(30 if ord(sign) > 0x2E80 else 17 for sign in text)
    return TextLine(text=text, confidence=0.99, left=left, top=top, right=right, bottom=top + 36)


@pytest.mark.parametrize(
    ("texts", "side"),
    [
        (("姓名王五", "性别男民族汉", "住址云南省"), S.ID_CARD_FRONT),
        # Labels too pale to be read: one and the number will do.
        (("出生", "530102197108041212"), S.ID_CARD_FRONT),
        (("中华人民共和国", "居民身份证", "签发机关"), S.ID_CARD_BACK),
        (("姓名陈大文", "性别男", "810000199001011239"), S.RESIDENCE_PERMIT_FRONT),
        (("港澳居民居住证", "签发机关", "通行证号码H12345678"), S.RESIDENCE_PERMIT_BACK),
        (("港澳居民来往内地通行证", "姓名"), S.MAINLAND_PERMIT),
        (("台湾居民来往大陆通行证", "姓名"), S.TAIWAN_PERMIT),
        (("外国人永久居留身份证", "姓名/Name"), S.FOREIGNERS_PERMIT),
        (("超市购物小票", "合计53.00"), None),
        # One word is not enough: it stands in many texts.
        (("姓名", "电话"), None),
        ((), None),
    ],
)
def test_the_side_is_told_by_its_words(texts: tuple[str, ...], side: DocumentSide | None) -> None:
    assert side_by_words([line(text, top=60 + 60 * i) for i, text in enumerate(texts)]) is side


def test_a_permit_with_values_beside_their_labels() -> None:
    fields = read_permit(
        [
            line("姓名", 300, 100), line("陈大文", 400, 100), line("CHAN, TAI MAN", 400, 145),
            line("出生日期", 300, 200), line("1990.01.01", 450, 200),
            line("性别", 700, 200), line("男", 800, 200),
            line("有效期限", 300, 260), line("2020.05.06-2030.05.05", 450, 260),
            line("签发机关", 300, 320), line("公安部出入境管理局", 450, 320),
            line("证件号码", 300, 400), line("H12345678", 450, 400),
        ],
        S.MAINLAND_PERMIT,
    )  # fmt: skip
    assert {name: field.text for name, field in fields.items()} == {
        F.NAME: "陈大文", F.LATIN_NAME: "CHAN, TAI MAN", F.SEX: "男", F.BIRTH: "1990-01-01",
        F.VALID_FROM: "2020-05-06", F.VALID_UNTIL: "2030-05-05",
        F.AUTHORITY: "公安部出入境管理局", F.NUMBER: "H12345678",
    }  # fmt: skip


def test_a_permit_with_values_under_labels_in_two_languages() -> None:
    fields = read_permit(
        [
            line("姓名/Name", 300, 100), line("SPECIMEN, ANNA", 300, 140),
            line("性别/Sex", 300, 200), line("出生日期/Date of Birth", 560, 200),
            line("女/F", 300, 240), line("1985.07.09", 560, 240),
            line("国籍/Nationality", 300, 300), line("加拿大/CAN", 300, 340),
            line("有效期限/Period of Validity", 560, 300), line("2024.01.02-长期", 560, 340),
            line("证件号码/ID No.", 300, 420), line("911124198507090027", 300, 460),
        ],
        S.FOREIGNERS_PERMIT,
    )  # fmt: skip
    assert {name: field.text for name, field in fields.items()} == {
        F.LATIN_NAME: "SPECIMEN, ANNA", F.SEX: "女", F.BIRTH: "1985-07-09",
        F.NATIONALITY: "加拿大/CAN", F.VALID_FROM: "2024-01-02", F.VALID_UNTIL: LONG_TERM,
        F.NUMBER: "911124198507090027",
    }  # fmt: skip
