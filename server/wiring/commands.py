"""What the operators' commands do."""

from __future__ import annotations

import functools
import os
import signal
import threading
import time
import warnings
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

import click
from cryptography.hazmat.primitives.serialization import Encoding

from esign.authorities.directory import AuthorityDirectory
from esign.errors import EsignError
from esign.offline import verify
from esign.trust import trusted_roots
from server.cases.errors import CaseNotFound, PartNotFound
from server.cases.ids import OfficeId
from server.cases.status import CaseStatus
from server.catalogue.errors import OfficeUnknown
from server.cli import Commands
from server.cli.codes import DEPENDENCY_DOWN
from server.cli.evidence import EvidenceCommands
from server.cli.stamps import StampCommands
from server.db.engine import CONNECTION_OPTIONS, make_engine
from server.db.errors import AuditBroken
from server.db.migrating import head, revision_of, upgrade
from server.db.patience import LINK, PatientAsyncConnection
from server.demo.api import CallRefused, OperationFailed
from server.demo.running import Scene
from server.demo.running import run as play
from server.demo.seeding import seed
from server.embedded.errors import EmbeddedError
from server.embedded.state import CLONE
from server.http.token_keys import TokenKeysUnusable
from server.register.errors import CertificateNotFound
from server.settings import Settings, SettingsError
from server.tasks.worker import WorkerSettings, run_worker
from server.transaction import Scope
from server.typesetting.errors import FontMissing
from server.wiring.ceremonies import key_commands
from server.wiring.exporting import exported
from server.wiring.inspecting import identity_commands
from server.wiring.keeping import authorities_commands
from server.wiring.launching import Wishes, enrol_notaries, keep, launched, remembered
from server.wiring.logs import configure_logs
from server.wiring.parts import Parts, new_id, now
from server.wiring.rehearsing import prepare_ceremony, tell_code
from server.wiring.stamping import renew_stamps, stamps_due, told_due, told_ended
from server.wiring.transparency import log_commands
from server.wiring.work import PASSING, registry
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from server.cli.evidence import Wanted
    from server.demo.seeding import Credentials
from server.wiring.launching import Running

P = ParamSpec("P")
T = TypeVar("T")

MENDABLE: Final = (
    EmbeddedError,
    SettingsError,
    FontMissing,
    StorageError,
    EsignError,
    TokenKeysUnusable,
    OfficeUnknown,
    CallRefused,
    OperationFailed,
)
PHOTOGRAPHS: Final = CLONE / "build" / "specimens"


class Mendable(click.ClickException):
    """Something that the operator can put right; told in one line."""

    exit_code = DEPENDENCY_DOWN


def commands() -> Commands:
    return Commands(
        serve=_told(_serve),
        run_demo=_told(_run_demo),
        prepare_ceremony=_told(lambda port: prepare_ceremony(port, PHOTOGRAPHS)),
        tell_code=_told(tell_code),
        work=_told(_work),
        migrate=_told(_migrate),
        examine=_examine,
        verify_audit=_told(_verify_audit),
        identity=identity_commands(),
        log=log_commands(),
        keys=key_commands(),
        evidence=EvidenceCommands(export=_told(_export), verify=verify.main),
        stamps=StampCommands(due=_told(_due_stamps), renew=_told(_renew_stamps)),
        authorities=authorities_commands(),
    )


def _told(command: Callable[P, T]) -> Callable[P, T]:
    """Return ``command`` with what the operator can mend told in a line, not a traceback."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except MENDABLE as error:
            raise Mendable(str(error) or type(error).__name__) from error

    return run


def _run_demo(into: Path) -> Mapping[str, Any]:
    tell = _teller()
    with launched(Wishes(name="run", tell=tell), os.environ) as running:
        people = _people(running, tell)
        roots = trusted_roots(AuthorityDirectory(running.settings.authorities))
        scene = Scene(
            base=running.base_url,
            outbox=running.outbox,
            people=people,
            photographs=PHOTOGRAPHS,
            root_certificate=b"".join(each.public_bytes(Encoding.PEM) for each in roots),
            now=now,
            tell=click.echo,
        )
        return play(scene, into)


def _serve(port: int, demo: bool) -> None:  # noqa: FBT001  # as click hands it over
    tell = _teller()
    with launched(Wishes(name="serve", port=port, tell=tell), os.environ) as running:
        if demo:
            for person in _people(running, tell).values():
                click.echo(
                    f"  {person.login:14} {person.password:18} TOTP {person.totp_secret}  "
                    f"{person.roles}"
                )
            click.echo(f"  applicants: any phone number; codes land in {running.outbox}")
        click.echo(f"\n  API documentation   {running.base_url}/docs")
        click.echo(f"  verification page   {running.base_url}/verify")
        click.echo(f"  ceremony            {running.base_url}/ceremony")
        if demo:
            click.echo("  a case for one      flask --app server.wiring notary demo ceremony")
        click.echo(f"  logs                {running.logs}\n  Ctrl-C ends everything.")
        with _until_told() as told:
            told.wait()


@contextmanager
def _until_told() -> Iterator[threading.Event]:
    told = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: told.set())
    yield told


def _people(running: Running, tell: Callable[[str], None]) -> dict[str, Credentials]:
    """Return the demonstration's people, seeded on the first start of a state."""
    kept = running.state / "demo-people.json"
    parts = Parts(running.settings)
    people = seed(
        remembered(kept), open_transaction=parts.open_transaction, new_id=new_id, tell=tell
    )
    parts.engine.dispose()
    keep(kept, {login: asdict(person) for login, person in people.items()})
    enrol_notaries(
        running,
        {p.account: (p.office, p.name) for p in people.values() if "notary" in p.roles.split()},
    )
    return people


