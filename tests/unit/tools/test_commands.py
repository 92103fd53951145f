"""The commands people type, and the locked requirements under them."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
REQUIREMENTS = ROOT / "requirements"
LOCKED = sorted(path for path in REQUIREMENTS.glob("*.txt") if path.name != "overrides.txt")
PINNED = re.compile(
    r"^([a-z0-9._-]+)==(\S+)((?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", re.MULTILINE
)
COMMANDS = [
    "run",
    "serve",
    "test",
    "sure",
    "faults",
    "bench",
    "screenshots",
    "format",
    "clean",
    "setup",
    "help",
]


def said(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def pins(path: Path) -> dict[str, str]:
    return {name: version for name, version, _ in PINNED.findall(path.read_text())}


def wished_for(path: Path) -> set[str]:
    lines = [line for line in path.read_text().splitlines() if line and line[0] not in "#-"]
    return {re.split(r"[^A-Za-z0-9._-]", line)[0].lower() for line in lines}


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_what_every_command_is_for(command: str) -> None:
    told = dict(line.split(maxsplit=2)[1:] for line in said("make", "help").splitlines())
    assert len(told[command].split()) >= 3


@pytest.mark.parametrize("path", LOCKED, ids=lambda path: path.name)
def test_every_requirement_is_pinned_with_its_hash(path: Path) -> None:
    pinned = PINNED.sub("", path.read_text())
    left = [line for line in pinned.splitlines() if line and not line.lstrip().startswith("#")]
    assert left == []


def test_no_package_has_two_versions() -> None:
    versions = defaultdict(set)
    for path in LOCKED:
        for name, version in pins(path).items():
            versions[name].add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


@pytest.mark.parametrize("path", sorted(REQUIREMENTS.glob("*.in")), ids=lambda path: path.name)
def test_what_is_wished_for_is_locked(path: Path) -> None:
    assert wished_for(path) <= set(pins(path.with_suffix(".txt")))


def test_a_set_up_for_nothing_known_says_what_is_known() -> None:
    refused = subprocess.run(
        [sys.executable, "tools/set_up.py", "everything"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert refused.returncode == 1
    assert "run | serve | test" in refused.stderr


def test_the_script_of_ci_is_sound_and_can_be_run() -> None:
    assert said("bash", "-n", ".ci/run") == ""
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
