"""Names of evidence become keys of a bucket, so they must never be a path."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from storage.connection import Connection
from storage.objects import Digest, object_key, whole_seconds


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_a_digest_cannot_be_a_path(name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        Digest(name)


def test_objects_lie_apart_by_office() -> None:
    assert object_key("kunming-a", Digest("ab" * 32)) == f"offices/kunming-a/ab/{'ab' * 32}"


@pytest.mark.parametrize(
    "office", ["", "..", "a/b", "Kunming", "a" * 64, "a\n", "-a", "a-", "昆明"]
)
def test_an_office_cannot_be_a_path(office: str) -> None:
    with pytest.raises(ValueError, match="office key"):
        object_key(office, Digest("ab" * 32))


@pytest.mark.parametrize(
    ("until", "kept"),
    [
        # A whole second stays.
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)),
        # The least more than one is the next.
        (datetime(2026, 1, 1, 0, 0, 0, 1, UTC), datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC)),
        # Peking time is told in UTC.
        (
            datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8))),
            datetime(2026, 1, 1, tzinfo=UTC),
        ),
    ],
)
def test_retention_ends_on_a_whole_second_and_never_early(until: datetime, kept: datetime) -> None:
    assert whole_seconds(until) == kept


def test_a_connection_does_not_print_its_secret() -> None:
    assert "hush" not in repr(Connection(endpoint="e", access_key="a", secret_key="hush"))
