"""With users of their own, web and worker get signatures and see nothing of the keys.

The signer as the platform's supervisor starts it, under its own user, with what the platform
gives it; web and worker as two users more (docs/operations.md, "--caller"). Each looks and asks
from a process of its own. Only root can become these users; everybody else skips, and says so.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from esign.authorities.creation import create_authorities
from esign.authorities.directory import AuthorityDirectory
from esign.testing import BASE_URL, OFFICE
from server.embedded.account import SIGNER, ourselves, server_account, signer_account
from server.embedded.own_processes import Plan, _signer
from server.embedded.state import CLONE
from server.embedded.supervisor import Supervised
from server.wiring.launching import give_to_signer
from tests.security.another_user import DONE, as_user, looked

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can run signer, web and worker as users of their own"
)

WEB: Final = 60_001
"""No entry in the system's list of users is needed to be a stranger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A signer that runs, and who may ask it."""

    authorities: Path
    socket: Path
    signer: Supervised
    worker: int
    group: int
    """Of web and worker: the one that may enter the socket's folder."""

    @property
    def pid(self) -> int:
        return self.signer.wait_until_ready()

    @property
    def secrets(self) -> list[str]:
        """Everything from which a key could be read."""
        told = [f"/proc/{self.pid}/{name}" for name in ("mem", "environ", "maps", "auxv")]
        keys = AuthorityDirectory(self.authorities).keys
        return [*told, *sorted(map(str, keys.glob("*.pem")))]


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    # Not pytest's own folder, which no other user may enter.
    root = Path(tempfile.mkdtemp(prefix="feigui-signer-", dir="/tmp"))
    root.chmod(0o711)
    signer, worker = signer_account(root, CLONE), server_account()
    if not signer.needs_switch:
        pytest.skip("the clone is in a folder that no other user may enter")
    authorities, socket = root / "authorities", root / "signer" / "signer.sock"
    create_authorities(
        authorities, now=datetime.now(UTC), offices={OFFICE: "甲公证处"}, base_url=BASE_URL
    )
    give_to_signer(authorities, socket, signer, group=worker.gid)
    recipe = _signer(plan(root, authorities, socket))
    callers = ["--caller", f"{worker.uid}=worker", "--caller", f"{WEB}=web"]
    command = replace(recipe.command, argv=[*recipe.command.argv, *callers])
    running = Supervised(replace(recipe, command=command), signer)
    running.start()
    try:
        yield House(
            authorities=authorities,
            socket=socket,
            signer=running,
            worker=worker.uid,
            group=worker.gid,
        )
    finally:
        running.stop()
        shutil.rmtree(root)


def plan(root: Path, authorities: Path, socket: Path) -> Plan:
    """Return what `notary serve` tells the signer; the other processes are not started."""
    return Plan(
        environment={"FEIGUI_TEST": "told to the signer"},
        authorities=authorities,
        signer_socket=socket,
        signer_account=ourselves(),
        key_place="file:",
        tsa_port=0,
        media_port=0,
        web_port=0,
        web_threads=1,
        workers=0,
        worker_ready=root / "worker-ready",
        logs=root,
        public_url=BASE_URL,
    )


def test_the_signer_runs_as_nobody_else(house: House) -> None:
    status = Path(f"/proc/{house.pid}/status").read_text()
    user = int(status.split("Uid:")[1].split()[0])
    assert user == pwd.getpwnam(SIGNER).pw_uid
    assert user not in {0, house.worker, WEB}


def test_the_worker_has_everything_signed_and_nothing_enrolled(house: House) -> None:
    told = as_user(house.worker, house.group, "ask", str(house.socket))
    assert told == {"list": DONE, "sign": DONE, "enrol": "CallerRefused"}


def test_the_web_gets_lists_and_no_signature(house: House) -> None:
    told = as_user(WEB, house.group, "ask", str(house.socket))
    assert told == {"list": DONE, "sign": "CallerRefused", "enrol": "CallerRefused"}


def test_a_stranger_does_not_even_reach_the_socket(house: House) -> None:
    told = as_user(WEB + 1, WEB + 1, "ask", str(house.socket))
    assert set(told.values()) == {"CustodyUnavailable"}
    # In the group, and on no list.
    told = as_user(WEB + 1, house.group, "ask", str(house.socket))
    assert set(told.values()) == {"CallerRefused"}


@pytest.mark.parametrize("who", ["worker", "web"])
def test_whoever_asks_reads_no_key_and_nothing_of_the_signers_memory(
    house: House, who: str
) -> None:
    user = house.worker if who == "worker" else WEB
    # The key is used, so it is in memory now.
    assert as_user(house.worker, house.group, "ask", str(house.socket))["sign"] == DONE
    told = as_user(user, house.group, "look", *house.secrets)
    assert len(told) > 4
    assert set(told.values()) == {"PermissionError"}
    # Nor does it see which keys there are.
    (folder,) = as_user(user, house.group, "look", f"{house.authorities}/keys/.").values()
    assert folder == "PermissionError"


def test_not_even_another_process_of_the_signers_user_reads_its_memory(house: House) -> None:
    """Files are the user's own; the memory is no file, and the process is not dumpable."""
    signer = pwd.getpwnam(SIGNER)
    told = as_user(signer.pw_uid, signer.pw_gid, "look", *house.secrets)
    memory = {path for path in told if path.startswith("/proc/")}
    assert {told[path] for path in memory} == {"PermissionError"}
    assert {told[path] for path in told.keys() - memory} == {DONE}


def test_the_same_look_as_root_opens_all_of_it(house: House) -> None:
    """What is refused everywhere proves nothing: the paths are there and can be read."""
    assert set(looked(house.secrets).values()) == {DONE}
    environment = Path(f"/proc/{house.pid}/environ").read_bytes()
    assert b"FEIGUI_TEST=told to the signer" in environment


def test_nobody_else_ends_or_stops_the_signer(house: House) -> None:
    before = house.pid
    for user in (house.worker, WEB):
        told = as_user(user, house.group, "signal", str(before), str(int(signal.SIGSTOP)))
        assert set(told.values()) == {"PermissionError"}
    assert house.pid == before
