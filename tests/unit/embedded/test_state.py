"""The state directory: secrets are made once and are nobody else's to read."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.embedded.account import can_be_entered_by_others
from server.embedded.errors import StateInUse
from server.embedded.state import State, default_root, named_root, opened_state


def test_a_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    secret = State(tmp_path).secret("database")
    assert State(tmp_path).secret("database") == secret
    assert len(bytes.fromhex(secret)) == 32
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "secrets" / "database").stat().st_mode & 0o777 == 0o600


def test_two_secrets_are_different(tmp_path: Path) -> None:
    state = State(tmp_path)
    assert state.secret("one") != state.secret("other")


def test_a_state_is_free_again_after_use(tmp_path: Path) -> None:
    with opened_state(tmp_path / "deep" / "state") as state:
        with pytest.raises(StateInUse), opened_state(state.root):
            pass
        kept = state.secret("kept")
    with opened_state(state.root) as again:
        assert again.secret("kept") == kept


def test_the_environment_names_the_place(tmp_path: Path) -> None:
    assert named_root({"FEIGUI_STATE": str(tmp_path)}) == tmp_path
    assert named_root({"FEIGUI_STATE": "relative"}) == Path.cwd() / "relative"
    assert named_root({}) == default_root()


def test_a_closed_directory_anywhere_above_closes_the_way(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    inside = closed / "open"
    inside.mkdir(parents=True, mode=0o755)
    closed.chmod(0o700)
    assert not can_be_entered_by_others(inside)
    assert can_be_entered_by_others(Path("/usr/bin"))
