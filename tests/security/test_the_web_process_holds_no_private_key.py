"""The web process is looked through, byte by byte, for every key of the authorities."""

from __future__ import annotations

import os
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from esign.authorities.directory import AuthorityDirectory, office_name
from esign.custody.client import CustodyClient
from esign.custody.keyring import Keyring
from esign.custody.uris import KeyUri
from tests.security.memory import family_of, forms_of, names_found, open_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.demo.seeding import Credentials
    from server.wiring.launching import Running

DIGEST = bytes(range(32))


@pytest.fixture
def needles(running: Running, people: Mapping[str, Credentials]) -> dict[str, list[bytes]]:
    """Every private key there is; the notaries of ``people`` have theirs."""
    assert people
    keys = AuthorityDirectory(running.settings.authorities).keys
    found = {path.stem: forms_of(path.read_bytes()) for path in keys.glob("*.pem")}
    assert {"root", "tsa", "log"} < set(found)
    assert any(".notary." in name for name in found)
    return found


def work(running: Running) -> str:
    """Have the web ask the signer and verify, and the signer use a seal; return its name."""
    files = AuthorityDirectory(running.settings.authorities)
    seal = min(path.stem for path in files.keys.glob("*.seal.pem"))
    office = seal.removeprefix("office.").removesuffix(".seal")
    authority = office_name(office, "authority")
    for page in (f"/authorities/{authority}.crl", f"/authorities/{authority}.pem", "/v1/health"):
        with urllib.request.urlopen(running.base_url + page, timeout=30) as answer:  # noqa: S310  # our own server
            assert answer.read()
    CustodyClient(running.settings.signer_socket).sign_digest(str(files.uri(seal)), DIGEST)
    return seal


def test_no_key_of_an_authority_is_in_the_memory_of_the_web(
    running: Running, needles: dict[str, list[bytes]]
) -> None:
    work(running)
    web = family_of(running.processes["web"].wait_until_ready())
    assert len(web) > 1
    for pid in web:
        assert names_found(pid, needles) == set()
        keys = str(running.settings.authorities / "keys")
        assert not [path for path in open_files(pid) if path.startswith(keys)]


def test_the_same_look_finds_a_key_where_there_is_one(
    needles: dict[str, list[bytes]], tmp_path: Path
) -> None:
    """What finds nothing anywhere proves nothing: here is a process that loaded one."""
    assert "office.looked-for.seal" not in needles
    keyring, uri = Keyring(tmp_path), KeyUri("file", "office.looked-for.seal")
    keyring.make(uri)
    pem = (tmp_path / "office.looked-for.seal.pem").read_bytes()
    scalar = {"big": [forms_of(pem)[0]], "little": [forms_of(pem)[1]]}
    del keyring
    held = Keyring(tmp_path)
    held.load(uri)
    assert "little" in names_found(os.getpid(), scalar)
    assert held.has(uri)


def test_the_signer_holds_them_and_lets_nobody_but_root_look(
    running: Running, needles: dict[str, list[bytes]]
) -> None:
    seal = work(running)
    pid = running.processes["signer"].wait_until_ready()
    if os.geteuid() == 0:
        assert seal in names_found(pid, needles)
    else:
        with pytest.raises(PermissionError):
            Path(f"/proc/{pid}/mem").read_bytes()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give the signer a user of its own")
def test_under_root_the_signer_is_a_user_of_its_own_and_owns_the_keys(running: Running) -> None:
    work(running)
    pid = running.processes["signer"].wait_until_ready()
    signer = Path(f"/proc/{pid}").stat().st_uid
    status = Path(f"/proc/{pid}/status").read_text()
    user = int(status.split("Uid:")[1].split()[0])
    assert user not in {0, Path("/proc/self").stat().st_uid}
    assert "CapEff:\t0000000000000000" in status
    assert signer in {0, user}
    keys = running.settings.authorities / "keys"
    assert {path.stat().st_uid for path in (keys, *keys.iterdir())} == {user}
