"""What is on the paper beside its text: the moment, stamps, and the mark of a demonstration."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from server.typesetting.typesetter import Typesetter
from tests.unit.typesetting import reading, specimens

if TYPE_CHECKING:
    from pathlib import Path


def test_the_moment_of_a_real_clock_can_be_printed() -> None:
    at = datetime(2026, 3, 2, 3, 0, 0, 123456, tzinfo=UTC)
    typesetter = Typesetter()
    exact = typesetter.seal_stamp("示范公证处", at=at)
    assert exact == typesetter.seal_stamp("示范公证处", at=at.replace(microsecond=0))


def test_a_long_latin_name_fits_its_stamp() -> None:
    at = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
    for name in ("陈公证", "欧阳娜仁托娅", "Anne-Sophie de la Tour d'Auvergne"):
        drawn = Typesetter().name_stamp(name, at=at, image="svg")
        assert drawn.startswith(b"<svg")


@pytest.mark.parametrize("demo", [True, False])
def test_only_a_made_up_office_says_that_its_certificate_has_no_effect(
    tmp_path: Path, demo: bool
) -> None:
    paper = replace(specimens.certificate(), demo=demo)
    printed = reading.text(Typesetter().typeset(paper, at=specimens.AT).pdf, tmp_path)
    assert ("NO LEGAL EFFECT" in printed) is demo
