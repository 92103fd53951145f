"""A masked number shows its end, and never as much as it hides."""

from __future__ import annotations

import pytest

from server.http.shown.parties import masked


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        # A resident's number ends in its check digit.
        ("53010219710321001X", "**************001X"),
        # Exactly as much is hidden as is shown.
        ("E1234567", "****4567"),
        # A short number would be half told by its end.
        ("E123456", "*******"),
    ],
)
def test_a_number_is_masked(number: str, shown: str) -> None:
    assert masked(number) == shown
