"""``flask notary stamps ...``: archive time-stamps that end, and their renewal."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

from server.cli.codes import DEPENDENCY_DOWN, INCONSISTENT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Told = Mapping[str, str | None]

_EXITS: Final = {"refused": INCONSISTENT, "failed": INCONSISTENT, "waits": DEPENDENCY_DOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class StampCommands:
    """What each command does; the wiring knows how."""

    due: Callable[[], list[Told]]
    """office, kind, subject, state, carries_until and trouble of each file that is due."""

    renew: Callable[[Callable[[Told], None]], None]
    """Tells kind, subject, came and trouble of each file as it ends."""


def stamps_group(commands: StampCommands) -> click.Group:
    @click.group()
    def stamps() -> None:
        """Keep sealed files provable: renew archive time-stamps before they end."""

    @stamps.command()
    @click.option("--json", "as_json", is_flag=True, help="For machines.")
    def due(as_json: bool) -> None:  # noqa: FBT001  # click passes options so
        """List the files whose stamp is due; exit 5 when one was refused."""
        _list(commands.due(), as_json=as_json)

    @stamps.command()
    @click.option("--dry-run", is_flag=True, help="Only list what would be renewed.")
    def renew(dry_run: bool) -> None:  # noqa: FBT001  # click passes options so
        """Renew every stamp that is due; exit 4 when some wait, 5 when a person has to look."""
        if dry_run:
            _list(commands.due(), as_json=False)
        else:
            _renew(commands)

    return stamps


def _list(found: list[Told], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found))
    else:
        for each in found:
            click.echo(
                f"{each['state']:9} {each['office']}  {each['kind']} {each['subject']}"
                f"  until {each['carries_until'] or 'not looked at'}  {each['trouble'] or ''}"
            )
        states = Counter(each["trouble"] or each["state"] for each in found)
        told = ", ".join(f"{number} {state}" for state, number in sorted(states.items()))
        click.echo(f"{len(found)} files are due" + (f": {told}" if told else ""))
    if any(each["state"] == "refused" for each in found):
        sys.exit(INCONSISTENT)


def _renew(commands: StampCommands) -> None:
    total = len(commands.due())
    came: Counter[str] = Counter()

    def tell(ended: Told) -> None:
        came[str(ended["came"])] += 1
        click.echo(
            f"{came.total()}/{max(total, came.total())}  {ended['came']:8}"
            f" {ended['kind']} {ended['subject']}  {ended['trouble'] or ''}"
        )

    commands.renew(tell)
    click.echo(
        "  ".join(f"{what}: {number}" for what, number in sorted(came.items())) or "none due"
    )
    codes = [code for what, code in _EXITS.items() if came[what]]
    if codes:
        sys.exit(max(codes))
