"""``flask notary evidence ...``: hand a package over, and verify one that somebody brings."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from server.cli.codes import INCONSISTENT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    case: str
    certificate: str | None
    """``None`` for the newest one of the case."""

    recordings: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceCommands:
    """What each command does; the wiring knows how."""

    export: Callable[[Wanted], bytes]
    verify: Callable[[Sequence[str]], int]
    """The shipped verifier with its arguments; prints, and returns 0 or 1."""


def evidence_group(commands: EvidenceCommands) -> click.Group:
    @click.group()
    def evidence() -> None:
        """Export evidence packages, and verify them as anybody can."""

    evidence.add_command(_export(commands))
    evidence.add_command(_verify(commands))
    return evidence


def _export(commands: EvidenceCommands) -> click.Command:
    @click.command()
    @click.argument("case")
    @click.option("--into", type=click.Path(path_type=Path), required=True, help="ZIP to write.")
    @click.option("--certificate", help="Id of the certificate; the newest one by default.")
    @click.option("--recordings", is_flag=True, help="With the recordings, up to 256 MiB.")
    def export(*, case: str, into: Path, certificate: str | None, recordings: bool) -> None:
        """Write the evidence package of CASE; that it was taken is on record."""
        package = commands.export(Wanted(case=case, certificate=certificate, recordings=recordings))
        into.write_bytes(package)
        click.echo(f"{into}  {len(package)} bytes")

    return export


def _verify(commands: EvidenceCommands) -> click.Command:
    @click.command()
    @click.argument("package", type=FILE)
    @click.option("--root", type=FILE, help="Trusted root certificate (PEM; may hold several).")
    @click.option("--link", type=FILE, help="By which keys of a root vouch for each other (PEM).")
    @click.option("--crl", type=FILE, multiple=True, help="Newer revocation list (DER or PEM).")
    @click.option("--party-root", type=FILE, help="Root of an outside authority of parties (PEM).")
    @click.option("--log-key", help="Verifier key of the transparency log.")
    @click.option("--witness-key", multiple=True, help="Verifier key of a witness of the log.")
    @click.option("--at", help="Judge for this time (ISO 8601); now by default.")
    @click.option("--lang", type=click.Choice(["zh", "en"]), help="One language only.")
    @click.option("--json", "as_json", is_flag=True, help="For machines.")
    def verify(
        *,
        package: Path,
        as_json: bool,
        crl: Sequence[Path],
        witness_key: Sequence[str],
        **options: str | Path | None,
    ) -> None:
        """Verify PACKAGE with the verifier that is shipped in it; exit 5 on a fault."""
        given = [(f"--{name.replace('_', '-')}", value) for name, value in options.items()]
        given += [("--crl", path) for path in crl]
        given += [("--witness-key", key) for key in witness_key]
        arguments = [str(part) for pair in given if pair[1] is not None for part in pair]
        code = commands.verify([str(package), *arguments, *(["--json"] if as_json else [])])
        if code:
            sys.exit(INCONSISTENT)

    return verify
