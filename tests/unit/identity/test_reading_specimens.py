"""A handful of photographed specimens, read from the pixels up."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from identity.documents.fields import LONG_TERM, DocumentSide, FieldName
from identity.documents.hints import Hint
from identity.documents.read_images import DocumentKind, DocumentReader, read_images
from identity.documents.reading import read_side
from identity.documents.recognising import TextReader
from identity.specimens.cards import card_back, card_front
from identity.specimens.drawing import passport_page
from identity.specimens.inventing import draws_of, invent
from identity.specimens.people import OU_YANGMING
from identity.specimens.scenes import Quality, photograph

if TYPE_CHECKING:
    from pathlib import Path

    from identity.framing import Json
    from identity.pixels import Pixels
    from identity.specimens.people import SpecimenPerson

F = FieldName
GREY = cv2.imencode(".jpg", np.full((500, 400, 3), 150, np.uint8))[1].tobytes()


@pytest.fixture(scope="module")
def reader() -> TextReader:
    return TextReader()


def pixels(content: bytes) -> Pixels:
    return np.asarray(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def front_texts(person: SpecimenPerson) -> dict[FieldName, str]:
    return {
        F.NAME: person.name,
        F.SEX: person.sex,
        F.ETHNIC_GROUP: person.ethnic_group,
        F.BIRTH: person.birth.isoformat(),
        F.ADDRESS: person.address,
        F.NUMBER: person.number,
    }


@pytest.mark.parametrize(("turns", "group"), [(1, "傣"), (2, "哈萨克")])
def test_a_front_is_read_whichever_way_it_lies(turns: int, group: str, reader: TextReader) -> None:
    rng = draws_of(40 + turns)
    person = invent(rng, group)
    picture = pixels(photograph(card_front(person, rng), Quality.PHONE, rng))
    turned = np.ascontiguousarray(np.rot90(picture, turns))
    read = read_side(turned, DocumentSide.ID_CARD_FRONT, reader).reading
    texts = {name: read.fields[name].text for name in front_texts(person)}
    assert texts == front_texts(person)


def test_a_back_is_told_from_a_front(reader: TextReader) -> None:
    rng = draws_of(5)
    person = invent(rng)
    picture = pixels(photograph(card_back(person, rng), Quality.PHONE, rng))
    read = read_side(picture, DocumentSide.AUTO, reader).reading
    assert read.side is DocumentSide.ID_CARD_BACK
    until = person.valid_until.isoformat() if person.valid_until else LONG_TERM
    assert read.fields[F.AUTHORITY].text == person.authority
    assert read.fields[F.VALID_UNTIL].text == until


def test_a_grey_copy_is_hinted_at_and_still_read(reader: TextReader) -> None:
    rng = draws_of(6)
    person = invent(rng)
    copy = card_front(person, rng).convert("L").convert("RGB")
    picture = pixels(photograph(copy, Quality.CLEAN, rng))
    read = read_side(picture, DocumentSide.ID_CARD_FRONT, reader).reading
    assert Hint.NO_COLOUR in read.hints
    assert read.fields[F.NUMBER].text == person.number


def test_reading_one_lone_glyph_does_not_stop_the_next_picture_from_being_read(
    reader: TextReader,
) -> None:
    rng = draws_of(7)
    picture = pixels(photograph(card_back(invent(rng), rng), Quality.CLEAN, rng))
    before = len(reader.lines(picture))
    reader.recognise([picture[:60, :60]])
    assert len(reader.lines(picture)) == before > 0


def test_files_are_read_in_the_limited_children(
    identity_workers: DocumentReader, tmp_path: Path
) -> None:
    rng = draws_of(9)
    (tmp_path / "front.jpg").write_bytes(
        photograph(card_front(OU_YANGMING, rng), Quality.CLEAN, rng)
    )
    (tmp_path / "back.jpg").write_bytes(photograph(card_back(OU_YANGMING, rng), Quality.CLEAN, rng))
    (tmp_path / "note.jpg").write_bytes(b"no picture")
    said = read_images(
        sorted(tmp_path.iterdir()),
        kind=DocumentKind.AUTO,
        reader=identity_workers,
        today=date(2026, 3, 1),
    )
    back, front, note = objects(said["images"])
    assert (back["side"], front["side"]) == ("id_card_back", "id_card_front")
    assert front["fields_to_confirm"] == []
    assert "refused" in note
    assert [one["doubts"] for one in objects(said["documents"])] == [[]]
    json.dumps(said)


def test_a_page_is_read_in_the_limited_children_and_is_no_card(
    identity_workers: DocumentReader, tmp_path: Path
) -> None:
    (tmp_path / "page.jpg").write_bytes(passport_page(OU_YANGMING, GREY))
    for kind, side in (
        (DocumentKind.PASSPORT, "passport_page"),
        (DocumentKind.MAINLAND_PERMIT, None),
    ):
        said = read_images(
            [tmp_path / "page.jpg"], kind=kind, reader=identity_workers, today=date(2026, 3, 1)
        )
        (page,) = objects(said["images"])
        assert page["side"] == side
        assert (page["zone"] is None) is (side is None)


def objects(value: Json) -> list[dict[str, Json]]:
    assert isinstance(value, list)
    assert all(isinstance(one, dict) for one in value)
    return [one for one in value if isinstance(one, dict)]
