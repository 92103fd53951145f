"""``flask notary ...``: the commands of those who run an office's platform.

Exit codes: 0 ok, 2 usage, 3 refused by policy, 4 a dependency is down,
5 an inconsistency was found.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from server.cli.authorities import authorities_group
from server.cli.codes import DEPENDENCY_DOWN, INCONSISTENT
from server.cli.evidence import evidence_group
from server.cli.identity import identity_group
from server.cli.keys import keys_group
from server.cli.log import log_group
from server.cli.stamps import stamps_group

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from server.cli.authorities import AuthoritiesCommands
    from server.cli.evidence import EvidenceCommands
    from server.cli.identity import IdentityCommands
    from server.cli.keys import KeyCommands
    from server.cli.log import LogCommands
    from server.cli.stamps import StampCommands


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """What each command does; the wiring knows how."""

    serve: Callable[[int, bool], None]
    run_demo: Callable[[Path], Mapping[str, Any]]
    prepare_ceremony: Callable[[int], None]
    tell_code: Callable[[str], None]
    work: Callable[[Path | None], None]
    migrate: Callable[[], None]
    examine: Callable[[], Mapping[str, str | None]]
    """Part of the platform -> what is wrong with it, or ``None``."""

    verify_audit: Callable[[str], Mapping[str, str | None]]
    """Case of the office -> which link of its trail is broken, or ``None``."""

    identity: IdentityCommands
    log: LogCommands
    keys: KeyCommands
    evidence: EvidenceCommands
    stamps: StampCommands
    authorities: AuthoritiesCommands


def notary_group(commands: Commands) -> click.Group:
    """Return the group ``notary`` with every command in it."""

    @click.group()
    def notary() -> None:
        """Run and look after the notarization platform."""

    @notary.command()
    @click.option("--port", default=8000, show_default=True, help="Port on 127.0.0.1.")
    @click.option("--demo", is_flag=True, help="Seed the demonstration offices and people.")
    def serve(port: int, demo: bool) -> None:  # noqa: FBT001  # click passes options so
        """Serve the whole platform on this machine until Ctrl-C."""
        commands.serve(port, demo)

    @notary.command()
    @click.option("--ready", type=click.Path(path_type=Path), help="File to write when ready.")
    def worker(ready: Path | None) -> None:
        """Do the queued jobs until SIGTERM."""
        commands.work(ready)

    @notary.command()
    def migrate() -> None:
        """Bring the database to the revision of this release."""
        commands.migrate()
        click.echo("the database is up to date")

    @notary.command()
    @click.option("--json", "as_json", is_flag=True, help="For machines.")
    def doctor(as_json: bool) -> None:  # noqa: FBT001  # click passes options so
        """Look at every part that the platform needs and say what is wrong."""
        found = commands.examine()
        if as_json:
            click.echo(json.dumps(found))
        else:
            for part, trouble in found.items():
                click.echo(f"{'ok  ' if trouble is None else 'DOWN'}  {part}  {trouble or ''}")
        if any(trouble is not None for trouble in found.values()):
            sys.exit(DEPENDENCY_DOWN)

    notary.add_command(_audit_group(commands))
    notary.add_command(authorities_group(commands.authorities))
    notary.add_command(identity_group(commands.identity))
    notary.add_command(log_group(commands.log))
    notary.add_command(keys_group(commands.keys))
    notary.add_command(evidence_group(commands.evidence))
    notary.add_command(stamps_group(commands.stamps))
    notary.add_command(_demo_group(commands))
    return notary


def _audit_group(commands: Commands) -> click.Group:
    @click.group()
    def audit() -> None:
        """Look at the audit trails."""

    @audit.command()
    @click.argument("office")
    def verify(office: str) -> None:
        """Verify the hash chain of every case of OFFICE; exit 5 when one is broken."""
        found = commands.verify_audit(office)
        broken = {case: trouble for case, trouble in found.items() if trouble is not None}
        for case, trouble in broken.items():
            click.echo(f"BROKEN  {case}  {trouble}")
        click.echo(f"{len(found) - len(broken)} of {len(found)} trails are whole")
        if broken:
            sys.exit(INCONSISTENT)

    return audit


def _demo_group(commands: Commands) -> click.Group:
    @click.group()
    def demo() -> None:
        """Play the demonstration."""

    @demo.command()
    @click.option(
        "--into",
        type=click.Path(path_type=Path),
        default=Path("build/run"),
        show_default=True,
        help="Folder for everything that the run makes; emptied first.",
    )
    def run(into: Path) -> None:
        """Take one case from intake to a sealed certificate, over HTTP."""
        summary = commands.run_demo(into)
        click.echo(f"\n公证书 {summary['certificate']} · everything is in {into}/")
        for name in sorted(p.name for p in into.iterdir()):
            click.echo(f"  {into / name}")

    @demo.command()
    @click.option("--port", default=8000, show_default=True, help="Where `notary serve` serves.")
    def ceremony(port: int) -> None:
        """Bring a case up to its ceremony, to be held in two browsers."""
        commands.prepare_ceremony(port)

    @demo.command()
    @click.argument("who")
    def code(who: str) -> None:
        """Tell the six digits that WHO (a login, or a phone number) signs in with now."""
        commands.tell_code(who)

    return demo
