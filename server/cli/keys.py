"""``flask notary keys ...``: key ceremonies under dual control.

A request is planned, two officers sign it, one of them performs it; a protocol is
left. Passphrases are asked for or read from a file, and stand in no argument.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from server.cli.codes import INCONSISTENT
from server.cli.identity import AS_JSON, FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ACTIONS: Final = (
    "create",
    "rotate",
    "compromise",
    "publish",
    "retire",
    "add_officer",
    "remove_officer",
)
NEW_FILE: Final = click.Path(exists=False, dir_okay=False, path_type=Path)
MOMENT: Final = click.DateTime(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a request is to say."""

    action: str
    subject: str
    reason: str
    hours: int
    name: str
    organization: str
    since: datetime | None
    """UTC."""
    public_key: str
    certificate: str
    """SHA-256, of a key that was replaced before it was found to be stolen."""


@dataclass(frozen=True, slots=True)
class Signer:
    """An officer with the credential that opens for its passphrase."""

    officer: str
    credential: bytes
    passphrase: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCommands:
    """What each command does; the wiring knows how."""

    new_credential: Callable[[str], tuple[bytes, str]]
    """Passphrase -> file of the credential, public key."""

    register: Callable[[str, str], None]
    officers: Callable[[], Sequence[Mapping[str, Any]]]
    plan: Callable[[Planned], bytes]
    approve: Callable[[bytes, Signer], tuple[bytes, Sequence[str]]]
    """Request -> request with one more signature, and who signed."""

    check: Callable[[bytes], str]
    """What would be done, in words; raises when it would be refused."""

    perform: Callable[[bytes, Signer], str]
    """The protocol, printed."""

    afterwards: Callable[[bytes], Sequence[str]]
    """What an officer has to do next, once the request was performed; in both languages."""

    listed: Callable[[], Sequence[Mapping[str, Any]]]
    audit: Callable[[], Mapping[str, str | None]]
    """Trail -> what is wrong with it, or ``None``."""

    protocol: Callable[[str, bool], str]


def keys_group(commands: KeyCommands) -> click.Group:
    @click.group()
    def keys() -> None:
        """密钥仪式 · Make, replace and give up keys, two officers together.

        Plan a request, have two officers approve it, have one of them perform it.
        """

    for each in (
        _officers(commands),
        _plan(commands),
        _approve(commands),
        _perform(commands),
        _list(commands),
        _audit(commands),
        _protocol(commands),
    ):
        keys.add_command(each)
    return keys


def _passphrase(path: Path | None, *, new: bool = False) -> str:
    if path is not None:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    asked: str = click.prompt(
        "口令 · passphrase", hide_input=True, confirmation_prompt=new, err=True
    )
    return asked


def _by_officer(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--officer", required=True, help="Id of the officer who signs."),
        click.option("--credential", required=True, type=FILE, help="Credential of the officer."),
        click.option("--passphrase-file", type=FILE, help="Instead of being asked for it."),
    ):
        command = option(command)
    return command


def _officers(commands: KeyCommands) -> click.Group:
    @click.group()
    def officers() -> None:
        """密钥管理员 · The people who decide about keys."""

    @officers.command()
    @click.argument("file", type=NEW_FILE)
    @click.option("--passphrase-file", type=FILE, help="Instead of being asked for it.")
    def credential(*, file: Path, passphrase_file: Path | None) -> None:
        """Make a credential: FILE for its officer alone, FILE.pub to be registered."""
        if file.exists():
            raise click.UsageError(f"{file} 已存在 · {file} exists")
        pem, public = commands.new_credential(_passphrase(passphrase_file, new=True))
        file.touch(mode=0o600)
        file.write_bytes(pem)
        Path(f"{file}.pub").write_text(public + "\n", encoding="utf-8")
        click.echo(f"凭证 · credential: {file}\n公钥 · public key: {file}.pub")

    @officers.command()
    @click.argument("officer")
    @click.argument("public_key", type=FILE)
    def add(*, officer: str, public_key: Path) -> None:
        """Register one of the first two officers; later ones take a ceremony (add_officer)."""
        commands.register(officer, public_key.read_text(encoding="utf-8").strip())
        click.echo(f"已登记 · registered: {officer}")

    @officers.command(name="list")
    @AS_JSON
    def list_officers(*, as_json: bool) -> None:
        """List who is registered."""
        found = commands.officers()
        if as_json:
            click.echo(json.dumps(found, ensure_ascii=False, indent=2))
            return
        for each in found:
            click.echo(f"{each['officer']:24} {each['public_key']}")

    return officers


