"""Whatever the owner of the tables, the store or the folder does to the log is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from esign.authorities.directory import AuthorityDirectory
from esign.custody.log_signer import create_log
from esign.custody.vault import Vault
from esign.transparency.merkle import leaf_hash
from tests.functional.log.a_log import ORIGIN
from tests.integration.db.filling import AT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.functional.log.a_log import ALog

REWRITE = (
    "UPDATE log_entries SET entry = '\\x7b7d', hash = sha256('\\x007b7d'::bytea)"
    " WHERE position = {}"
)
MOVE = "UPDATE certificates SET office = 'kunming-a', series = 'x' WHERE status = 'revoked'"
SWAP = (
    "CREATE TEMPORARY TABLE two AS SELECT * FROM log_entries WHERE position IN (1, 2)",
    "DELETE FROM log_entries WHERE position IN (1, 2)",
    "UPDATE two SET position = 3 - position",
    "INSERT INTO log_entries SELECT * FROM two",
)


@pytest.fixture
def published(log: ALog) -> ALog:
    """A log of seven entries, with checkpoints at four and seven; one certificate is revoked."""
    log.issue(4)
    log.publish()
    log.issue(2)
    log.revoke(log.certificates[1])
    log.publish()
    return log


def test_a_log_that_nobody_touched_is_whole(published: ALog) -> None:
    checked = published.check()
    assert checked.faults == ()
    assert (checked.entries, checked.checkpoints, checked.certificates) == (7, 2, 6)
    published.issue()
    assert published.faults() == set()  # What waits to be published is no fault.


def test_a_log_of_many_tiles_is_whole(log: ALog) -> None:
    log.issue_many(520)
    log.publish()
    log.issue_many(3)
    checked = log.check()
    assert checked.faults == ()
    # Two full tiles, the edge of level 0 and of level 1.
    assert (checked.entries, checked.tiles) == (523, 4)


def test_a_log_that_fills_its_last_tile_is_whole(log: ALog) -> None:
    log.issue_many(256)
    log.publish()
    checked = log.check()
    assert (checked.faults, checked.tiles) == ((), 2)


@pytest.mark.parametrize(
    ("statements", "kinds"),
    [
        # An entry says something else, and its hash does too.
        (
            (REWRITE.format(2),),
            {
                "entry_malformed",
                "checkpoint_wrong",
                "node_wrong",
                "tile_wrong",
                "certificate_unlogged",
            },
        ),
        # An entry is gone, from the middle and from the end.
        (("DELETE FROM log_entries WHERE position = 2",), {"entry_missing"}),
        (("DELETE FROM log_entries WHERE position = 6",), {"entry_missing"}),
        # The end is cut off as if it had never been.
        (
            (
                "DELETE FROM log_entries WHERE position = 6",
                "UPDATE log_heads SET size = 6",
                "UPDATE certificates SET status = 'valid' WHERE status = 'revoked'",
            ),
            {"checkpoint_ahead"},
        ),
        # Two entries changed places.
        (SWAP, {"checkpoint_wrong", "node_wrong", "tile_wrong"}),
        # An inner hash.
        (("UPDATE log_nodes SET hash = sha256('x') WHERE level = 1",), {"node_wrong"}),
        # The register forgets a revocation, a file, a certificate, and gains one.
        (
            ("UPDATE certificates SET status = 'valid' WHERE status = 'revoked'",),
            {"register_wrong"},
        ),
        (
            ("UPDATE certificates SET sealed_sha256 = 'x' WHERE status = 'revoked'",),
            {"register_wrong"},
        ),
        (
            ("UPDATE certificates SET deed_sha256 = 'x' WHERE status = 'revoked'",),
            {"register_wrong"},
        ),
        (
            ("UPDATE certificates SET public_id = 'x' WHERE status = 'revoked'",),
            {"certificate_unlogged", "certificate_missing"},
        ),
        # It says that the number was never used, or that another office issued.
        (
            ("UPDATE certificates SET status = 'voided' WHERE status = 'revoked'",),
            {"register_wrong"},
        ),
        (
            (
                "ALTER TABLE certificates DROP CONSTRAINT certificates_office_case_id_fkey",
                MOVE,
            ),
            {"register_wrong"},
        ),
        # A checkpoint is taken back.
        (("DELETE FROM log_checkpoints WHERE size = 7",), {"checkpoint_lost"}),
        (("UPDATE log_checkpoints SET note = 'x' WHERE size = 7",), {"checkpoint_unreadable"}),
    ],
)
def test_what_is_done_to_the_database_is_named(
    published: ALog, statements: tuple[str, ...], kinds: set[str]
) -> None:
    published.tamper("ALTER TABLE log_entries DROP CONSTRAINT log_entries_check", *statements)
    found = {kind for kind, _ in published.faults()}
    assert kinds <= found


def test_bytes_that_do_not_belong_to_their_hash_are_named_with_their_place(log: ALog) -> None:
    log.issue(3)
    log.tamper(
        "ALTER TABLE log_entries DROP CONSTRAINT log_entries_check",
        "UPDATE log_entries SET entry = '\\x7b7d' WHERE position = 1",
    )
    assert ("entry_altered", "entry 1") in log.faults()


@pytest.mark.parametrize(
    ("path", "content", "fault"),
    [
        ("tile/0/000.p/7", b"x" * 224, ("tile_wrong", "tile/0/000.p/7 of the folder")),
        (
            "tile/entries/000.p/7",
            None,
            ("tile_wrong", "tile/entries/000.p/7 is gone from the folder"),
        ),
        ("checkpoints/4", None, ("checkpoint_lost", "folder, size 4")),
        ("checkpoints/4", b"x", ("checkpoint_unreadable", "folder, size 4")),
        ("checkpoint", b"x", ("checkpoint_unreadable", "folder, newest")),
    ],
)
def test_what_is_done_to_the_files_is_named(
    published: ALog, path: str, content: bytes | None, fault: tuple[str, str]
) -> None:
    file = published.folder / path
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    assert fault in published.faults()


def test_a_forked_log_is_named_because_somebody_kept_the_other_root(
    published: ALog, tmp_path: Path
) -> None:
    # The same key, taken to another signer that has not seen anything.
    other = AuthorityDirectory(tmp_path / "other")
    (other.keys / "log.pem").write_bytes((published.files.keys / "log.pem").read_bytes())
    create_log(other, origin=ORIGIN)
    forged = Vault(
        other, now=lambda: AT, base_url="http://127.0.0.1", proof=lambda: None
    ).sign_checkpoint(size=5, root=leaf_hash(b"another"), old_size=0, proof=[])
    (published.folder / "checkpoints" / "5").write_bytes(forged)
    found = published.faults()
    assert ("checkpoint_wrong", "size 5") in found
    assert ("checkpoint_lost", "database, size 5") in found
