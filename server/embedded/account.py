"""Who the servers run as: never root.

PostgreSQL refuses to run as root, and an object store has no business to either.
The signer has a user of its own, so that no other process can read its keys.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.embedded.errors import ProgramMissing

if TYPE_CHECKING:
    from pathlib import Path

NAME: Final = "feigui"
SIGNER: Final = "feigui-signer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The user that owns the servers' data and runs their processes."""

    uid: int
    gid: int
    needs_switch: bool
    """Whether we are root and have to become this user first."""

    def give(self, path: Path) -> Path:
        """Hand ``path`` over to this account."""
        if self.needs_switch:
            os.chown(path, self.uid, self.gid)
        return path

    def private_directory(self, path: Path) -> Path:
        """Return ``path`` as a directory that only this account can enter."""
        path.mkdir(mode=0o700, exist_ok=True)
        path.chmod(0o700)
        return self.give(path)

    def private_file(self, path: Path, content: str) -> Path:
        """Write ``content`` where only this account can read it."""
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(content)
        return self.give(path)


def server_account() -> Account:
    """Return ourselves, or for root the system user ``feigui``, made when it is missing."""
    return _account(NAME)


def signer_account(*folders: Path) -> Account:
    """Return the signer's own user, or ourselves where it could not reach ``folders``."""
    if not all(can_be_entered_by_others(folder) for folder in folders):
        return ourselves()
    return _account(SIGNER)


def ourselves() -> Account:
    return Account(uid=os.geteuid(), gid=os.getegid(), needs_switch=False)


def _account(name: str) -> Account:
    if os.geteuid() != 0:
        return ourselves()
    entry = _entry(name) or _made_entry(name)
    return Account(uid=entry.pw_uid, gid=entry.pw_gid, needs_switch=True)


def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _made_entry(name: str) -> pwd.struct_passwd:
    # A user of the system's own, because initdb looks its user up by number
    # and because "nobody" would share our data with every other nobody.
    useradd = shutil.which("useradd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if useradd is None:
        raise ProgramMissing(
            f"no useradd: create a system user named {name}, or do not run as root"
        )
    command = [useradd, "--system", "--user-group", "--no-create-home"]
    command += ["--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", name]
    subprocess.run(command, check=False, capture_output=True)  # noqa: S603 # fixed arguments
    # Somebody else may have made it between our look and our try.
    entry = _entry(name)
    if entry is None:
        raise ProgramMissing(f"useradd could not create the system user {name}")
    return entry


def can_be_entered_by_others(directory: Path) -> bool:
    """Say whether a user without rights of its own gets as far as ``directory``."""
    return all(parent.stat().st_mode & 0o001 for parent in [directory, *directory.parents])
