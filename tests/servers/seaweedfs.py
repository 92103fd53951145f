"""The product's own SeaweedFS, in a folder that is thrown away after the tests."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from server.embedded.ports import LOOPBACK
from server.embedded.servers import Wanted, start_embedded
from server.embedded.state import State
from storage.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.embedded.supervisor import Supervised

_PATIENCE_S: Final = 30


class SeaweedFS:
    """A running server; its supervisor starts it again when it is killed."""

    def __init__(self, state: State, supervised: Supervised, connection: Connection) -> None:
        self.connection = connection
        self._state = state
        self._supervised = supervised

    def kill(self) -> int:
        """End it without notice and return which process that was."""
        process = self._supervised.wait_until_ready()
        os.kill(process, signal.SIGKILL)
        return process

    def wait_until_back(self, *, killed: int) -> None:
        self._supervised.wait_until_ready(other_than=killed)

    def run_lifecycle(self) -> None:
        """Do now what the server would do by its lifecycle rules within a day."""
        ports = self._state.remembered_ports("seaweedfs")
        gateway = f"{LOOPBACK}:{ports['s3.grpc']}"
        subprocess.run(
            [
                str(Path(sys.prefix) / "bin" / "weed"),
                "shell",
                *(
                    f"-{part}={LOOPBACK}:{ports[part]}.{ports[f'{part}.grpc']}"
                    for part in ("master", "filer")
                ),
            ],
            input=f"s3.lifecycle.run-shard -shards 0-15 -s3 {gateway} -runtime 3s\n".encode(),
            env={
                "HOME": str(self._state.root),
                "WEED_JWT_FILER_SIGNING_KEY": self._state.secret("seaweedfs-filer-write"),
            },
            capture_output=True,
            check=True,
            timeout=_PATIENCE_S,
        )


@contextmanager
def running() -> Iterator[SeaweedFS]:
    # Not one of pytest's folders: the server's own user could not enter it.
    root = Path(tempfile.mkdtemp(prefix="feigui-objects-", dir="/tmp"))
    try:
        with start_embedded(Wanted(state=root, database=False)) as embedded:
            access = embedded.object_store
            if access is None:
                raise AssertionError("no object store was started")
            yield SeaweedFS(
                State(root),
                embedded.processes["seaweedfs"],
                Connection(
                    endpoint=access.endpoint_url,
                    access_key=access.access_key,
                    secret_key=access.secret_key,
                    region=access.region,
                ),
            )
    finally:
        shutil.rmtree(root)
