"""A real SeaweedFS for one test run: hardened as in production, thrown away after.

Found by tests, each of these: without `fs.configure -fsync` nothing is synced
at all, without `-disableHttp` an unauthenticated GET can drop a bucket, and two
instances clash on the port of the admin interface even when it is off.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from storage.connection import Connection, connect, translated
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_WEED: Final = Path(
    os.environ.get("WEED_BIN", Path(__file__).parents[2] / ".venv" / "bin" / "weed")
)
_START_S: Final = 30.0
_ADDRESS: Final = "127.0.0.1"
_PORTS: Final = (
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "s3.port",
    "s3.port.grpc",
    "admin.port",
    "admin.port.grpc",
)


class SeaweedFS:
    """One server process over one folder; it may be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = dict(zip(_PORTS, _free_ports(len(_PORTS)), strict=True))
        self._process: subprocess.Popen[bytes] | None = None
        self._keys = {
            f"WEED_JWT_{name}_KEY": secrets.token_hex(32)
            for name in ("SIGNING", "SIGNING_READ", "FILER_SIGNING", "FILER_SIGNING_READ")
        }
        self.connection = Connection(
            endpoint=f"http://{_ADDRESS}:{self._ports['s3.port']}",
            access_key=secrets.token_hex(10),
            secret_key=secrets.token_hex(20),
        )
        self._write_settings()

    def start(self) -> None:
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(_WEED), "-logtostderr=true", "mini", *self._flags()],
                cwd=self._folder,
                env={"PATH": os.environ["PATH"], "HOME": str(self._folder), **self._keys},
                stdout=log,
                stderr=log,
            )
        self._wait_until_it_answers(self._process)

    def sync_every_write(self) -> None:
        """Make it fsync before it acknowledges; the setting outlives restarts."""
        self._shell("fs.configure -locationPrefix=/ -fsync -apply")

    def run_lifecycle(self) -> None:
        """Do now what the server would do by its lifecycle rules within a day."""
        gateway = f"{_ADDRESS}:{self._ports['s3.port.grpc']}"
        self._shell(f"s3.lifecycle.run-shard -shards 0-15 -s3 {gateway} -runtime 3s")

    def _shell(self, command: str) -> None:
        port = self._ports
        subprocess.run(
            [
                str(_WEED),
                "shell",
                f"-master={_ADDRESS}:{port['master.port']}.{port['master.port.grpc']}",
                f"-filer={_ADDRESS}:{port['filer.port']}.{port['filer.port.grpc']}",
            ],
            input=f"{command}\n".encode(),
            cwd=self._folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self._folder), **self._keys},
            capture_output=True,
            check=True,
            timeout=_START_S,
        )

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _write_settings(self) -> None:
        self._folder.joinpath("data").mkdir(parents=True)
        credentials = {
            "accessKey": self.connection.access_key,
            "secretKey": self.connection.secret_key,
        }
        identity = {"name": "platform", "credentials": [credentials], "actions": ["Admin"]}
        self._folder.joinpath("s3.json").write_text(json.dumps({"identities": [identity]}))
        self._folder.joinpath("filer.toml").write_text(
            "[leveldb2]\nenabled = false\n"
            f'[sqlite]\nenabled = true\ndbFile = "{self._folder / "filer.db"}"\n'
        )

    def _flags(self) -> list[str]:
        return [
            f"-dir={self._folder / 'data'}",
            f"-ip={_ADDRESS}",
            f"-ip.bind={_ADDRESS}",
            "-disableHttp",
            "-master.telemetry=false",
            "-master.volumeSizeLimitMB=128",
            "-volume.preStopSeconds=0",
            f"-s3.config={self._folder / 's3.json'}",
            f"-s3.localSocket={self._folder / 's3.sock'}",
            f"-filer.localSocket={self._folder / 'filer.sock'}",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            "-s3.autoCreateBucket=false",
            "-s3.allowDeleteBucketNotEmpty=false",
            "-admin.ui=false",
            "-webdav=false",
            *(f"-{name}={port}" for name, port in self._ports.items()),
        ]

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        client = connect(self.connection)
        pause = threading.Event()
        deadline = time.monotonic() + _START_S
        while process.poll() is None and time.monotonic() < deadline:
            with suppress(StorageError), translated():
                client.list_buckets()
                return
            pause.wait(0.05)
        pytest.fail("SeaweedFS did not start:\n" + (self._folder / "log").read_text()[-2000:])


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server((_ADDRESS, 0)) for _ in range(count)]
    ports = [opened.getsockname()[1] for opened in sockets]
    for opened in sockets:
        opened.close()
    return ports


@contextmanager
def running(folder: Path) -> Iterator[SeaweedFS]:
    server = SeaweedFS(folder)
    server.start()
    try:
        server.sync_every_write()
        yield server
    finally:
        server.kill()
