"""The whole platform on one machine: servers, secrets, authorities, our processes.

What is made is made once and found again the next time; whatever is running
ends with the block.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from esign.algorithms import SigningAlgorithm
from esign.authorities.creation import create_authorities
from esign.authorities.directory import ROOT, TSA, AuthorityDirectory, office_name
from esign.custody.client import CustodyClient
from esign.custody.log_signer import create_log
from esign.custody.places import KeyPlace
from esign.errors import AuthorityMissing
from server.cases.ids import OfficeId
from server.ceremony.rooms import EngineName
from server.db.engine import make_engine
from server.db.migrating import upgrade
from server.embedded.account import signer_account
from server.embedded.own_processes import Plan, started
from server.embedded.ports import LOOPBACK, ports_for
from server.embedded.servers import Wanted, start_embedded
from server.embedded.state import CLONE, State, named_root
from server.http.token_keys import write_new_key
from server.settings import Settings
from server.wiring.algorithms import algorithms_of_office
from server.wiring.parts import Parts, now
from server.wiring.transparency import origin_of
from storage.buckets import prepare
from storage.probe import Probe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from server.embedded.account import Account
    from server.embedded.servers import Embedded
    from server.embedded.supervisor import Supervised

# Put there by the set-up; without it the platform runs without its API page.
API_PAGE: Final = CLONE / "tools/npm/node_modules/@scalar/api-reference/dist/browser"
# Of modules that are configured by it and by nothing else.
MODULE_VARIABLES: Final = ("SOFTHSM2_CONF",)
KEY_ENCRYPTION_KEY: Final = "evidence-kek"
WEB_THREADS: Final = 16
EVENT_STREAMS: Final = 24
"""Each of them, and of those that wait instead, keeps a thread beside those that work."""

SECRETS: Final = ("field-key", "index-key", "cursor-key", "code-key", "media-key", "turn-key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How the platform is to be run."""

    name: str
    """Of the state: what runs side by side is called differently."""

    port: int | None = None
    """``None`` takes a free one."""

    workers: int = 1
    validate_responses: bool = True
    fault: str | None = None
    tell: Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    base_url: str
    settings: Settings
    state: Path
    outbox: Path
    logs: Path
    environment: Mapping[str, str]
    processes: Mapping[str, Supervised]
    servers: Embedded


@contextmanager
def launched(wishes: Wishes, environ: Mapping[str, str]) -> Iterator[Running]:
    """Run the platform for the length of the block."""
    root = named_root(environ) / wishes.name
    with ExitStack() as ends:
        wishes.tell("starting PostgreSQL and SeaweedFS")
        servers = ends.enter_context(start_embedded(_wanted(root, environ)))
        state = State(root)
        ports = ports_for("platform", ["web", "tsa", "media"], state=state)
        web_port = wishes.port or ports["web"]
        base_url = f"http://{LOOPBACK}:{web_port}"
        told = Told(
            wishes=wishes,
            environ=environ,
            servers=servers,
            state=state,
            base_url=base_url,
            tsa_port=ports["tsa"],
            media_port=ports["media"],
        )
        environment = _environment(told)
        # Migrations are done here; no process that serves ever owns a table.
        owner_url = environment.pop("FEIGUI_DATABASE_OWNER_URL", None)
        settings = Settings.from_environ(environment)
        signer = signer_account(root, CLONE, Path(sys.prefix))
        _make_ready(settings, owner_url, told, signer)
        wishes.tell("starting signer, time-stamping authority, workers and web")
        processes = ends.enter_context(
            started(
                Plan(
                    environment=environment,
                    authorities=settings.authorities,
                    signer_socket=settings.signer_socket,
                    signer_account=signer,
                    key_place=settings.key_place,
                    tsa_port=ports["tsa"],
                    media_port=ports["media"],
                    web_port=web_port,
                    web_threads=WEB_THREADS + EVENT_STREAMS + EVENT_STREAMS // 3,
                    workers=wishes.workers,
                    worker_ready=root / "worker-ready",
                    logs=_made(root / "logs"),
                    public_url=f"{settings.public_url}/authorities",
                )
            )
        )
        yield Running(
            base_url=base_url,
            settings=settings,
            state=root,
            outbox=Path(environment["FEIGUI_CODE_OUTBOX"]),
            logs=root / "logs",
            environment=environment,
            processes=processes,
            servers=servers,
        )


