"""The whole evaluation on three public photographs of two people, and two files that are none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pytest
from PIL import Image

from identity.evaluation.evaluating import evaluate
from identity.evaluation.photographs import NothingToEvaluate
from identity.evaluation.reporting import as_svg, as_table
from identity.policy import before_a_ceremony_2026
from tests.unit.identity.portraits import jpeg, video

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from identity.framing import Json

    Photograph = Callable[[str], bytes]

POLICY = before_a_ceremony_2026()


def put(folder: Path, name: str, content: bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_a_folder_becomes_rates_a_table_and_a_curve(tmp_path: Path, photograph: Photograph) -> None:
    folder, groups = tmp_path / "faces", tmp_path / "groups.csv"
    put(folder, "obama/2009.jpg", photograph("obama.jpg"))
    put(folder, "obama/2012.jpg", photograph("obama2.jpg"))
    for i, frame in enumerate(video(photograph("obama2.jpg"))[1:3]):
        put(folder, f"obama/2012-{i}.jpg", frame)
    put(folder, "biden/2013.jpg", photograph("biden.jpg"))
    put(folder, "biden/wall-2013.jpg", jpeg(Image.new("RGB", (300, 300), "tan")))
    put(folder, "biden/broken-2013.jpg", b"\xff\xd8\xff\xe0 no picture")
    groups.write_text("obama,presidents\nbiden,presidents\n", "utf-8")
    said: list[str] = []

    report = evaluate(folder, policy=POLICY, say=said.append, groups=groups)

    photographs = mapping(report["photographs"])
    assert (photographs["given"], photographs["compared"]) == (7, 5)
    assert photographs["faceless"] == ["biden/wall-2013.jpg"]
    assert photographs["unreadable"] == ["biden/broken-2013.jpg"]
    single = mapping(report["single"])
    assert (single["genuine_pairs"], single["impostor_pairs"]) == (6, 4)
    assert single["fused_at_least_as_good"] is True
    assert mapping(mapping(single["deployed"])["strangers_matched"])["count"] == 0
    assert set(mapping(report["references"])) == {"chip", "photographed_document"}
    assert set(mapping(report["groups"])) == {"presidents"}
    assert set(mapping(report["years_apart"])) == {"0 to below 5"}
    assert set(mapping(report["templates"])) == {"3"}
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert said[0] == "7 of 7 photographs"
    table = as_table(report)
    assert "biden/broken-2013.jpg" in table
    assert "fused at least as good as each alone at every point: yes" in table
    assert max(map(len, table.splitlines())) < 120
    assert as_svg(report).count("<polyline") == 3


def test_people_without_a_face_cannot_be_evaluated(tmp_path: Path) -> None:
    for person in ("li", "wang"):
        put(tmp_path, f"{person}/wall.jpg", jpeg(Image.new("RGB", (300, 300), "tan")))
    with pytest.raises(NothingToEvaluate, match="face"):
        evaluate(tmp_path, policy=POLICY, say=lambda _: None)


def mapping(value: Json) -> dict[str, Json]:
    return cast("dict[str, Json]", value)
