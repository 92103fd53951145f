"""Follow somebody's log from outside: the one who would notice that it was rewritten.

Works with any log of c2sp.org/tlog-tiles. What is kept between two looks is the
last checkpoint and the right edge of its tree. New entries are added to that
edge; if the signed root comes out, the log begins as it did and has shown every
entry. If it does not, both checkpoints together prove what the log did.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from esign.transparency.checkpoints import empty_head, open_checkpoint
from esign.transparency.errors import (
    NoteMalformed,
    ProofInvalid,
    TileMalformed,
    TransparencyError,
)
from esign.transparency.frontier import Frontier
from esign.transparency.merkle import (
    consistency_proof,
    leaf_hash,
    require_consistency,
    root_hash,
)
from esign.transparency.notes import VerifierKey, decode64, encode64
from esign.transparency.tiles import WIDTH, Tile, TiledTree, split_bundle, tile_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from esign.transparency.checkpoints import Head

    Fetch = Callable[[str], bytes | None]
    """Path below the log's address -> content, ``None`` where nothing is there."""


class LogMisbehaved(TransparencyError):
    """Base of what a log is told off for in public; carries the checkpoint that shows it."""

    def __init__(self, why: str, checkpoint: bytes) -> None:
        self.checkpoint = checkpoint
        super().__init__(why)


class LogForked(LogMisbehaved):
    """The log signed two trees of which neither begins with the other."""


class LogRolledBack(LogMisbehaved):
    """The log shows a smaller tree than the one it showed before."""


class LogIncomplete(LogMisbehaved):
    """What the log serves is not what it signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is kept between two looks."""

    key: VerifierKey
    checkpoint: bytes
    """Empty before the first look."""

    edge: Frontier

    def to_json(self) -> str:
        said = {
            "key": str(self.key),
            "checkpoint": self.checkpoint.decode(),
            "size": self.edge.size,
            "edge": [encode64(each) for each in self.edge.hashes],
        }
        return json.dumps(said, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Watched:
        """Read what was kept, or raise `NoteMalformed`: a state is never made up."""
        try:
            said = json.loads(text)
            return cls(
                key=VerifierKey.read(said["key"]),
                checkpoint=said["checkpoint"].encode(),
                edge=Frontier(said["size"], tuple(decode64(each) for each in said["edge"])),
            )
        except (ValueError, KeyError, TypeError, AttributeError, ProofInvalid):
            raise NoteMalformed("what was kept of the log cannot be read") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    head: Head
    first: int
    entries: tuple[bytes, ...]
    """From the index ``first`` on, every one proven to be in the tree."""

    watched: Watched


def unwatched(key: VerifierKey) -> Watched:
    return Watched(key=key, checkpoint=b"", edge=Frontier())


def look(fetch: Fetch, watched: Watched, tell: Callable[[int, int], None]) -> Seen:
    """Return what is new, or raise `LogMisbehaved`, `NoteUntrusted` and their like.

    ``tell`` is told entries read and how many there are. Nothing is returned of
    a log that does not prove all of it.
    """
    note = fetch("checkpoint")
    if note is None:
        raise NoteMalformed("there is no checkpoint at this address")
    head = open_checkpoint(note, watched.key)
    old = _known(watched)
    if head.size < old.size:
        raise LogRolledBack(f"{old.size} entries before, {head.size} now", note)
    if head.size == old.size and head.root != old.root:
        raise LogForked(f"two trees of {head.size} entries", note)
    try:
        entries = _new_entries(fetch, old.size, head.size, tell)
    except TileMalformed as trouble:
        raise LogIncomplete(str(trouble), note) from trouble
    edge = watched.edge.grown(leaf_hash(each) for each in entries)
    if edge.root != head.root:
        raise _told_off(fetch, old, head, note)
    return Seen(
        head=head,
        first=old.size,
        entries=tuple(entries),
        watched=Watched(key=watched.key, checkpoint=note, edge=edge),
    )


def _known(watched: Watched) -> Head:
    if not watched.checkpoint:
        return empty_head(watched.key.name)
    old = open_checkpoint(watched.checkpoint, watched.key)
    if (old.size, old.root) != (watched.edge.size, watched.edge.root):
        raise NoteMalformed("what was kept of the log does not fit together")
    return old


def _new_entries(fetch: Fetch, old: int, new: int, tell: Callable[[int, int], None]) -> list[bytes]:
    entries: list[bytes] = []
    while old + len(entries) < new:
        at = old + len(entries)
        tile = tile_at(0, at // WIDTH, size=new)
        content = fetch(tile.entries_path)
        width = tile.width
        if content is None and not tile.is_full:
            # The log may have dropped a partial bundle once it had the full one.
            content, width = fetch(Tile(0, tile.index).entries_path), WIDTH
        if content is None:
            raise TileMalformed(f"{tile.entries_path} is not there")
        entries += split_bundle(content, width=width)[at % WIDTH : tile.width]
        tell(old + len(entries), new)
    return entries


def _told_off(fetch: Fetch, old: Head, head: Head, note: bytes) -> LogMisbehaved:
    """Return what exactly is wrong, as far as the log's own tiles say."""

    def tile(wanted: Tile) -> bytes:
        content = fetch(wanted.path)
        if content is None:
            raise TileMalformed(f"{wanted.path} is not there")
        return content

    node = TiledTree(head.size, tile)
    try:
        if root_hash(head.size, node) != head.root:
            return LogIncomplete("its tiles do not give the root that it signed", note)
        require_consistency(
            old.size,
            old.root,
            consistency_proof(old.size, head.size, node),
            size=head.size,
            root=head.root,
        )
    except TileMalformed as trouble:
        return LogIncomplete(str(trouble), note)
    except ProofInvalid:
        return LogForked(f"the tree of {head.size} does not begin with that of {old.size}", note)
    return LogIncomplete("its entries are not those of the tree that it signed", note)
