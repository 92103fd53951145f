"""fsck of the log: all of it computed anew from the entries, and compared with what was kept.

The entries are read once, in order; each kept checkpoint is compared when the
tree has its size, each tile when it is complete, the register at the end.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from esign.transparency.frontier import Frontier
from esign.transparency.merkle import leaf_hash, node_hash
from esign.transparency.tiles import HEIGHT, WIDTH, Tile, make_bundle
from server.register.certificates import CertificateStatus
from server.register.errors import LogEntryMalformed
from server.register.log_entries import ISSUED_AS, TELLS, mark_of, read_entry
from server.register.log_faults import Fault, FaultKind, LogFiles, Promises, promises_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from server.register.certificates import Certificate
    from server.register.log_entries import LogEntry
    from server.register.log_state import LoggedEntry

BATCH: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    entries: int
    checkpoints: int
    tiles: int
    certificates: int
    faults: tuple[Fault, ...]


def check_log(files: LogFiles, tell: Callable[[int, int], None]) -> Checked:
    """Return what was looked at and every fault; ``tell`` is told entries read, and of how many."""
    # First, so that whatever is promised is not newer than what is read after it.
    promises = promises_of(files)
    checkpoints = len(promises.roots)
    with files.open_log() as log:
        size = log.size()
    reading = _Reading(files, promises)
    certificates = 0
    if reading.all(size, tell):
        reading.edge()
        certificates = _compare_with_register(files, reading)
    return Checked(
        entries=size,
        checkpoints=checkpoints,
        tiles=reading.tiles,
        certificates=certificates,
        faults=tuple(promises.faults),
    )


@dataclass(slots=True)
class _Row:
    """Hashes of one level of tiles that make no full tile yet, and how many tiles are full."""

    full: int = 0
    hashes: list[bytes] = field(default_factory=list)


class _Reading:
    """The tree as it is built anew, entry by entry."""

    def __init__(self, files: LogFiles, promises: Promises) -> None:
        self._files = files
        self._promises = promises
        self._edge = Frontier()
        self._rows: list[_Row] = []
        self._bundle: list[bytes] = []
        self.tiles = 0
        self.said: dict[str, list[tuple[int, LogEntry]]] = defaultdict(list)

    def fault(self, kind: FaultKind, where: str) -> None:
        self._promises.faults.append(Fault(kind=kind, where=where))

    def all(self, size: int, tell: Callable[[int, int], None]) -> bool:
        """Read every entry; false where one is missing, because the rest hangs on it."""
        for begin in range(0, size, BATCH):
            end = min(begin + BATCH, size)
            with self._files.open_log() as log:
                batch = log.entries(begin, end)
            for index, logged in enumerate(batch, start=begin):
                if logged.index != index:
                    return self._missing(index)
                self._take(logged)
            if len(batch) != end - begin:
                return self._missing(begin + len(batch))
            tell(end, size)
        return True

    def _missing(self, index: int) -> bool:
        self.fault(FaultKind.ENTRY_MISSING, f"entry {index}")
        return False

    def _take(self, logged: LoggedEntry) -> None:
        leaf = leaf_hash(logged.content)
        if leaf != logged.hash:
            self.fault(FaultKind.ENTRY_ALTERED, f"entry {logged.index}")
        try:
            entry = read_entry(logged.content)
        except LogEntryMalformed:
            self.fault(FaultKind.ENTRY_MALFORMED, f"entry {logged.index}")
        else:
            self.said[entry.certificate].append((logged.index, entry))
        self._edge = self._edge.grown([leaf])
        self._bundle.append(logged.content)
        self._add(0, leaf)
        for root in self._promises.roots.pop(self._edge.size, ()):
            if root != self._edge.root:
                self.fault(FaultKind.CHECKPOINT_WRONG, f"size {self._edge.size}")

    def _add(self, level: int, found: bytes) -> None:
        if level == len(self._rows):
            self._rows.append(_Row())
        row = self._rows[level]
        row.hashes.append(found)
        if len(row.hashes) == WIDTH:
            self._compare(Tile(level, row.full), row.hashes)
            above = Frontier().grown(row.hashes).root
            row.full, row.hashes = row.full + 1, []
            self._add(level + 1, above)

    def edge(self) -> None:
        """Compare what is at the edge of the tree; what was promised beyond it is missing."""
        for level, row in enumerate(self._rows):
            if row.hashes:
                self._compare(Tile(level, row.full, len(row.hashes)), row.hashes)
        for beyond in sorted(self._promises.roots):
            there = f"size {beyond}, and {self._edge.size} entries are there"
            self.fault(FaultKind.CHECKPOINT_AHEAD, there)

    def _compare(self, tile: Tile, hashes: list[bytes]) -> None:
        self.tiles += 1
        self._compare_nodes(tile, hashes)
        contents = {tile.path: b"".join(hashes)}
        if tile.level == 0:
            contents[tile.entries_path] = make_bundle(self._bundle)
            self._bundle = []
        for shelf in self._files.shelves:
            must = self._promises.laid[shelf.name] >= self._edge.size
            for path, content in contents.items():
                found = shelf.read(path)
                if found != content and (must or found is not None):
                    what = "is gone from" if found is None else "of"
                    self.fault(FaultKind.TILE_WRONG, f"{path} {what} the {shelf.name}")

    def _compare_nodes(self, tile: Tile, hashes: list[bytes]) -> None:
        """Compare the hashes of a tile, and those between it and the tile above."""
        begin = tile.index << HEIGHT
        for level in range(HEIGHT * tile.level, HEIGHT * tile.level + HEIGHT):
            with self._files.open_log() as log:
                kept = log.hashes(level, begin, begin + len(hashes))
            if kept != hashes:
                self.fault(FaultKind.NODE_WRONG, f"level {level}, from {begin} on")
            pairs = range(0, len(hashes) - 1, 2)
            hashes, begin = [node_hash(*hashes[at : at + 2]) for at in pairs], begin >> 1


def _compare_with_register(files: LogFiles, reading: _Reading) -> int:
    left, seen = dict(reading.said), 0
    for certificate in files.register():
        seen += 1
        said = left.pop(mark_of(certificate.public_id), None)
        where = f"certificate {certificate.id}"
        if said is None:
            reading.fault(FaultKind.CERTIFICATE_UNLOGGED, where)
            continue
        for trouble in _differences(certificate, [entry for _, entry in said]):
            reading.fault(FaultKind.REGISTER_WRONG, f"{where}: {trouble}")
    for said in left.values():
        places = ", ".join(str(index) for index, _ in said)
        reading.fault(FaultKind.CERTIFICATE_MISSING, f"of entry {places}")
    return seen


def _differences(certificate: Certificate, said: list[LogEntry]) -> Iterator[str]:
    last = said[-1]
    if TELLS[last.kind] is not certificate.status:
        yield f"{certificate.status} in the register, {TELLS[last.kind]} in the log"
    if last.sealed_sha256 != certificate.sealed_sha256:
        yield "another file than the log says"
    if last.deed_sha256 != certificate.deed_sha256:
        yield "another deed than the log says"
    if last.office != certificate.office:
        yield "another office than the log says"
    issues = sum(entry.kind in ISSUED_AS.values() for entry in said)
    if issues != (certificate.status is not CertificateStatus.VOIDED):
        yield f"issued {issues} times in the log"
