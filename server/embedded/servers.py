"""The one way in: start what configuration does not name, and end it all at exit."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from server.embedded import binaries
from server.embedded.account import can_be_entered_by_others, server_account
from server.embedded.errors import StateUnreachable
from server.embedded.janus import start_janus
from server.embedded.postgres import installed_postgres, start_postgres
from server.embedded.seaweedfs import start_seaweedfs
from server.embedded.state import opened_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from server.embedded.account import Account
    from server.embedded.binaries import PostgresPrograms
    from server.embedded.roles import DatabaseAccess
    from server.embedded.seaweedfs import ObjectStoreAccess
    from server.embedded.state import State
    from server.embedded.supervisor import Supervised


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which servers to bring along, and from where."""

    state: Path
    database: bool = True
    """False when ``DATABASE_URL`` names one."""

    object_store: bool = True
    """False when the settings name an S3 endpoint."""

    janus: bool = False
    """True when rooms are carried by a Janus that nobody named."""

    weed: Path | None = None
    """``WEED_BIN``, if it is not to be the wheel's."""

    postgres: Sequence[PostgresPrograms] = field(default_factory=installed_postgres)
    """The servers to choose from, the preferred one first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """What runs, and how to reach it.  ``None`` is what was not wanted."""

    database: DatabaseAccess | None
    object_store: ObjectStoreAccess | None
    janus_url: str | None
    processes: dict[str, Supervised]
    """By name: ``postgres``, ``seaweedfs`` and ``janus``."""


@contextmanager
def start_embedded(wanted: Wanted) -> Iterator[Embedded]:
    """Run the wanted servers for the length of the block."""
    with ExitStack() as ends:
        state = ends.enter_context(opened_state(wanted.state))
        account = server_account()
        if account.needs_switch and not can_be_entered_by_others(state.root):
            raise StateUnreachable(state.root)
        processes: dict[str, Supervised] = {}
        database, object_store, janus_url = None, None, None
        if wanted.database:
            processes["postgres"], database = start_postgres(
                state, account, installed=wanted.postgres
            )
            ends.callback(processes["postgres"].stop)
        if wanted.object_store:
            processes["seaweedfs"], object_store = _object_store(wanted, state, account)
            ends.callback(processes["seaweedfs"].stop)
        if wanted.janus:
            processes["janus"], janus_url = start_janus(state, account)
            ends.callback(processes["janus"].stop)
        yield Embedded(
            database=database,
            object_store=object_store,
            janus_url=janus_url,
            processes=processes,
        )


def _object_store(
    wanted: Wanted, state: State, account: Account
) -> tuple[Supervised, ObjectStoreAccess]:
    program = binaries.weed(wanted.weed, account=account, copies=state.root / "programs")
    return start_seaweedfs(state, account, weed=program)
