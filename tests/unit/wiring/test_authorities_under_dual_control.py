"""Where officers decide about keys, a start makes none and names what is missing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from esign.errors import AuthorityMissing, NotForProduction
from esign.testing import OFFICE, SetClock, running_office
from server.wiring.launching import check_authorities
from tests.servers.ceremony_room import Room

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 3, 1, tzinfo=UTC)


def test_what_a_ceremony_has_not_made_yet_is_named(tmp_path: Path) -> None:
    room = Room(tmp_path, SetClock(AT)).with_officers()
    with pytest.raises(AuthorityMissing, match=r"root .* keys plan"):
        check_authorities(room.files, [OFFICE])
    room.founded()
    check_authorities(room.files, [OFFICE])
    with pytest.raises(AuthorityMissing, match=r"office\.another\.authority"):
        check_authorities(room.files, [OFFICE, "another"])
    with pytest.raises(AuthorityMissing, match=r"sm2\.root .* keys plan"):
        check_authorities(room.files, [OFFICE], sm2_offices=[OFFICE])
    room.founded_by_sm2()
    check_authorities(room.files, [OFFICE], sm2_offices=[OFFICE])
    with pytest.raises(AuthorityMissing, match=r"sm2\.office\.another\.authority"):
        check_authorities(room.files, [OFFICE], sm2_offices=["another"])


def test_authorities_that_made_themselves_warn(tmp_path: Path) -> None:
    with (
        pytest.warns(NotForProduction, match="no key ceremony"),
        running_office(tmp_path, at=AT),
    ):
        pass
