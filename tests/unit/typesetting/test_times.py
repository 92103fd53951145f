"""A real clock has microseconds, and typst refuses a date that has them."""

from __future__ import annotations

from datetime import UTC, datetime

from server.typesetting.typesetter import Typesetter


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
