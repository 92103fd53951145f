"""What a process of another user gets to see and to have done; run as that user.

``python -m tests.security.another_user look PATH ...`` tries to open each path and says what
came of it; ``... ask SOCKET`` asks the signer for a list and for a signature; ``... signal PID
NUMBER`` sends a signal.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from esign.authorities.directory import TSA
from esign.custody.client import CustodyClient
from esign.errors import EsignError
from esign.testing import OFFICE
from server.embedded.state import CLONE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DIGEST: Final = bytes(range(32))
DONE: Final = "done"


def as_user(user: int, group: int, *arguments: str) -> dict[str, str]:
    """Run this module as ``user``, who has no other group and no capability; only root can."""
    switch = ["setpriv", "--reuid", str(user), "--regid", str(group), "--clear-groups"]
    switch += ["--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
    ended = subprocess.run(
        [*switch, "--", sys.executable, "-W", "ignore", "-m", __name__, *arguments],
        cwd=CLONE,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, str] = json.loads(ended.stdout)
    return told


def looked(paths: Sequence[str]) -> dict[str, str]:
    return {path: _came_of(lambda: Path(path).open("rb").close()) for path in paths}  # noqa: B023  # called at once


def asked(path: str) -> dict[str, str]:
    client = CustodyClient(Path(path))
    return {
        "list": _came_of(lambda: client.revocation_list(office=OFFICE)),
        "sign": _came_of(lambda: client.sign_digest(f"file:{TSA}", DIGEST)),
        "enrol": _came_of(
            lambda: client.enrol_notary(office=OFFICE, notary="n-1", common_name="王")
        ),
    }


def _came_of(act: Callable[[], object]) -> str:
    try:
        act()
    except (OSError, EsignError) as refusal:
        return type(refusal).__name__
    return DONE


if __name__ == "__main__":
    kind, *given = sys.argv[1:]
    told = {
        "look": lambda: looked(given),
        "ask": lambda: asked(given[0]),
        "signal": lambda: {given[0]: _came_of(lambda: os.kill(*map(int, given)))},
    }
    sys.stdout.write(json.dumps(told[kind]()))
