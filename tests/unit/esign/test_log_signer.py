"""The signer as a witness: it signs what begins with what it signed, and nothing else."""

from __future__ import annotations

import os
import stat
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from esign.authorities.directory import AuthorityDirectory
from esign.custody.client import CustodyClient
from esign.custody.daemon import SignerServer
from esign.custody.log_signer import KEY_FILE, LAST_FILE, NAME_FILE, create_log, log_key
from esign.custody.operations import PARTS, perform
from esign.custody.vault import Vault
from esign.errors import (
    AuthorityMissing,
    CheckpointRefused,
    ClockUnproven,
    KeyMisused,
    KeyUnknown,
    RequestRefused,
)
from esign.testing import BASE_URL, ClockDoubt
from esign.transparency.checkpoints import open_checkpoint
from esign.transparency.cosignatures import HEADER, Cosigner
from esign.transparency.frontier import Frontier
from esign.transparency.merkle import consistency_proof, leaf_hash, node_hash
from esign.transparency.notes import Note
from tests.unit.esign.test_custody import AT

if TYPE_CHECKING:
    from pathlib import Path

    from esign.transparency.notes import VerifierKey

HOUR = timedelta(hours=1)
LEAVES = [leaf_hash(str(n).encode()) for n in range(20)]
OTHERS = [leaf_hash(b"another"), *LEAVES[1:]]


def node(level: int, position: int, leaves: list[bytes] = LEAVES) -> bytes:
    if level == 0:
        return leaves[position]
    return node_hash(
        node(level - 1, 2 * position, leaves), node(level - 1, 2 * position + 1, leaves)
    )


@pytest.fixture
def files(tmp_path: Path) -> AuthorityDirectory:
    made = AuthorityDirectory(tmp_path)
    create_log(made, origin="log.example/a")
    return made


@pytest.fixture
def key(files: AuthorityDirectory) -> VerifierKey:
    return log_key(files)


def restarted(files: AuthorityDirectory) -> Vault:
    return Vault(files, now=lambda: AT, base_url=BASE_URL, proof=lambda: None)


def sign(files: AuthorityDirectory, old: int, new: int, leaves: list[bytes] = LEAVES) -> bytes:
    """Ask over the table of operations, as a client does."""
    proof = consistency_proof(old, new, lambda level, at: node(level, at, leaves))
    asked = {
        "operation": "sign_checkpoint",
        "size": str(new),
        "old_size": str(old),
        "root": Frontier().grown(leaves[:new]).root.hex(),
        "proof": b"".join(proof).hex(),
    }
    return bytes.fromhex(perform(restarted(files), asked, allowed=PARTS["worker"])["note"])


def test_a_log_grows_from_checkpoint_to_checkpoint(
    files: AuthorityDirectory, key: VerifierKey
) -> None:
    for old, new in ((0, 3), (3, 8), (8, 20)):
        note = sign(files, old, new)
        assert open_checkpoint(note, key).size == new
        asked = {"operation": "last_checkpoint"}
        assert (
            bytes.fromhex(perform(restarted(files), asked, allowed=PARTS["worker"])["note"]) == note
        )
    uses = (files.records / "audit.jsonl").read_text()
    assert uses.count('"operation": "sign_checkpoint"') == 3


def test_nothing_is_dated_by_a_clock_that_may_be_wrong(
    files: AuthorityDirectory, key: VerifierKey
) -> None:
    note, doubt = sign(files, 0, 3), ClockDoubt(stamps_left=0)
    signer = Vault(files, now=lambda: AT + HOUR, base_url=BASE_URL, proof=doubt)
    asked = {"root": Frontier().grown(LEAVES[:8]).root, "proof": consistency_proof(3, 8, node)}
    with pytest.raises(ClockUnproven):
        signer.sign_checkpoint(size=8, old_size=3, **asked)  # type: ignore[arg-type]  # one of each
    assert signer.last_checkpoint() == note
    doubt.stamps_left = 1
    later = signer.sign_checkpoint(size=8, old_size=3, **asked)  # type: ignore[arg-type]  # as above
    assert Cosigner.of(key).seen_at(Note.read(later)) == AT + HOUR


def test_whoever_asks_is_told_that_the_clock_is_in_doubt(files: AuthorityDirectory) -> None:
    """So that they wait: any other refusal would mean that the log is damaged."""
    path = files.path / "signer.sock"
    doubting = Vault(files, now=lambda: AT, base_url=BASE_URL, proof=ClockDoubt(stamps_left=0))
    with SignerServer(path, doubting, {os.geteuid(): "worker"}) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        try:
            with pytest.raises(ClockUnproven):
                CustodyClient(path).sign_checkpoint(size=1, root=LEAVES[0], old_size=0, proof=[])
        finally:
            server.shutdown()
            serving.join()


