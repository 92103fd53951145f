"""A number in a body is the same number to every reader, or the body is refused."""

from __future__ import annotations

import pytest

from server.contract.strict_json import MAX_WHOLE, parse
from server.problems.refusals import BodyMalformed


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        # The largest whole number that every reader reads alike (RFC 7493 2.2).
        (str(MAX_WHOLE), MAX_WHOLE),
        (str(-MAX_WHOLE), -MAX_WHOLE),
        # A whole number, however it is written.
        ("30000.0", 30000),
        ("3e4", 30000),
        # A fraction stays one.
        ("0.25", 0.25),
    ],
)
def test_a_number_is_the_same_to_everybody(literal: str, value: float) -> None:
    parsed = parse(literal.encode())
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    "literal",
    [
        # One beyond.
        str(MAX_WHOLE + 1),
        # The same as a power of ten.
        "1e16",
        # So many digits that converting them would cost.
        "9" * 5000,
        # Beyond what a float holds.
        "1e999",
    ],
)
def test_a_number_that_readers_would_differ_about_is_refused(literal: str) -> None:
    with pytest.raises(BodyMalformed, match="number_too_large"):
        parse(literal.encode())
