"""What a log of 100,000 certificates costs: per append, per proof, per check; and that it is right.

Twice: as a tree with tiles in memory, and as the platform does it, in PostgreSQL
with its triggers, in a folder and signed by a vault. Appends are timed in blocks: a
cost that grew with the log would show from the first block to the last.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl

from esign.authorities.directory import AuthorityDirectory
from esign.custody.log_signer import log_key
from esign.transparency.frontier import Frontier
from esign.transparency.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    require_consistency,
    require_inclusion,
)
from esign.transparency.proofs import LogProof
from esign.transparency.tiles import WIDTH, Tile, TiledTree
from server.cases.ids import OfficeId
from server.db.engine import make_engine
from server.db.secrets import FieldCipher, FieldKeys
from server.db.work import open_transaction
from server.register.log_proofs import proof_for
from server.tasks.queue import queue_on
from server.transaction import Scope
from tests.functional.log.a_log import OFFICES, ALog
from tests.integration.db.filling import certificate, fresh, new_case
from tests.servers import postgres
from tests.servers.fixtures import TickingClock

mpl.use("Agg")
from matplotlib import pyplot as plt  # the backend is chosen first

if TYPE_CHECKING:
    from collections.abc import Sequence

ENTRIES: Final = 100_000
BLOCKS: Final = 20
PROOFS: Final = 500
IN_A_CASE: Final = 50
"""Certificates of one case here, so that cases do not dominate; each in its own transaction."""

BENCH: Final = Path(__file__).parents[2] / "build" / "bench"


class MemoryTiles:
    """All full rows of hashes, by level of tiles."""

    def __init__(self) -> None:
        self.rows: list[list[bytes]] = [[]]
        self.edge = Frontier()

    def append(self, entry: bytes) -> None:
        leaf = leaf_hash(entry)
        self.edge = self.edge.grown([leaf])
        level, found = 0, leaf
        while True:
            if level == len(self.rows):
                self.rows.append([])
            row = self.rows[level]
            row.append(found)
            if len(row) % WIDTH:
                return
            level, found = level + 1, Frontier().grown(row[-WIDTH:]).root

    def fetch(self, tile: Tile) -> bytes:
        start = tile.index * WIDTH
        return b"".join(self.rows[tile.level][start : start + tile.width])


def in_memory(number: int) -> dict[str, Any]:
    tiles, heads, blocks = MemoryTiles(), {}, []
    entries = [hashlib.sha256(n.to_bytes(8, "big")).hexdigest().encode() * 5 for n in range(number)]
    for block in range(BLOCKS):
        part = entries[block * number // BLOCKS : (block + 1) * number // BLOCKS]
        # Of the processor, which others on the machine do not lengthen.
        began = time.process_time()
        for entry in part:
            tiles.append(entry)
        blocks.append((time.process_time() - began) / len(part) * 1e6)
        heads[tiles.edge.size] = tiles.edge.root
    made, checked = [], []
    for index in [secrets.randbelow(number) for _ in range(PROOFS)]:
        began = time.perf_counter()
        path = inclusion_proof(index, number, TiledTree(number, tiles.fetch))
        made.append(time.perf_counter() - began)
        began = time.perf_counter()
        leaf = leaf_hash(entries[index])
        require_inclusion(leaf, index, path, size=number, root=tiles.edge.root)
        checked.append(time.perf_counter() - began)
    for size, root in heads.items():
        path = consistency_proof(size, number, TiledTree(number, tiles.fetch))
        require_consistency(size, root, path, size=number, root=tiles.edge.root)
    return {
        "entries": number,
        "append_us": blocks,
        "prove_us": statistics.median(made) * 1e6,
        "verify_us": statistics.median(checked) * 1e6,
        "consistency_proofs_verified": len(heads),
    }


def in_the_platform(number: int) -> dict[str, Any]:
    folder = Path(tempfile.mkdtemp(prefix="feigui-log-bench-"))
    try:
        with postgres.running() as server:
            database = server.migrated()
            engine, owner = make_engine(database.app_url), database.as_owner()
            keys = FieldKeys(current="1", keys={"1": bytes(32)}, index_key=bytes(32))
            log = ALog(
                open_transaction=open_transaction(
                    engine, cipher=FieldCipher(keys), now=TickingClock(), queue_on=queue_on()
                ),
                owner=owner,
                files=AuthorityDirectory(folder / "authorities"),
                folder=folder / "public",
            )
            found = _measured(log, number)
            engine.dispose()
            owner.dispose()
            return found
    finally:
        shutil.rmtree(folder)


def _measured(log: ALog, number: int) -> dict[str, Any]:
    appended, publishing = [], []
    for block in range(BLOCKS):
        appended.append(_append(log, number // BLOCKS))
        began = time.perf_counter()
        log.publish()
        publishing.append((time.perf_counter() - began) * 1e3)
        sys.stdout.write(f"  {(block + 1) * number // BLOCKS:,} certificates\n")
    key, proving = log_key(log.files), []
    for each in [secrets.choice(log.certificates) for _ in range(PROOFS)]:
        with log.opened() as opened:
            began = time.perf_counter()
            proof = proof_for(each, opened)
            proving.append(time.perf_counter() - began)
        LogProof.read(proof).opened(key)
    began = time.perf_counter()
    checked = log.check()
    return {
        "entries": number,
        "append_us": appended,
        "publish_ms": publishing,
        "prove_us": statistics.median(proving) * 1e6,
        "fsck_s": time.perf_counter() - began,
        "fsck": {
            "entries": checked.entries,
            "checkpoints": checked.checkpoints,
            "tiles": checked.tiles,
            "certificates": checked.certificates,
            "faults": [f"{f.kind} {f.where}" for f in checked.faults],
        },
    }


def _append(log: ALog, number: int) -> float:
    """Return microseconds for one certificate with its entry, each in its own transaction."""
    office, took = OfficeId(OFFICES[0]), 0.0
    scope = Scope(office=office)
    for _ in range(number // IN_A_CASE):
        case = new_case(office, fresh("account"))
        with log.open_transaction(scope) as tx:
            tx.cases.add(case)
        for _ in range(IN_A_CASE):
            began = time.perf_counter()
            with log.open_transaction(scope) as tx:
                made = certificate(case, tx.numbers.allot(year=2026, series="外"))
                tx.certificates.add(made)
            took += time.perf_counter() - began
            log.certificates.append(made)
    return took / number * 1e6


def draw(parts: dict[str, dict[str, Any]], into: Path) -> None:
    figure, axes = plt.subplots(1, len(parts), figsize=(10, 4), layout="constrained", squeeze=False)
    for each, (name, found) in zip(axes[0], parts.items(), strict=True):
        sizes = [(n + 1) * found["entries"] // BLOCKS for n in range(BLOCKS)]
        each.plot(sizes, found["append_us"], marker="o", markersize=3)
        each.set_ylim(bottom=0)
        each.set_title(name)
        each.set_xlabel("entries in the log")
        each.set_ylabel("µs per append")
    figure.savefig(into, dpi=110)
    plt.close(figure)


def table(parts: dict[str, dict[str, Any]]) -> str:
    lines = [f"{'':26}{'entries':>9}{'first 5 %':>12}{'last 5 %':>12}{'a proof':>12}"]
    for name, found in parts.items():
        first, last = found["append_us"][0], found["append_us"][-1]
        lines.append(
            f"{name:26}{found['entries']:>9,}{first:>9.1f} µs{last:>9.1f} µs"
            f"{found['prove_us']:>9.0f} µs"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> None:
    number = int(arguments[0]) if arguments else ENTRIES
    parts = {
        "tree and tiles": in_memory(ENTRIES),
        "PostgreSQL, whole append": in_the_platform(number),
    }
    BENCH.mkdir(parents=True, exist_ok=True)
    (BENCH / "transparency_log.json").write_text(json.dumps(parts, indent=1))
    draw(parts, BENCH / "transparency_log.png")
    said = table(parts)
    (BENCH / "transparency_log.txt").write_text(said + "\n")
    sys.stdout.write(f"{said}\nfsck: {json.dumps(parts['PostgreSQL, whole append']['fsck'])}\n")
    if parts["PostgreSQL, whole append"]["fsck"]["faults"]:
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