def _plan(commands: KeyCommands) -> click.Command:
    @click.command()
    @click.argument("action", type=click.Choice(ACTIONS))
    @click.argument("subject")
    @click.option("--reason", required=True, help="Why; it stands in the protocol.")
    @click.option("--out", required=True, type=NEW_FILE, help="File for the request.")
    @click.option("--name", default="", help="Common name on a first certificate.")
    @click.option("--organization", default="", help="Organization on a first certificate.")
    @click.option("--since", type=MOMENT, help="When the key may have been lost, UTC.")
    @click.option("--public-key", type=FILE, help="Of the officer who is to be added.")
    @click.option("--certificate", default="", help="Whose key was lost, if replaced; SHA-256.")
    @click.option("--hours", default=24, show_default=True, type=click.IntRange(1, 168))
    def plan(  # noqa: PLR0913  # one option each; click passes them so
        *,
        action: str,
        subject: str,
        reason: str,
        out: Path,
        name: str,
        organization: str,
        since: datetime | None,
        public_key: Path | None,
        certificate: str,
        hours: int,
    ) -> None:
        """Write a request for ACTION on SUBJECT.

        SUBJECT is root, tsa, office.OFFICE.authority, office.OFFICE.seal,
        office.OFFICE.notary.ID or the id of an officer; with sm2. before it
        (sm2.root, sm2.office.OFFICE.seal) the SM2 counterpart. create makes a first key,
        rotate the next one, compromise gives one up with everything it signed
        --since (with --certificate an earlier one of the subject's, as keys list tells it),
        publish renews the lists of the root's keys, retire ends a key of the
        root that was replaced and that nothing in use hangs from.

        rotate root: the old and the new key certify each other (links), so that who trusts
        either verifies both. Then rotate tsa and every authority, seal and notary.
        """
        planned = Planned(
            action=action,
            subject=subject,
            reason=reason,
            hours=hours,
            name=name,
            organization=organization,
            since=None if since is None else since.replace(tzinfo=UTC),
            public_key=public_key.read_text(encoding="utf-8").strip() if public_key else "",
            certificate=certificate,
        )
        out.write_bytes(commands.plan(planned))
        click.echo(f"请求 · request: {out}")
        click.echo("须由两名不同的密钥管理员批准 · two different officers approve it now")

    return plan


def _approve(commands: KeyCommands) -> click.Command:
    @click.command()
    @click.argument("request", type=FILE)
    @_by_officer
    def approve(
        *, request: Path, officer: str, credential: Path, passphrase_file: Path | None
    ) -> None:
        """Sign REQUEST, after reading it, as one of two officers."""
        signer = Signer(officer, credential.read_bytes(), _passphrase(passphrase_file))
        signed, people = commands.approve(request.read_bytes(), signer)
        request.write_bytes(signed)
        click.echo(f"已批准 · approved by: {', '.join(people)}")

    return approve


def _perform(commands: KeyCommands) -> click.Command:
    @click.command()
    @click.argument("request", type=FILE)
    @_by_officer
    @click.option("--yes", is_flag=True, help="Do it; without this, only say what would be done.")
    @click.option("--protocol", type=NEW_FILE, help="File for the printed protocol.")
    def perform(  # one option each; click passes them so
        *,
        request: Path,
        officer: str,
        credential: Path,
        passphrase_file: Path | None,
        yes: bool,
        protocol: Path | None,
    ) -> None:
        """Carry out REQUEST, which two officers signed; interrupted, simply do it again."""
        asked = request.read_bytes()
        if not yes:
            click.echo(commands.check(asked))
            click.echo("未执行 · nothing was done; add --yes")
            return
        signer = Signer(officer, credential.read_bytes(), _passphrase(passphrase_file))
        printed = commands.perform(asked, signer)
        if protocol is not None:
            protocol.write_text(printed, encoding="utf-8")
        click.echo(printed)
        for line in commands.afterwards(asked):
            click.echo(line)

    return perform


def _list(commands: KeyCommands) -> click.Command:
    @click.command(name="list")
    @AS_JSON
    def list_keys(*, as_json: bool) -> None:
        """List every key: its role, where it is, until when, whether it is in use."""
        found = commands.listed()
        if as_json:
            click.echo(json.dumps(found, ensure_ascii=False, indent=2))
            return
        for each in found:
            click.echo(f"{each['state']:10} {each['name']}")
            click.echo(f"           {each['key']}  … {each['not_after']}")
            click.echo(f"           SHA-256 {each['fingerprint']}")

    return list_keys


def _audit(commands: KeyCommands) -> click.Command:
    @click.command()
    def audit() -> None:
        """Verify the chains of key uses and of ceremonies; exit 5 when one is broken."""
        found = commands.audit()
        for trail, trouble in found.items():
            state = "完整 · whole" if trouble is None else f"断裂 · BROKEN  {trouble}"
            click.echo(f"{trail}  {state}")
        if any(trouble is not None for trouble in found.values()):
            sys.exit(INCONSISTENT)

    return audit


def _protocol(commands: KeyCommands) -> click.Command:
    @click.command()
    @click.argument("ceremony")
    @AS_JSON
    def protocol(*, ceremony: str, as_json: bool) -> None:
        """Print the protocol of CEREMONY: the beginning of its request's SHA-256."""
        click.echo(commands.protocol(ceremony, as_json))

    return protocol
