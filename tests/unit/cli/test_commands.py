"""What an operator types, reads and gets back as exit code."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from server.cli import DEPENDENCY_DOWN, INCONSISTENT, Commands, notary_group

if TYPE_CHECKING:
    from collections.abc import Mapping

    from click.testing import Result

USAGE = 2


@dataclass(slots=True)
class Platform:
    """Remembers what was asked of it, and stands as it is told to."""

    asked: list[tuple[object, ...]] = field(default_factory=list)
    parts: dict[str, str | None] = field(default_factory=dict)
    trails: dict[str, str | None] = field(default_factory=dict)

    def commands(self) -> Commands:
        def played(into: Path) -> Mapping[str, Any]:
            for name in ("summary.json", "certificate.pdf"):
                (into / name).write_bytes(b"")
            return {"certificate": "（2026）云昆内证字第1号"}

        def verified(office: str) -> Mapping[str, str | None]:
            self.asked.append(("verify", office))
            return self.trails

        return Commands(
            serve=lambda port, demo: self.asked.append(("serve", port, demo)),
            run_demo=played,
            work=lambda ready: self.asked.append(("work", ready)),
            migrate=lambda: self.asked.append(("migrate",)),
            examine=lambda: self.parts,
            verify_audit=verified,
        )

    def told(self, *arguments: str) -> Result:
        return CliRunner().invoke(notary_group(self.commands()), arguments)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        # Without a word, the port of the README and no invented people.
        (["serve"], ("serve", 8000, False)),
        (["serve", "--port", "9000", "--demo"], ("serve", 9000, True)),
        (["worker"], ("work", None)),
        (["worker", "--ready", "ready.txt"], ("work", Path("ready.txt"))),
        (["migrate"], ("migrate",)),
        (["audit", "verify", "kunming-demo"], ("verify", "kunming-demo")),
    ],
)
def test_a_command_asks_for_what_was_typed(typed: list[str], asked: tuple[object, ...]) -> None:
    platform = Platform()
    assert platform.told(*typed).exit_code == 0
    assert platform.asked == [asked]


@pytest.mark.parametrize(
    ("parts", "exit_code"),
    [
        # Everything answers.
        ({"database": None, "object store": None}, 0),
        # One part is down, and that is enough.
        ({"database": None, "object store": "no answer"}, DEPENDENCY_DOWN),
    ],
)
def test_the_doctor_says_the_same_to_people_and_to_machines(
    parts: dict[str, str | None], exit_code: int
) -> None:
    platform = Platform(parts=parts)
    for_people, for_machines = platform.told("doctor"), platform.told("doctor", "--json")
    assert for_people.exit_code == for_machines.exit_code == exit_code
    assert json.loads(for_machines.output) == parts
    down = [line for line in for_people.output.splitlines() if line.startswith("DOWN")]
    assert down == [f"DOWN  {part}  {why}" for part, why in parts.items() if why]


def test_a_broken_trail_is_named_and_fails() -> None:
    found = Platform(trails={"c-1": None, "c-2": "link 3 does not follow"})
    told = found.told("audit", "verify", "kunming-demo")
    assert told.exit_code == INCONSISTENT
    assert told.output.splitlines() == [
        "BROKEN  c-2  link 3 does not follow",
        "1 of 2 trails are whole",
    ]


def test_the_demo_says_where_everything_is(tmp_path: Path) -> None:
    told = Platform().told("demo", "run", "--into", str(tmp_path))
    assert told.exit_code == 0
    lines = told.output.splitlines()
    assert "（2026）云昆内证字第1号" in lines[1]
    assert [line.strip() for line in lines[2:]] == [
        str(tmp_path / "certificate.pdf"),
        str(tmp_path / "summary.json"),
    ]


@pytest.mark.parametrize(
    "typed",
    [
        # A command that does not exist.
        ["erase"],
        # A port that is none.
        ["serve", "--port", "web"],
        # An office is asked for.
        ["audit", "verify"],
    ],
)
def test_what_cannot_be_read_is_a_usage_error(typed: list[str]) -> None:
    platform = Platform()
    assert platform.told(*typed).exit_code == USAGE
    assert platform.asked == []


def test_help_tells_every_command_with_a_sentence() -> None:
    help_text = Platform().told("--help").output
    listed = help_text.split("Commands:")[1].split("\n")
    told = {words[0]: len(words) for line in listed if (words := line.split())}
    assert set(told) >= {"serve", "worker", "migrate", "doctor", "audit", "demo"}
    assert min(told.values()) > 1
