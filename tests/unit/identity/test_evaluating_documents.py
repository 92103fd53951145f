"""Field accuracy on a folder of documents whose truth is known."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from identity.documents.evaluating import (
    Tally,
    TruthMalformed,
    evaluate_documents,
    truth_of,
    wilson,
)
from identity.documents.fields import DocumentSide, FieldName
from identity.specimens.cards import card_back
from identity.specimens.inventing import draws_of
from identity.specimens.people import OU_YANGMING
from identity.specimens.scenes import Quality, photograph
from tests.unit.identity import documents as doc

if TYPE_CHECKING:
    from pathlib import Path

    from identity.documents.read_images import DocumentReader

F = FieldName


def test_a_folder_of_others_cards_is_counted(
    identity_workers: DocumentReader, tmp_path: Path
) -> None:
    rng = draws_of(11)
    (tmp_path / "a.jpg").write_bytes(photograph(card_back(OU_YANGMING, rng), Quality.CLEAN, rng))
    (tmp_path / "b.jpg").write_bytes(b"no picture")
    truth = {"side": "id_card_back", "authority": OU_YANGMING.authority, "valid_until": "长期"}
    (tmp_path / "truth.json").write_text(json.dumps({"a.jpg": truth, "b.jpg": truth}))
    said = evaluate_documents(tmp_path, reader=identity_workers)
    assert said["mistakes"] == [
        {"file": "b.jpg", "field": "authority"},
        {"file": "b.jpg", "field": "valid_until"},
    ]
    sides = said["sides"]
    assert isinstance(sides, dict)
    back = sides["id_card_back"]
    assert isinstance(back, dict)
    assert isinstance(back["authority"], dict)
    assert (back["authority"]["right"], back["authority"]["of"]) == (1, 2)


def test_wrong_and_sure_is_counted_apart_from_wrong_and_asked_about() -> None:
    tally = Tally()
    tally.add(doc.FRONT_TEXTS, doc.front({F.NAME: "欧阳月"}))
    tally.add(doc.FRONT_TEXTS, doc.front({F.NAME: "欧阳月"}, unsure={F.NAME: 0.5}))
    tally.add(doc.FRONT_TEXTS, None)
    name = tally.fields[F.NAME]
    assert (name.of, name.right, name.sure_and_wrong) == (3, 0, 1)
    assert tally.fields[F.NUMBER].right == 2


@pytest.mark.parametrize(
    "truth",
    [
        "no json",
        "[]",
        '{"a.jpg": []}',
        # A side that does not exist, a field that does not.
        '{"a.jpg": {"side": "identity_card"}}',
        '{"a.jpg": {"side": "visa", "shoe_size": "42"}}',
        # A file outside the folder.
        '{"../a.jpg": {"side": "visa"}}',
    ],
)
def test_a_truth_of_another_form_is_refused(truth: str, tmp_path: Path) -> None:
    (tmp_path / "truth.json").write_text(truth)
    with pytest.raises(TruthMalformed):
        truth_of(tmp_path)


def test_the_truth_names_sides_and_fields(tmp_path: Path) -> None:
    (tmp_path / "truth.json").write_text('{"a.jpg": {"side": "visa", "name": "ANNA"}}')
    assert truth_of(tmp_path) == {"a.jpg": (DocumentSide.VISA, {F.NAME: "ANNA"})}


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    [
        # Known values of the score interval.
        (80, 80, 0.9542, 1.0),
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        # Of nothing, everything is possible.
        (0, 0, 0.0, 1.0),
    ],
)
def test_the_interval_of_a_share(right: int, of: int, low: float, high: float) -> None:
    assert wilson(right, of) == pytest.approx((low, high), abs=1e-4)
