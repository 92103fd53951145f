"""A SeaweedFS of our own, set so that what it acknowledged is on the disk.

Every flag was found by a test that failed without it; see docs/operations.md.
"""

from __future__ import annotations

import http.client
import json
import signal
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from server.embedded import process
from server.embedded.errors import NotReady
from server.embedded.leftovers import end_leftovers
from server.embedded.ports import LOOPBACK, listens_on, ports_for
from server.embedded.process import Command
from server.embedded.supervisor import Recipe, Supervised

if TYPE_CHECKING:
    from server.embedded.account import Account
    from server.embedded.state import State

PARTS: Final = ("master", "volume", "filer", "s3", "admin")
USES: Final = tuple(part + grpc for part in PARTS for grpc in ("", ".grpc"))
ENDING: Final = ((signal.SIGTERM, 3.0),)
FORBIDDEN: Final = 403

FLAGS: Final = (
    f"-ip={LOOPBACK}",
    f"-ip.bind={LOOPBACK}",
    # Without it an unauthenticated request to the filer may drop a bucket.
    "-disableHttp",
    "-admin.ui=false",
    "-webdav=false",
    "-master.telemetry=false",
    "-master.volumeSizeLimitMB=256",
    "-volume.preStopSeconds=0",
    "-s3.autoCreateBucket=false",
    "-s3.allowDeleteBucketNotEmpty=false",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
)

# The default store of the filer answers before anything is on the disk. A log that is written
# ahead (https://www.sqlite.org/wal.html) is as safe, with one write for each change instead of
# four; "full" waits for the disk at every one of them.
FILER: Final = """
[leveldb2]
enabled = false
[sqlite]
enabled = true
dbFile = "{file}?_pragma=journal_mode(wal)&_pragma=synchronous(full)"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectStoreAccess:
    """The way into an S3 object store."""

    endpoint_url: str
    access_key: str
    secret_key: str = field(repr=False)
    region: str = "us-east-1"


def start_seaweedfs(
    state: State, account: Account, *, weed: Path
) -> tuple[Supervised, ObjectStoreAccess]:
    """Start the object store of ``state`` and return it with the way in."""
    root = account.private_directory(state.root / "seaweedfs")
    ports = ports_for("seaweedfs", USES, state=state)
    access = ObjectStoreAccess(
        endpoint_url=f"http://{LOOPBACK}:{ports['s3']}",
        access_key=state.secret("s3-access-key")[:20],
        secret_key=state.secret("s3-secret-key"),
    )
    _configure(root, account, access)
    server = Supervised(_recipe(root, ports, weed=weed, environment=_keys(root, state)), account)
    server.start()
    try:
        _write_through(root, ports, account, weed=weed)
    except BaseException:
        server.stop()
        raise
    return server, access


def _configure(root: Path, account: Account, access: ObjectStoreAccess) -> None:
    account.private_directory(root / "data")
    account.private_directory(root / "work")
    identity = {
        "name": "platform",
        "credentials": [{"accessKey": access.access_key, "secretKey": access.secret_key}],
        "actions": ["Admin"],
    }
    account.private_file(root / "s3.json", json.dumps({"identities": [identity]}))
    account.private_file(
        root / "work" / "filer.toml", FILER.format(file=root / "data" / "filer.db")
    )


def _keys(root: Path, state: State) -> dict[str, str]:
    return {
        # Or it reads settings from the home of whoever started us.
        "HOME": str(root / "work"),
        "WEED_JWT_SIGNING_KEY": state.secret("seaweedfs-volume-write"),
        "WEED_JWT_SIGNING_READ_KEY": state.secret("seaweedfs-volume-read"),
        "WEED_JWT_FILER_SIGNING_KEY": state.secret("seaweedfs-filer-write"),
        "WEED_JWT_FILER_SIGNING_READ_KEY": state.secret("seaweedfs-filer-read"),
    }


def _recipe(
    root: Path, ports: dict[str, int], *, weed: Path, environment: dict[str, str]
) -> Recipe:
    argv = [str(weed), "-logtostderr=true", "mini", f"-dir={root / 'data'}", *FLAGS]
    argv += [f"-s3.config={root / 's3.json'}"]
    for part in PARTS:
        argv += [f"-{part}.port={ports[part]}", f"-{part}.port.grpc={ports[part + '.grpc']}"]

    def clear() -> None:
        end_leftovers(root / "work")
        for socket in _sockets(ports):
            socket.unlink(missing_ok=True)

    def check(pid: int) -> None:
        if not listens_on(pid, ports["s3"]):
            raise NotReady("SeaweedFS does not listen yet")
        _refuses_strangers(ports["s3"])

    command = Command(
        name="SeaweedFS",
        argv=argv,
        directory=root / "work",
        log=root / "log",
        environment=environment,
    )
    return Recipe(command=command, clear=clear, check=check, ending=ENDING)


def _sockets(ports: dict[str, int]) -> list[Path]:
    # It puts these into /tmp whatever the flags say, and a kill leaves them.
    place = Path(tempfile.gettempdir())
    named = [f"seaweedfs-{part}-grpc-{ports[part + '.grpc']}.sock" for part in PARTS]
    named += [f"seaweedfs-{part}-{ports[part]}.sock" for part in ("filer", "s3")]
    return [place / name for name in named]


def _refuses_strangers(port: int) -> None:
    """Raise `NotReady` until a request without credentials is refused."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=2)
    try:
        connection.request("GET", "/")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise NotReady("SeaweedFS does not answer yet") from error
    finally:
        connection.close()
    if status != FORBIDDEN:
        raise NotReady("SeaweedFS does not know its credentials yet")


def _write_through(root: Path, ports: dict[str, int], account: Account, *, weed: Path) -> None:
    """Make every write reach the disk before it is acknowledged."""
    argv = [str(weed), "shell"]
    argv += [
        f"-{part}={LOOPBACK}:{ports[part]}.{ports[part + '.grpc']}" for part in ("master", "filer")
    ]
    shell = Command(
        name="fs.configure",
        argv=argv,
        directory=root,
        log=root / "log",
        environment={"HOME": str(root / "work")},
    )
    process.run(shell, account, text="fs.configure -locationPrefix=/ -fsync -apply\n", timeout_s=20)