def _wanted(root: Path, environ: Mapping[str, str]) -> Wanted:
    weed = environ.get("WEED_BIN")
    return Wanted(
        state=root,
        database=not {"DATABASE_URL", "FEIGUI_DATABASE_URL"} & environ.keys(),
        object_store="FEIGUI_S3_ENDPOINT" not in environ,
        janus=environ.get("FEIGUI_MEDIA_ENGINE") == EngineName.JANUS
        and "FEIGUI_JANUS_URL" not in environ,
        weed=Path(weed) if weed else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the environment of the processes is made from."""

    wishes: Wishes
    environ: Mapping[str, str]
    servers: Embedded
    state: State
    base_url: str
    tsa_port: int
    media_port: int


def _environment(told: Told) -> dict[str, str]:
    wishes, servers, state, root = told.wishes, told.servers, told.state, told.state.root
    for name in (*SECRETS, KEY_ENCRYPTION_KEY):
        state.secret(name)
    kek = root / "secrets" / KEY_ENCRYPTION_KEY
    given = {k: v for k, v in told.environ.items() if k.startswith("FEIGUI_")}
    made = {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "HOME": str(_made(root / "home")),
        "FEIGUI_KEY_ENCRYPTION_KEYS": f"file:{kek}",
        "FEIGUI_SECRETS": str(root / "secrets"),
        "FEIGUI_TOKEN_KEYS": str(_token_keys(root)),
        "FEIGUI_AUTHORITIES": str(root / "authorities"),
        "FEIGUI_SIGNER_SOCKET": str(root / "signer" / "signer.sock"),
        "FEIGUI_TSA_URL": f"http://{LOOPBACK}:{told.tsa_port}/",
        "FEIGUI_PUBLIC_URL": told.base_url,
        "FEIGUI_LOG_FOLDER": str(_made(root / "public-log")),
        "FEIGUI_MEDIA_URL": f"http://{LOOPBACK}:{told.media_port}",
        "FEIGUI_MEDIA_SPOOL": str(_made(root / "media")),
        "FEIGUI_EVENT_STREAMS": str(EVENT_STREAMS),
        "FEIGUI_CODE_OUTBOX": str(root / "codes.jsonl"),
        "FEIGUI_VALIDATE_RESPONSES": "on" if wishes.validate_responses else "off",
    }
    if "DATABASE_URL" in told.environ:
        made["FEIGUI_DATABASE_URL"] = told.environ["DATABASE_URL"]
    if servers.database is not None:
        made["FEIGUI_DATABASE_URL"] = servers.database.app_url
        made["FEIGUI_DATABASE_OWNER_URL"] = servers.database.owner_url
    if servers.object_store is not None:
        made["FEIGUI_S3_ENDPOINT"] = servers.object_store.endpoint_url
        made["FEIGUI_S3_ACCESS_KEY"] = servers.object_store.access_key
        made["FEIGUI_S3_SECRET_KEY"] = servers.object_store.secret_key
    if servers.janus_url is not None:
        made["FEIGUI_JANUS_URL"] = servers.janus_url
    if API_PAGE.is_dir():
        made["FEIGUI_API_PAGE"] = str(API_PAGE)
    made |= {name: told.environ[name] for name in MODULE_VARIABLES if name in told.environ}
    if wishes.fault is not None:
        made["FEIGUI_FAULT"] = wishes.fault
    # What the operator set stands; the rest is made here.
    return {**made, **given}


def _token_keys(root: Path) -> Path:
    folder = _made(root / "token-keys")
    if not (folder / "active").exists():
        write_new_key(folder, "key-1")
        (folder / "active").write_text("key-1")
    return folder


def _make_ready(settings: Settings, owner_url: str | None, told: Told, signer: Account) -> None:
    """Tables, buckets and authorities: each made once, checked every time."""
    parts = Parts(settings)
    if owner_url is not None:
        owner = make_engine(owner_url, pool_size=1)
        upgrade(owner)
        owner.dispose()
    told.wishes.tell("preparing the object store")
    prepare(parts.s3, evidence=settings.evidence_bucket, staging=settings.staging_bucket)
    Probe(
        parts.s3,
        evidence=settings.evidence_bucket,
        staging=settings.staging_bucket,
        now=now,
    ).require_all()
    give_to_signer(settings.authorities, settings.signer_socket, signer, group=os.getegid())
    create_log(parts.authorities, origin=origin_of(settings.public_url))
    packs = parts.catalogue.rule_packs
    offices = {str(o.id): o.name.zh for o in packs.offices.values()}
    sm2_offices = [
        str(office)
        for office in packs.offices
        if SigningAlgorithm.SM2 in algorithms_of_office(office, packs)
    ]
    if parts.authorities.is_under_dual_control:
        check_authorities(parts.authorities, offices, sm2_offices=sm2_offices)
        return
    create_authorities(
        settings.authorities,
        now=now(),
        offices=offices,
        sm2_offices=sm2_offices,
        base_url=f"{settings.public_url}/authorities",
        place=KeyPlace.parse(settings.key_place),
    )


def check_authorities(
    files: AuthorityDirectory, offices: Iterable[str], *, sm2_offices: Iterable[str] = ()
) -> None:
    """Where officers decide about keys, nothing is made here; what is missing is named."""
    roles = [ROOT, TSA, *_roles(offices)]
    if by_sm2 := _roles(sm2_offices):
        # A pack that asks for it would stop every certificate at its seal.
        roles += map(SigningAlgorithm.SM2.named, [ROOT, *by_sm2])
    for role in roles:
        if not files.names(role):
            raise AuthorityMissing(f"{role} is made in a key ceremony: flask notary keys plan")


def _roles(offices: Iterable[str]) -> list[str]:
    return [office_name(each, role) for each in offices for role in ("authority", "seal")]


def give_to_signer(authorities: Path, socket: Path, signer: Account, *, group: int) -> None:
    """Make the signer's two folders its own: that of its keys, and that of its socket.

    ``group`` may enter the second: that of whoever asks the signer.
    """
    files = AuthorityDirectory(authorities)
    for path in (files.keys, files.records, files.public):
        for each in (path.parent, path, *path.rglob("*")):
            signer.give(each)
    folder = socket.parent
    folder.mkdir(mode=0o750, exist_ok=True)
    if signer.needs_switch:
        os.chown(folder, signer.uid, group)
        folder.chmod(0o2750)


def enrol_notaries(running: Running, notaries: Mapping[str, tuple[str, str]]) -> None:
    """Have the signer make a key for each notary: id -> (office, name)."""
    custody = CustodyClient(running.settings.signer_socket)
    packs = Parts(running.settings).catalogue.rule_packs
    for account, (office, name) in notaries.items():
        for algorithm in algorithms_of_office(OfficeId(office), packs):
            custody.enrol_notary(
                office=office, notary=account, common_name=name, algorithm=algorithm
            )


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def remembered(path: Path) -> dict[str, dict[str, str]]:
    """Return what an earlier start kept at ``path``, or nothing."""
    return json.loads(path.read_text()) if path.exists() else {}


def keep(path: Path, content: Mapping[str, Mapping[str, str]]) -> None:
    """Keep ``content`` at ``path``, readable by the owner only."""
    partial = path.with_suffix(".partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file)
    partial.replace(path)
