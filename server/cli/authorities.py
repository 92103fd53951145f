"""``notary authorities``: what a certification authority has to keep, and for how long."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from server.cli.codes import INCONSISTENT, REFUSED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class NotYet(Exception):
    """The law, or the records, say no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoritiesCommands:
    records: Callable[[], Mapping[str, Sequence[str]]]
    """``kept``, ``deletable`` and ``unfinished`` -> serial numbers in hexadecimal."""

    delete_records: Callable[[Sequence[str]], None]
    """Raises `NotYet`."""


def authorities_group(commands: AuthoritiesCommands) -> click.Group:
    @click.group()
    def authorities() -> None:
        """Look after the records of certificates."""

    @authorities.command()
    def records() -> None:
        """Say which records may be deleted (电子签名法 Art. 24: five years after a
        certificate's end). Exit 5 when a certificate was intended and never issued."""
        found = commands.records()
        click.echo(f"{len(found['kept'])} kept, {len(found['deletable'])} may be deleted")
        for serial in found["deletable"]:
            click.echo(f"deletable   {serial}")
        for serial in found["unfinished"]:
            click.echo(f"UNFINISHED  {serial}  intended, and never issued")
        if found["unfinished"]:
            sys.exit(INCONSISTENT)

    @authorities.command("delete-records")
    @click.argument("serials", nargs=-1, required=True)
    def delete_records(serials: tuple[str, ...]) -> None:
        """Delete the records of SERIALS, all or none; exit 3 when it is too early for one."""
        try:
            commands.delete_records(serials)
        except NotYet as refusal:
            click.echo(f"REFUSED  {refusal}", err=True)
            sys.exit(REFUSED)
        click.echo(f"{len(serials)} deleted")

    return authorities