def test_the_log_says_when_it_signed_and_never_goes_back_in_time(
    files: AuthorityDirectory, key: VerifierKey
) -> None:
    """Its clock is put back between two checkpoints: the second is no older than the first."""
    dates = []
    for old, new, at in ((0, 3, AT), (3, 8, AT + HOUR), (8, 20, AT - HOUR)):
        signer = Vault(files, now=lambda at=at: at, base_url=BASE_URL, proof=lambda: None)  # type: ignore[misc]  # bound now
        proof = consistency_proof(old, new, node)
        root = Frontier().grown(LEAVES[:new]).root
        note = signer.sign_checkpoint(size=new, root=root, old_size=old, proof=proof)
        dates.append(Cosigner.of(key).seen_at(Note.read(note)))
    assert dates == [AT, AT + HOUR, AT + HOUR]


def test_a_last_checkpoint_whose_date_was_altered_ends_the_log(files: AuthorityDirectory) -> None:
    sign(files, 0, 8)
    path = files.records / LAST_FILE
    *kept, last = path.read_bytes().splitlines(keepends=True)
    line = last.split(b" ")[2].strip().decode()
    other = line[:-4] + ("AA==" if not line.endswith("AA==") else "AQ==")
    path.write_bytes(b"".join([*kept, last.replace(line.encode(), other.encode())]))
    with pytest.raises(CheckpointRefused, match="when the last tree"):
        sign(files, 8, 20)


def test_no_log_has_the_name_that_dates_begin_with(tmp_path: Path) -> None:
    with pytest.raises(KeyMisused):
        create_log(AuthorityDirectory(tmp_path), origin=HEADER)


@pytest.mark.parametrize(
    ("old", "new", "leaves", "why"),
    [
        # Another history.
        (8, 20, OTHERS, "does not begin"),
        # From the beginning again, though something was signed.
        (0, 20, LEAVES, "that was signed last"),
        # From a tree that was never signed.
        (5, 20, LEAVES, "that was signed last"),
        # The same once more; who wants it asks for the last one.
        (8, 8, LEAVES, "not larger"),
    ],
)
def test_what_does_not_begin_with_the_last_tree_is_refused(
    files: AuthorityDirectory, *, old: int, new: int, leaves: list[bytes], why: str
) -> None:
    before = sign(files, 0, 8)
    with pytest.raises(CheckpointRefused, match=why):
        sign(files, old, new, leaves)
    assert restarted(files).last_checkpoint() == before


def test_a_smaller_tree_is_refused(files: AuthorityDirectory) -> None:
    sign(files, 0, 8)
    with pytest.raises(CheckpointRefused, match="not larger"):
        restarted(files).sign_checkpoint(size=4, root=LEAVES[0], old_size=8, proof=[])


def test_a_root_that_is_no_hash_is_refused(files: AuthorityDirectory) -> None:
    with pytest.raises(CheckpointRefused):
        restarted(files).sign_checkpoint(size=1, root=b"short", old_size=0, proof=[])


def test_a_memory_that_cannot_be_read_is_no_memory_of_nothing(files: AuthorityDirectory) -> None:
    sign(files, 0, 8)
    (files.records / LAST_FILE).write_bytes(b"x")
    with pytest.raises(CheckpointRefused, match="cannot be read"):
        sign(files, 0, 20)


def test_a_request_without_numbers_is_refused(files: AuthorityDirectory) -> None:
    asked = {"operation": "sign_checkpoint", "size": "x", "old_size": "0", "root": "", "proof": ""}
    with pytest.raises(RequestRefused):
        perform(restarted(files), asked, allowed=PARTS["worker"])


def test_the_key_is_made_once_and_keeps_its_name(
    files: AuthorityDirectory, key: VerifierKey
) -> None:
    assert create_log(files, origin="moved.example") == key
    assert stat.S_IMODE((files.keys / KEY_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE((files.public / NAME_FILE).stat().st_mode) == 0o644


def test_a_crash_between_key_and_name_is_made_good(
    files: AuthorityDirectory, key: VerifierKey
) -> None:
    (files.public / NAME_FILE).unlink()
    with pytest.raises(AuthorityMissing):
        log_key(files)
    assert create_log(files, origin=key.name) == key


def test_a_key_that_is_gone_is_never_made_anew(files: AuthorityDirectory) -> None:
    (files.keys / KEY_FILE).unlink()
    with pytest.raises(KeyUnknown):
        create_log(files, origin="log.example/a")
    with pytest.raises(KeyUnknown):
        sign(files, 0, 3)


def test_a_key_of_another_kind_is_refused(files: AuthorityDirectory) -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (files.keys / KEY_FILE).write_bytes(pem)
    with pytest.raises(KeyUnknown):
        sign(files, 0, 3)


def test_the_key_of_the_log_signs_no_digest(files: AuthorityDirectory) -> None:
    for operation in ("sign_digest", "sign_once"):
        asked = {"operation": operation, "key": "file:log", "digest": "00" * 32}
        with pytest.raises(KeyUnknown):
            perform(restarted(files), asked, allowed=PARTS["worker"])
