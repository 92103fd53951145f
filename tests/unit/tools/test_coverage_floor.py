"""Every package of the domain is under the floor of coverage, a new one too."""

from __future__ import annotations

import configparser
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

MEASURED = """
def judge(score):
    if score >= 1:
        return "good"
    return "bad"
"""


def under_the_floor() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (patterns,) = re.findall(r"^DOMAIN := (.+)$", makefile, re.MULTILINE)
    return {Path(pattern).parent.name for pattern in patterns.split(",")}


def from_access_down() -> set[str]:
    """Return the layers that the import contract keeps clean of web and of SQL, as built."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    layers = setup["importlinter:contract:server"]["layers"].split()
    names = {each.strip("()") for each in layers[layers.index("(access)") :] if each != "|"}
    return {name for name in names if (ROOT / "server" / name).is_dir()}


def test_the_floor_is_under_every_package_from_access_down() -> None:
    assert under_the_floor() == from_access_down()


@pytest.mark.parametrize(
    ("cases", "exit_code"),
    [
        # Both ways through were taken.
        ("judge(1), judge(0)", 0),
        # A branch that no test took is below the floor.
        ("judge(1)", 2),
    ],
)
def test_one_branch_that_nobody_took_breaks_the_floor(
    tmp_path: Path, cases: str, exit_code: int
) -> None:
    package = tmp_path / "server" / "cases"
    package.mkdir(parents=True)
    (package / "judging.py").write_text(f"{MEASURED}\n\n{cases}\n")
    coverage = [sys.executable, "-m", "coverage"]
    alone = ["--rcfile=/dev/null", "--data-file=measured"]
    run = [*coverage, "run", "--branch", *alone, "server/cases/judging.py"]
    subprocess.run(run, cwd=tmp_path, check=True)
    report = [*coverage, "report", *alone, "--include=server/cases/*"]
    told = subprocess.run([*report, "--fail-under=100"], cwd=tmp_path, check=False)
    assert told.returncode == exit_code
