"""Where the bundled servers keep their data, secrets and logs.

One process at a time: the lock makes every server process found in the
directory by a later start an orphan, which that start may end.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from server.embedded.account import can_be_entered_by_others
from server.embedded.errors import StateInUse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CLONE: Final = Path(__file__).resolve().parents[2]
SYSTEM_STATE: Final = Path("/var/lib/feigui")


@dataclass(frozen=True, slots=True)
class State:
    """A directory that belongs to one running platform at a time."""

    root: Path

    def secret(self, name: str) -> str:
        """Return the secret of this name: made on the first call, the same ever after."""
        directory = self.root / "secrets"
        directory.mkdir(mode=0o700, exist_ok=True)
        path = directory / name
        if not path.exists():
            # Beside, then renamed: a crash must not leave half a password.
            partial = directory / f".{name}.{secrets.token_hex(4)}"
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(32))
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        return path.read_text()

    def remembered_ports(self, server: str) -> dict[str, int]:
        """Return the ports this server had the last time, if any."""
        path = self.root / f"{server}-ports.json"
        if not path.exists():
            return {}
        return {str(use): int(port) for use, port in json.loads(path.read_text()).items()}

    def remember_ports(self, server: str, ports: dict[str, int]) -> None:
        """Keep ``ports`` for the next start."""
        (self.root / f"{server}-ports.json").write_text(json.dumps(ports))


@contextmanager
def opened_state(root: Path) -> Iterator[State]:
    """Take ``root`` for this process, or raise `StateInUse`."""
    root.mkdir(parents=True, exist_ok=True)
    # The servers' own user passes through to its own directories, and reads nothing here.
    root.chmod(0o711)
    with (root / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StateInUse(root) from error
        yield State(root)


def named_root(environ: Mapping[str, str]) -> Path:
    """Return the state directory that ``FEIGUI_STATE`` names, or the clone's own."""
    named = environ.get("FEIGUI_STATE")
    return Path(named).absolute() if named else default_root()


def default_root(clone: Path = CLONE) -> Path:
    """Return the state directory of a clone: inside it, where the servers' user gets there."""
    if os.geteuid() == 0 and not can_be_entered_by_others(clone):
        name = hashlib.sha256(os.fsencode(clone)).hexdigest()[:16]
        return SYSTEM_STATE / name
    return clone / "build" / "state"
