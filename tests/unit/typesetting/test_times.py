"""A real clock has microseconds, and typst refuses a date that has them."""

from __future__ import annotations

from datetime import UTC, datetime

from server.typesetting.typesetter import Typesetter


def test_the_moment_of_a_real_clock_can_be_printed() -> None:
    at = datetime(2026, 3, 2, 3, 0, 0, 123456, tzinfo=UTC)
    typesetter = Typesetter()
    exact = typesetter.seal_stamp("示范公证处", at=at)
    assert exact == typesetter.seal_stamp("示范公证处", at=at.replace(microsecond=0))
