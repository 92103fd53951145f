"""TCP ports on this machine: finding free ones, and knowing who listens."""

from __future__ import annotations

import secrets
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Final

from server.embedded.errors import EmbeddedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.embedded.state import State

LOOPBACK: Final = "127.0.0.1"
# Below what Linux hands out to clients by itself (32768 and up), so that an
# outgoing connection cannot take the port of a server that is being restarted.
OURS: Final = range(20_000, 32_000)
LISTENING: Final = "0A"


def ports_for(server: str, uses: Sequence[str], *, state: State) -> dict[str, int]:
    """Return a free port for every use, the ones of the last time when they still are free."""
    known = state.remembered_ports(server)
    if set(known) != set(uses) or not all(_is_free(port) for port in known.values()):
        known = dict(zip(uses, _free_ports(len(uses)), strict=True))
        state.remember_ports(server, known)
    return known


def listens_on(pid: int, port: int) -> bool:
    """Say whether the process itself, and nobody else, listens on ``port``."""
    inodes = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    return bool(inodes) and inodes <= _open_files(pid)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _free_ports(count: int) -> list[int]:
    found: list[int] = []
    for _ in range(200):
        port = OURS[secrets.randbelow(len(OURS))]
        if port not in found and _is_free(port):
            found.append(port)
        if len(found) == count:
            return found
    raise EmbeddedError("no free ports between 20000 and 32000")


def _listening_inodes(port: int) -> set[str]:
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if not Path(table).exists():
            continue
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                found.add(fields[9])
    return found


def _open_files(pid: int) -> set[str]:
    return {target for entry in _entries(Path(f"/proc/{pid}/fd")) for target in _target(entry)}


def _entries(directory: Path) -> list[Path]:
    try:
        return list(directory.iterdir())
    except OSError:
        # It ended, or belongs to another user: not a server of ours.
        return []


def _target(link: Path) -> list[str]:
    try:
        return [str(link.readlink())]
    except OSError:
        # Closed while we looked, or of a process that we may not look into.
        return []
