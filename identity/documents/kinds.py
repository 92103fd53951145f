"""Which document a picture shows, by the words that are printed on it. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from identity.documents.fields import DocumentSide

if TYPE_CHECKING:
    from collections.abc import Sequence

    from identity.documents.lines import TextLine

_TITLES: Final = (
    (DocumentSide.FOREIGNERS_PERMIT, r"外国人永久居留|PERMANENTRESIDENT|FOREIGNPERMANENT"),
    (DocumentSide.MAINLAND_PERMIT, r"港澳居民来往内地|来往内地通行证"),
    (DocumentSide.TAIWAN_PERMIT, r"台湾居民来往大陆|来往大陆通行证"),
    (DocumentSide.RESIDENCE_PERMIT_BACK, r"港澳居民居住证|台湾居民居住证|通行证号码|居住证$"),
)
"""What is printed in large letters, most particular first."""
_BACK: Final = re.compile(r"签发机关|有效期限|居民身份证|中华人民共和国")
_FRONT: Final = re.compile(r"姓名|性别|民族|出生|住址|公民身份号码|身份号码")
_PERMIT_NUMBER: Final = re.compile(r"(?<!\d)8[123]0000\d{11}[\dX]")
_GROUP: Final = re.compile(r"民族")
_LEAST_WORDS: Final = 2


def side_by_words(lines: Sequence[TextLine]) -> DocumentSide | None:
    """The side whose words these are, or ``None``. Zones are looked for elsewhere (`zone`)."""
    texts = [line.plain for line in lines]
    for side, title in _TITLES:
        if any(re.search(title, text.upper()) for text in texts):
            return side
    front = {word for text in texts for word in _FRONT.findall(text)}
    back = {word for text in texts for word in _BACK.findall(text)}
    numbered = any(re.search(r"(?<!\d)\d{17}[\dX](?!\d)", text) for text in texts)
    if len(front) + numbered >= _LEAST_WORDS and len(front) + numbered > len(back):
        ours = any(_PERMIT_NUMBER.search(text) for text in texts)
        group = any(_GROUP.search(text) for text in texts)
        permit = ours and not group
        return DocumentSide.RESIDENCE_PERMIT_FRONT if permit else DocumentSide.ID_CARD_FRONT
    return DocumentSide.ID_CARD_BACK if len(back) >= _LEAST_WORDS else None
