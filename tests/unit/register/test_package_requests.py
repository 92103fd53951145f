"""A package is asked for with a purpose, made once, kept for days and fetched while it is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from server.register.errors import PackageEnded, PackageNotReady, TooManyPackages
from server.register.package_requests import (
    MOST_ASKED,
    OF_PARTIES,
    OF_STAFF,
    PackageId,
    PackagePurpose,
    PackageRequest,
    PackageState,
    Why,
    ended,
    file_of,
    given_up,
    made,
    missing_in,
    refuse_too_many,
    taken_up,
)

NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
ASKED = PackageRequest(
    id=PackageId("p-1"),
    office="kunming-demo",
    case="c-1",
    certificate="z-1",
    account="a-1",
    by_party=True,
    why=Why(purpose=PackagePurpose.OWN_USE),
    step_up="s-1",
    state=PackageState.QUEUED,
    asked_at=NOW,
)
READY = made(taken_up(ASKED), "5" * 64, size=70_000, at=NOW, keep=WEEK)


@pytest.mark.parametrize(
    ("purpose", "reason", "reference", "by_party", "missing"),
    [
        # A party holds what is its own, and says nothing for it.
        ("own_use", None, None, True, {}),
        # Nobody of the office takes it for himself.
        ("own_use", "for me", None, False, {"purpose": "not_allowed"}),
        # The office says why, and so does nobody else need to.
        ("office_use", "complaint", None, False, {}),
        ("office_use", None, None, False, {"reason": "missing"}),
        ("office_use", "complaint", None, True, {"purpose": "not_allowed"}),
        # A court has a number under which it asks.
        ("court", None, "（2026）云01民初123号", True, {}),
        ("court", None, None, True, {"reference": "missing"}),
        ("court", None, None, False, {"reason": "missing", "reference": "missing"}),
        ("arbitration", "asked", None, False, {"reference": "missing"}),
        ("authority", "asked", "1", False, {}),
    ],
)
def test_what_has_to_be_said_depends_on_purpose_and_person(  # noqa: PLR0917  # one column each
    purpose: str,
    reason: str | None,
    reference: str | None,
    by_party: bool,
    missing: dict[str, str],
) -> None:
    why = Why(purpose=PackagePurpose(purpose), reason=reason, reference=reference)
    assert missing_in(why, by_party=by_party) == missing


def test_every_purpose_is_somebodys() -> None:
    assert set(PackagePurpose) == OF_PARTIES | OF_STAFF


def test_an_account_asks_for_so_many_a_day_and_no_more() -> None:
    refuse_too_many(MOST_ASKED - 1)
    with pytest.raises(TooManyPackages) as refused:
        refuse_too_many(MOST_ASKED)
    assert refused.value.retry_after_s == 86_400


def test_one_that_was_under_way_is_taken_up_again() -> None:
    under_way = taken_up(ASKED)
    assert under_way.state is PackageState.MAKING
    assert taken_up(under_way) == under_way


@pytest.mark.parametrize("state", [PackageState.FAILED, PackageState.READY, PackageState.ENDED])
def test_one_that_nobody_waits_for_is_not_made(state: PackageState) -> None:
    over = replace(READY, state=state)
    for make in (taken_up, lambda each: made(each, "6" * 64, size=1, at=NOW, keep=WEEK)):
        with pytest.raises(PackageNotReady) as refused:
            make(over)
        assert refused.value.state == state
    assert given_up(over) == over


def test_what_is_given_up_can_not_be_fetched() -> None:
    failed = given_up(taken_up(ASKED))
    assert failed.state is PackageState.FAILED
    for each in (ASKED, taken_up(ASKED), failed):
        with pytest.raises(PackageNotReady):
            file_of(each, at=NOW)


def test_one_that_is_made_is_fetched_until_its_days_are_over() -> None:
    assert READY.kept_until == NOW + WEEK
    assert file_of(READY, at=NOW + WEEK - timedelta(microseconds=1)) == "5" * 64
    with pytest.raises(PackageEnded):
        file_of(READY, at=NOW + WEEK)
    with pytest.raises(PackageEnded):
        file_of(ended(READY), at=NOW)