def _work(ready: Path | None) -> None:
    configure_logs()
    parts = Parts(Settings.from_environ(os.environ))
    tasks = registry(parts)
    if ready is not None:
        ready.write_text(str(os.getpid()))
    url = parts.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    run_worker(
        tasks,
        WorkerSettings(
            conninfo=url,
            options=CONNECTION_OPTIONS,
            link=LINK,
            connecting=PatientAsyncConnection,
        ),
    )


def _migrate() -> None:
    owner_url = os.environ.get("FEIGUI_DATABASE_OWNER_URL")
    if not owner_url:
        raise click.UsageError("FEIGUI_DATABASE_OWNER_URL is not set")
    upgrade(make_engine(owner_url, pool_size=1))


def _verify_audit(office: str) -> Mapping[str, str | None]:
    parts = Parts(Settings.from_environ(os.environ))
    scope = Scope(office=parts.catalogue.rule_packs.office(OfficeId(office)).id)
    with parts.open_transaction(scope) as tx:
        cases = list(tx.cases.standing(*CaseStatus))
    found: dict[str, str | None] = {}
    for case in cases:
        try:
            with parts.open_transaction(scope) as tx:
                tx.cases.events(case)
        except AuditBroken as broken:
            found[case] = str(broken)
        else:
            found[case] = None
    return found


def _export(wanted: Wanted) -> bytes:
    try:
        return exported(Parts(Settings.from_environ(os.environ)), wanted)
    except (CaseNotFound, CertificateNotFound, PartNotFound) as error:
        raise click.UsageError(str(error) or "no such certificate has been sealed") from error


def _due_stamps() -> list[Mapping[str, str | None]]:
    return [told_due(each) for each in stamps_due(Parts(Settings.from_environ(os.environ)))]


def _renew_stamps(tell: Callable[[Mapping[str, str | None]], None]) -> None:
    configure_logs()
    parts = Parts(Settings.from_environ(os.environ))
    renew_stamps(parts, tell=lambda ended: tell(told_ended(ended)), waits_for=PASSING)


def _examine() -> Mapping[str, str | None]:
    """Try every part once; a part that fails is named with what failed, never with values."""
    try:
        parts = Parts(Settings.from_environ(os.environ))
    except SettingsError as error:
        return {"settings": str(error)}

    def revision() -> None:
        if revision_of(parts.engine) != head():
            raise RuntimeError("the database stands at another revision: flask notary migrate")

    def signer() -> None:
        parts.custody.ping()

    def time_stamps() -> None:
        parts.signing.stamps.stamper()

    trials: dict[str, Callable[[], object]] = {
        "database": lambda: parts.engine.connect().close(),
        "revision": revision,
        "object store": lambda: parts.s3.head_bucket(Bucket=parts.settings.evidence_bucket),
        "signer": signer,
        "time-stamps": time_stamps,
        "fonts": lambda: parts.typesetter,
        "rule packs": lambda: parts.catalogue,
    }
    return {"settings": None, **{part: _trouble(trial) for part, trial in trials.items()}}


def _trouble(trial: Callable[[], object]) -> str | None:
    try:
        trial()
    except Exception as error:  # noqa: BLE001  # the outer edge of a command that only reports
        return type(error).__name__
    return None


def _teller() -> Callable[[str], None]:
    """Return what tells the steps of a start, and tell stand-ins plainly from here on."""
    began, told = time.monotonic(), set()

    def tell_warning(message: Warning | str, *_: object, **__: object) -> None:
        if str(message) not in told:
            told.add(str(message))
            click.echo(f"          ! not for production: {message}", err=True)

    warnings.showwarning = tell_warning
    return lambda line: click.echo(f"{time.monotonic() - began:7.1f} s  … {line}")
