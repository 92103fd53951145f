"""One child process: started as the servers' user, bound to our life, ended in order."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from server.embedded.errors import ProgramFailed, ProgramMissing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from server.embedded.account import Account

# Nothing of our own environment reaches a server: it may hold credentials.
CLEAN: Final = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to run, where, and what it may know."""

    name: str
    argv: Sequence[str]
    directory: Path
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    on_parent_death: str = "KILL"
    """The signal the kernel sends when the process that started it is gone."""


def start(command: Command, account: Account) -> subprocess.Popen[bytes]:
    """Start ``command``.  The calling thread must live as long as the child.

    The kernel ties the child to the *thread* that made it.
    """
    with command.log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603 # argv is ours, no shell reads it
            [*_as_account(account, command.on_parent_death), *command.argv],
            cwd=command.directory,
            env={**CLEAN, **command.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Ctrl-C at the terminal is for us; we end the servers in order.
            start_new_session=True,
        )


def run(command: Command, account: Account, *, text: str = "", timeout_s: float = 60) -> None:
    """Run ``command`` to its end, with ``text`` as its input, or raise `ProgramFailed`."""
    with command.log.open("ab") as log:
        ended = subprocess.run(  # noqa: S603 # argv is ours, no shell reads it
            [*_as_account(account, command.on_parent_death), *command.argv],
            cwd=command.directory,
            env={**CLEAN, **command.environment},
            input=text.encode(),
            stdout=log,
            stderr=subprocess.STDOUT,
            timeout=timeout_s,
            check=False,
        )
    if ended.returncode != 0:
        raise ProgramFailed(command.name, ended.returncode, command.log)


def end(child: subprocess.Popen[bytes], steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Ask with each signal in turn and wait its seconds; then do not ask any more.

    What the child started itself, and left behind, ends with it.
    """
    _ask(child, steps)
    _kill_group(child.pid)
    child.wait()


def _ask(child: subprocess.Popen[bytes], steps: Sequence[tuple[signal.Signals, float]]) -> None:
    for request, patience_s in steps:
        child.send_signal(request)
        try:
            child.wait(patience_s)
        except subprocess.TimeoutExpired:
            continue
        return


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _as_account(account: Account, on_parent_death: str) -> list[str]:
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise ProgramMissing("no setpriv: install util-linux")
    switch = [setpriv, "--no-new-privs", "--pdeathsig", on_parent_death]
    if account.needs_switch:
        switch += ["--reuid", str(account.uid), "--regid", str(account.gid), "--clear-groups"]
        switch += ["--bounding-set=-all", "--inh-caps=-all"]
    return [*switch, "--"]
