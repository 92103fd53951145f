"""``flask notary log ...``: check the transparency log from inside, watch it from outside."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from server.cli.codes import DEPENDENCY_DOWN, INCONSISTENT, REFUSED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Report = Mapping[str, Any]
    Tell = Callable[[int, int], None]
    """(done, of how many)"""

AS_JSON: Final = click.option("--json", "as_json", is_flag=True, help="For machines.")
EVERY: Final = 10_000


class LogUnreachable(Exception):
    """The log that is watched does not answer."""


class LogUnbelieved(Exception):
    """What answers is not signed by the log that is watched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    url: str
    state: Path
    key: str | None
    """As published; ``None``: the state's, and on the first look what the log says itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCommands:
    """What each command does; the wiring knows how."""

    check: Callable[[Tell], Report]
    show: Callable[[int], Report]
    """Raises `LookupError` where there is no such entry."""

    watch: Callable[[Watch, Tell], Report]
    """Raises `LogUnreachable` and `LogUnbelieved`."""


def log_group(commands: LogCommands) -> click.Group:
    @click.group()
    def log() -> None:
        """Check, show and watch the transparency log."""

    for each in (_fsck(commands), _show(commands), _monitor(commands)):
        log.add_command(each)
    return log


def _fsck(commands: LogCommands) -> click.Command:
    @click.command()
    @AS_JSON
    def fsck(*, as_json: bool) -> None:
        """Compute the log anew and compare all that was kept of it; exit 5 for a fault."""
        report = commands.check(_progress())
        if as_json:
            click.echo(_json(report))
        else:
            for fault in report["faults"]:
                click.echo(f"FAULT  {fault['kind']}  {fault['where']}")
            click.echo(
                f"{report['entries']} entries, {report['checkpoints']} checkpoints,"
                f" {report['tiles']} tiles, {report['certificates']} certificates:"
                f" {len(report['faults'])} faults"
            )
        if report["faults"]:
            sys.exit(INCONSISTENT)

    return fsck


def _show(commands: LogCommands) -> click.Command:
    @click.command()
    @click.argument("index", type=click.IntRange(min=0))
    def show(*, index: int) -> None:
        """Show the entry at INDEX and its proof."""
        try:
            report = commands.show(index)
        except LookupError:
            raise click.UsageError(f"the log has no entry {index}") from None
        click.echo(_json(report))

    return show


def _monitor(commands: LogCommands) -> click.Command:
    @click.command()
    @click.argument("url")
    @click.option(
        "--state",
        type=click.Path(dir_okay=False, path_type=Path),
        required=True,
        help="File that remembers what was seen.",
    )
    @click.option("--key", help="The log's key (NAME+ID+KEY), from somewhere you trust.")
    @AS_JSON
    def monitor(*, url: str, state: Path, key: str | None, as_json: bool) -> None:
        """Look at the log at URL and prove that it only grew since the last look.

        Prints every new entry. Exit 5 when the log was rewritten, rolled back or hides
        entries, 3 when somebody else signed it, 4 when it does not answer. Any
        c2sp.org/tlog-tiles log will do.
        """
        try:
            report = commands.watch(Watch(url=url, state=state, key=key), _progress())
        except LogUnreachable as trouble:
            click.echo(f"DOWN  {trouble}", err=True)
            sys.exit(DEPENDENCY_DOWN)
        except LogUnbelieved as trouble:
            click.echo(f"REFUSED  {trouble}", err=True)
            sys.exit(REFUSED)
        _tell_seen(report, as_json=as_json)
        if report["trouble"] is not None:
            sys.exit(INCONSISTENT)

    return monitor


def _tell_seen(report: Report, *, as_json: bool) -> None:
    trouble = report["trouble"]
    if as_json:
        click.echo(_json(report))
    elif trouble is None:
        for entry in report["entries"]:
            click.echo(f"{entry['index']}  {entry['entry']}")
    if trouble is not None:
        click.echo(f"\n!!! {trouble['kind']}: {trouble['why']}", err=True)
        click.echo(
            f"!!! keep {trouble['evidence']} and the state: together they prove it, to anybody",
            err=True,
        )
        return
    if report["first_key"]:
        click.echo(
            f"the key was taken from the log itself; compare it with a printed one:\n"
            f"  {report['key']}",
            err=True,
        )
    click.echo(f"{report['size']} entries, {len(report['entries'])} new; all proven", err=True)


def _progress() -> Tell:
    told = 0

    def tell(done: int, of: int) -> None:
        nonlocal told
        if done // EVERY > told // EVERY:
            click.echo(f"  {done:,} of {of:,} entries", err=True)
            told = done

    return tell


def _json(report: Report) -> str:
    return json.dumps(report, ensure_ascii=False, indent=2)
