"""The doctor on a machine where nothing was set up: one line, and no value in it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from server.cli import notary_group
from server.cli.codes import DEPENDENCY_DOWN
from server.wiring.commands import commands


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.environ", {"PATH": "/usr/bin"})


@pytest.mark.usefixtures("bare")
def test_without_settings_it_names_the_first_one_that_is_missing() -> None:
    told = CliRunner().invoke(notary_group(commands()), ["doctor", "--json"])
    assert told.exit_code == DEPENDENCY_DOWN
    (part, trouble) = json.loads(told.output).popitem()
    assert part == "settings"
    assert trouble.startswith("FEIGUI_")
    assert trouble.endswith(" is not set")


@pytest.mark.usefixtures("bare")
def test_another_command_says_it_in_one_line_too() -> None:
    told = CliRunner().invoke(notary_group(commands()), ["audit", "verify", "kunming-demo"])
    assert told.exit_code == DEPENDENCY_DOWN
    (line,) = told.output.splitlines()
    assert line.endswith(" is not set")


@pytest.mark.usefixtures("bare")
def test_migrating_asks_for_the_owner_of_the_tables() -> None:
    told = CliRunner().invoke(notary_group(commands()), ["migrate"])
    assert told.exit_code == 2
    assert "FEIGUI_DATABASE_OWNER_URL" in told.output
