"""Publish the log: sign what was added, lay it outside the database, then show it.

Run again after any crash it goes on where it was; two runs at once end as one.
Nothing is open while the signer or the store thinks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from esign.errors import CheckpointRefused
from esign.transparency.checkpoints import empty_head, open_checkpoint
from esign.transparency.merkle import consistency_proof, root_hash
from esign.transparency.tiles import HEIGHT, make_bundle, tiles_between
from server.register.errors import LogDamaged
from server.register.log_state import KeptCheckpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from esign.transparency.checkpoints import Head
    from esign.transparency.notes import VerifierKey
    from esign.transparency.tiles import Tile
    from server.register.ports import TransparencyLog
    from storage.shelves import Shelf

NEWEST = "checkpoint"
KEPT = "checkpoints"


class SignsCheckpoints(Protocol):
    def last_checkpoint(self) -> bytes: ...

    def sign_checkpoint(
        self, *, size: int, root: bytes, old_size: int, proof: Sequence[bytes]
    ) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPress:
    open_log: Callable[[], AbstractContextManager[TransparencyLog]]
    signer: SignsCheckpoints
    key: Callable[[], VerifierKey]
    shelves: tuple[Shelf, ...]
    now: Callable[[], datetime]


def publish_log(press: LogPress) -> Head | None:
    """Return what is newly published, or ``None`` when everything was.

    Raises `LogDamaged` when the database no longer holds what was signed, and
    whatever the signer and the shelves raise.
    """
    key = press.key()
    with press.open_log() as log:
        size, shown = log.size(), log.last_checkpoint()
    last = press.signer.last_checkpoint()
    signed = open_checkpoint(last, key) if last else empty_head(key.name)
    if not size >= signed.size:
        raise LogDamaged("the log is shorter than what was signed of it")
    if size > signed.size:
        last = _signed(press, signed, size)
        signed = open_checkpoint(last, key)
    if signed.size == (shown.size if shown else 0):
        return None
    for shelf in press.shelves:
        _lay(shelf, last, signed, press=press, key=key)
    with press.open_log() as log:
        log.keep_checkpoint(KeptCheckpoint(size=signed.size, note=last, signed_at=press.now()))
    return signed


def _signed(press: LogPress, old: Head, size: int) -> bytes:
    with press.open_log() as log:
        root = root_hash(size, log.node)
        proof = consistency_proof(old.size, size, log.node)
    try:
        return press.signer.sign_checkpoint(size=size, root=root, old_size=old.size, proof=proof)
    except CheckpointRefused as refusal:
        newest = press.signer.last_checkpoint()
        if newest and open_checkpoint(newest, press.key()).size > old.size:
            return newest  # Another run was quicker.
        raise LogDamaged("the log does not begin with what was signed of it") from refusal


def _lay(shelf: Shelf, note: bytes, head: Head, *, press: LogPress, key: VerifierKey) -> None:
    """Lay everything that the shelf lacks; its own newest checkpoint says what that is."""
    known = shelf.read(NEWEST)
    there = open_checkpoint(known, key).size if known else 0
    if there >= head.size:
        return
    if known is None:
        # New, or put back empty: it gets what the others have.
        with press.open_log() as log:
            earlier = log.checkpoints()
        for each in earlier:
            shelf.keep(f"{KEPT}/{each.size}", each.note)
    for tile in tiles_between(there, head.size):
        with press.open_log() as log:
            hashes, entries = tile_of(log, tile), None
            if tile.level == 0:
                entries = bundle_of(log, tile)
        shelf.keep(tile.path, hashes)
        if entries is not None:
            shelf.keep(tile.entries_path, entries)
    shelf.keep(f"{KEPT}/{head.size}", note)
    shelf.point(NEWEST, note)


def tile_of(log: TransparencyLog, tile: Tile) -> bytes:
    """Return a tile out of the database, or raise `LogDamaged` where it has gaps."""
    begin = tile.index << HEIGHT
    hashes = log.hashes(HEIGHT * tile.level, begin, begin + tile.width)
    if len(hashes) != tile.width:
        raise LogDamaged("hashes of the log are missing")
    return b"".join(hashes)


def bundle_of(log: TransparencyLog, tile: Tile) -> bytes:
    """Return the entries below a tile of level 0, or raise `LogDamaged` where some are missing."""
    begin = tile.index << HEIGHT
    entries = log.entries(begin, begin + tile.width)
    if len(entries) != tile.width:
        raise LogDamaged("entries of the log are missing")
    return make_bundle(each.content for each in entries)
