"""What can be wrong with a log, where it is kept, and what was promised of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from esign.transparency.checkpoints import open_checkpoint
from esign.transparency.errors import TransparencyError
from server.register.log_publishing import KEPT, NEWEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    from esign.transparency.notes import VerifierKey
    from server.register.certificates import Certificate
    from server.register.ports import TransparencyLog
    from storage.shelves import Shelf


class FaultKind(StrEnum):
    ENTRY_MISSING = "entry_missing"
    ENTRY_ALTERED = "entry_altered"  # Its bytes do not hash to what the tree was built of.
    ENTRY_MALFORMED = "entry_malformed"
    NODE_WRONG = "node_wrong"
    TILE_WRONG = "tile_wrong"
    CHECKPOINT_UNREADABLE = "checkpoint_unreadable"
    CHECKPOINT_WRONG = "checkpoint_wrong"  # The entries do not give the root that was signed.
    CHECKPOINT_AHEAD = "checkpoint_ahead"  # More was signed than there is: cut off or put back.
    CHECKPOINT_LOST = "checkpoint_lost"  # Kept in one place and gone from another.
    REGISTER_WRONG = "register_wrong"  # The register says something else than the log.
    CERTIFICATE_UNLOGGED = "certificate_unlogged"
    CERTIFICATE_MISSING = "certificate_missing"  # Logged, and gone from the register.


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    kind: FaultKind
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFiles:
    """Everything that is kept of one log."""

    open_log: Callable[[], AbstractContextManager[TransparencyLog]]
    register: Callable[[], Iterable[Certificate]]
    """Every certificate of every office that is sealed or void."""

    signed_last: Callable[[], bytes]
    """By the signer; empty for nothing."""

    key: VerifierKey
    shelves: tuple[Shelf, ...]


@dataclass(slots=True, kw_only=True)
class Promises:
    """Which roots were signed, by size, and how much each shelf must hold."""

    roots: dict[int, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    laid: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def read(self, note: bytes, where: str, key: VerifierKey) -> int:
        """Take a checkpoint for promised and return its size; 0 for one that cannot be read."""
        try:
            head = open_checkpoint(note, key)
        except TransparencyError:
            self.faults.append(Fault(kind=FaultKind.CHECKPOINT_UNREADABLE, where=where))
            return 0
        self.roots[head.size].add(head.root)
        return head.size


def promises_of(files: LogFiles) -> Promises:
    promises, kept = Promises(), dict[str, set[int]]()
    with files.open_log() as log:
        shown = {str(each.size): each.note for each in log.checkpoints()}
    for place, notes in (("database", shown), *((s.name, _notes(s)) for s in files.shelves)):
        kept[place] = {
            promises.read(note, f"{place}, size {name}", files.key) for name, note in notes.items()
        }
    for shelf in files.shelves:
        newest = shelf.read(NEWEST)
        where = f"{shelf.name}, newest"
        promises.laid[shelf.name] = promises.read(newest, where, files.key) if newest else 0
    if last := files.signed_last():
        promises.read(last, "signer", files.key)
    promises.faults += _lost(kept)
    return promises


def _notes(shelf: Shelf) -> dict[str, bytes]:
    return {name: shelf.read(f"{KEPT}/{name}") or b"" for name in shelf.names(KEPT)}


def _lost(kept: dict[str, set[int]]) -> Iterator[Fault]:
    everywhere = set[int]().union(*kept.values()) - {0}
    for place, sizes in kept.items():
        for size in sorted(everywhere - sizes):
            yield Fault(kind=FaultKind.CHECKPOINT_LOST, where=f"{place}, size {size}")
