"""Cursors are sealed; a language is chosen whatever a client sends."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.contract import strict_json
from server.contract.formats import is_date, is_date_time
from server.http.cursors import Cursors
from server.http.languages import LANGUAGES, language_of
from server.http.tracing import trace_id_of
from server.problems.refusals import BodyMalformed


def test_a_short_key_seals_nothing() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Cursors(b"short")


@given(st.text())
def test_any_header_leads_to_a_language(header: str) -> None:
    assert language_of(header) in LANGUAGES


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_refused(raw: bytes) -> None:
    with suppress(BodyMalformed):
        strict_json.parse(raw)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("2026-03-02T09:30:00+08:00", True),
        ("2026-03-02T01:30:00.123456Z", True),
        # A time without its offset is another time in every zone.
        ("2026-03-02T09:30:00", False),
        ("2026-03-02 09:30:00Z", False),
        # What no calendar and no clock has.
        ("2026-02-30T09:30:00Z", False),
        ("2026-03-02T24:30:00Z", False),
        ("2026-03-02T23:59:60Z", False),
        ("2026-03-02T09:30:00+25:00", False),
        # Digits of other scripts look like digits to some readers only.
        ("２０２６-03-02T09:30:00Z", False),
    ],
)
def test_a_time_carries_its_offset(text: str, is_one: bool) -> None:
    assert is_date_time(text) is is_one


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("2024-02-29", True), ("2023-02-29", False), ("20240229", False), ("2024-W01-1", False)],
)
def test_a_day_is_a_day_of_the_calendar(text: str, is_one: bool) -> None:
    assert is_date(text) is is_one


@pytest.mark.parametrize(
    ("header", "trace"),
    [
        (
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "4bf92f3577b34da6a3ce929d0e0e4736",
        ),
        # All zeros is no trace (W3C Trace Context 3.2.2.3).
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", None),
        ("anything else", None),
        ("", None),
    ],
)
def test_the_trace_of_the_caller_is_taken_up(header: str, trace: str | None) -> None:
    assert trace_id_of(header) == trace
