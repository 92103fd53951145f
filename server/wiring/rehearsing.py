"""The demonstration's commands for a ceremony in two browsers, beside a running ``serve``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from server.cli.codes import DEPENDENCY_DOWN
from server.demo.rehearsing import NothingThere, Served, code_of, prepare
from server.demo.seeding import Credentials
from server.demo.signing_in import fictional_phone
from server.embedded.ports import LOOPBACK
from server.embedded.state import named_root
from server.wiring.launching import remembered

if TYPE_CHECKING:
    from pathlib import Path


class NotServed(click.ClickException):
    exit_code = DEPENDENCY_DOWN


def prepare_ceremony(port: int, photographs: Path) -> None:
    served = _served(port, photographs)
    phone = fictional_phone()
    prepare(served, phone)
    notary = served.people["km.notary"]
    click.echo(
        f"\n  {served.base}/ceremony in two browsers (or one of them in a private window)\n"
        f"  公证员 notary      {notary.login}  {notary.password}\n"
        f"  当事人 applicant   {phone}\n"
        "  六位数 six digits  flask --app server.wiring notary demo code "
        f"{notary.login}  (or {phone}, after the page has sent it)"
    )


def tell_code(who: str) -> None:
    root = _state()
    try:
        code = code_of(who, people=_people(root), outbox=root / "codes.jsonl")
    except NothingThere as nothing:
        raise click.UsageError(str(nothing)) from nothing
    click.echo(code)


def _served(port: int, photographs: Path) -> Served:
    root = _state()
    return Served(
        base=f"http://{LOOPBACK}:{port}",
        outbox=root / "codes.jsonl",
        people=_people(root),
        photographs=photographs,
        tell=click.echo,
    )


def _state() -> Path:
    return named_root(os.environ) / "serve"


def _people(root: Path) -> dict[str, Credentials]:
    kept = remembered(root / "demo-people.json")
    if not kept:
        raise NotServed("nobody is there yet: make serve")
    return {login: Credentials(**each) for login, each in kept.items()}
