"""Publishing: signed once, outside the database first, and the same after any crash."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from esign.custody.log_signer import log_key
from esign.errors import CheckpointRefused, ClockUnproven
from esign.transparency.checkpoints import open_checkpoint
from esign.transparency.frontier import Frontier
from esign.transparency.merkle import leaf_hash, root_hash
from esign.transparency.proofs import LogProof
from esign.transparency.tiles import Tile, TiledTree, split_bundle
from server.register.errors import LogDamaged, NotInLog
from server.register.log_entries import LogKind, mark_of, read_entry
from server.register.log_proofs import proof_for, proofs_for, publication_of
from server.register.log_publishing import bundle_of, publish_log, tile_of

if TYPE_CHECKING:
    from tests.functional.log.a_log import ALog


class PowerCut(Exception):
    """The process ends here."""


class DyingShelf:
    name = "dying"

    def __getattr__(self, _: str) -> object:
        raise PowerCut


def test_files_alone_prove_every_entry(log: ALog) -> None:
    log.issue_many(300)
    head = log.publish()
    assert head is not None
    note = (log.folder / "checkpoint").read_bytes()
    assert open_checkpoint(note, log_key(log.files)) == head
    node = TiledTree(head.size, lambda tile: (log.folder / tile.path).read_bytes())
    assert (head.size, root_hash(300, node)) == (300, head.root)
    bundles = [(Tile(0, 0), 256), (Tile(0, 1, 44), 44)]
    entries = [
        entry
        for tile, width in bundles
        for entry in split_bundle((log.folder / tile.entries_path).read_bytes(), width=width)
    ]
    assert Frontier().grown(map(leaf_hash, entries)).root == head.root
    assert [read_entry(e).certificate for e in entries] == [
        mark_of(c.public_id) for c in log.certificates
    ]


def test_publishing_again_changes_nothing_and_an_empty_log_publishes_nothing(log: ALog) -> None:
    assert log.publish() is None
    log.issue()
    assert log.publish() is not None
    before = {p: p.read_bytes() for p in log.folder.rglob("*") if p.is_file()}
    assert log.publish() is None
    assert {p: p.read_bytes() for p in log.folder.rglob("*") if p.is_file()} == before


def test_while_the_signer_s_clock_is_in_doubt_the_log_waits(log: ALog) -> None:
    log.issue()
    log.doubt.stamps_left = 0
    with pytest.raises(ClockUnproven):
        log.publish()
    assert log.faults() == set()
    log.doubt.stamps_left = 1
    head = log.publish()
    assert head is not None
    assert head.size == 1


def test_every_checkpoint_stays_and_the_trees_begin_with_one_another(log: ALog) -> None:
    sizes = []
    for number in (1, 2, 5):
        log.issue(number)
        log.publish()
        sizes.append(len(log.certificates))
    assert sorted(int(p.name) for p in (log.folder / "checkpoints").iterdir()) == sizes
    with log.opened() as opened:
        assert [kept.size for kept in opened.checkpoints()] == sizes


def test_what_was_signed_and_lost_on_the_way_is_published_first(log: ALog) -> None:
    log.issue(3)
    good = log.press
    with pytest.raises(PowerCut):
        publish_log(replace(good, shelves=(*log.shelves, DyingShelf())))  # type: ignore[arg-type]  # it dies of whatever is asked
    signed = open_checkpoint(log.vault.last_checkpoint(), log_key(log.files))
    with log.opened() as opened:
        assert (signed.size, opened.last_checkpoint()) == (3, None)
    assert log.publish() == signed
    log.issue(2)
    assert log.publish() is not None
    assert log.faults() == set()


def test_a_shelf_that_was_emptied_is_filled_again_with_every_checkpoint(log: ALog) -> None:
    log.issue(2)
    log.publish()
    log.folder.rename(log.folder.with_name("gone"))
    log.issue()
    log.publish()
    assert log.faults() == set()


def test_a_row_that_was_changed_after_it_was_signed_is_not_signed_again(log: ALog) -> None:
    log.issue(4)
    log.publish()
    log.tamper(
        "UPDATE log_entries SET entry = '\\x7b7d', hash = sha256('\\x007b7d'::bytea)"
        " WHERE position = 2",
        "DELETE FROM log_nodes",
        "UPDATE log_heads SET size = 3",
        "DELETE FROM log_entries WHERE position = 3",
    )
    with pytest.raises(LogDamaged, match="shorter"):
        log.publish()


def test_another_history_of_the_same_length_is_not_signed(log: ALog) -> None:
    log.issue(4)
    log.publish()
    log.tamper(
        "UPDATE log_nodes SET hash = sha256('another') WHERE level = 2 AND position = 0",
    )
    log.issue()
    with pytest.raises(LogDamaged, match="does not begin"):
        log.publish()
    assert open_checkpoint(log.vault.last_checkpoint(), log_key(log.files)).size == 4


def test_hashes_or_entries_that_are_missing_are_not_published(log: ALog) -> None:
    with log.opened() as opened:
        with pytest.raises(LogDamaged, match="hashes"):
            tile_of(opened, Tile(0, 0, 1))
        with pytest.raises(LogDamaged, match="entries"):
            bundle_of(opened, Tile(0, 0, 1))


def test_of_two_runs_at_once_the_slower_publishes_what_the_quicker_signed(log: ALog) -> None:
    log.issue(2)
    vault = log.vault

    class Overtaken:
        def last_checkpoint(self) -> bytes:
            return vault.last_checkpoint()

        def sign_checkpoint(self, **asked: object) -> bytes:
            vault.sign_checkpoint(**asked)  # type: ignore[arg-type]  # as it was asked
            raise CheckpointRefused

    head = publish_log(replace(log.press, signer=Overtaken()))
    assert head is not None
    assert head.size == 2
    assert log.faults() == set()


def test_a_certificate_takes_its_proof_along(log: ALog) -> None:
    first, second = log.issue(2)
    with log.opened() as opened:
        assert publication_of(first, opened) is None
        with pytest.raises(NotInLog):
            proof_for(first, opened)
    log.publish()
    log.revoke(first)
    key = log_key(log.files)
    with log.opened() as opened:
        # The revocation is not published yet, so what the register says now is not.
        assert publication_of(first, opened) is None
        content, head = LogProof.read(proof_for(first, opened)).opened(key)
        published = publication_of(second, opened)
    assert (head.size, read_entry(content).sealed_sha256) == (2, first.sealed_sha256)
    assert published is not None
    assert (published.index, published.size) == (1, 2)
    late = log.issue()[0]
    with log.opened() as opened, pytest.raises(NotInLog):
        proof_for(late, opened)
    log.publish()
    with log.opened() as opened:
        proofs = [LogProof.read(each).opened(key)[0] for each in proofs_for(first, opened)]
    assert [read_entry(each).kind for each in proofs] == [LogKind.ISSUE, LogKind.REVOCATION]
