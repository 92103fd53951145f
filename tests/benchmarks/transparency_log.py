"""What a log of 100,000 certificates costs: per append, per proof, per check; and that it is right.

Run ``python -m tests.benchmarks.transparency_log [entries]``. Twice: as a tree with
tiles in memory, and as the platform does it, in PostgreSQL with its triggers, in a
folder and signed by a vault. Appends are measured in blocks: a cost that grew with the
log would show from the first block to the last. What is held against the bar is time
on the processor, ours and the database's together; the wall is written down beside it.

Bar: the last quarter of the appends costs at most `FLAT` times what the first did, every
proof verifies and `fsck` finds no fault. It ends with 1 where one of these is missed.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
from sqlalchemy import text

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
from tests.benchmarks.spent import machine, parent_of, said_of_the_machine, spent_s, versions
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

PLATFORM: Final = "PostgreSQL, whole append"

FLAT: Final = 1.25
"""A log that is twice as long makes a proof one hash longer, and an index not much deeper."""

PACKAGES: Final = ("psycopg", "sqlalchemy", "cryptography")

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
    processes = (os.getpid(), _database_of(log))
    appended, waited, publishing = [], [], []
    for block in range(BLOCKS):
        before = spent_s(*processes)
        waited.append(_append(log, number // BLOCKS))
        appended.append((spent_s(*processes) - before) / (number // BLOCKS) * 1e6)
        began = time.perf_counter()
        log.publish()
        publishing.append((time.perf_counter() - began) * 1e3)
        sys.stdout.write(f"  {(block + 1) * number // BLOCKS:,} certificates\n")
        sys.stdout.flush()
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
        "append_wall_us": waited,
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
    """Return microseconds of wall for one certificate with its entry, each committed by itself."""
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


def _database_of(log: ALog) -> int:
    """Return the pid of the server whose child answers us."""
    with log.owner.connect() as connection:
        return parent_of(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


def growth(blocks: Sequence[float]) -> float:
    """Return how many times the first quarter's cost the last quarter's is."""
    quarter = max(1, len(blocks) // 4)
    return statistics.median(blocks[-quarter:]) / statistics.median(blocks[:quarter])


def draw(parts: dict[str, dict[str, Any]], into: Path) -> None:
    figure, axes = plt.subplots(1, len(parts), figsize=(10, 4), layout="constrained", squeeze=False)
    for each, (name, found) in zip(axes[0], parts.items(), strict=True):
        sizes = [(n + 1) * found["entries"] // BLOCKS for n in range(BLOCKS)]
        each.plot(sizes, found["append_us"], marker="o", markersize=3)
        each.set_ylim(bottom=0)
        each.set_title(name)
        each.set_xlabel("entries in the log")
        each.set_ylabel("µs of CPU per append")
    figure.savefig(into, dpi=110)
    plt.close(figure)


def table(parts: dict[str, dict[str, Any]]) -> str:
    head = f"{'CPU per append':26}{'entries':>9}{'first 25 %':>13}{'last 25 %':>13}"
    lines = [f"{head}{'growth':>8}{'a proof':>12}"]
    for name, found in parts.items():
        blocks = found["append_us"]
        quarter = max(1, len(blocks) // 4)
        first, last = (statistics.median(b) for b in (blocks[:quarter], blocks[-quarter:]))
        lines.append(
            f"{name:26}{found['entries']:>9,}{first:>10.1f} µs{last:>10.1f} µs"
            f"{growth(blocks):>8.2f}{found['prove_us']:>9.0f} µs"
        )
    return "\n".join(lines)


def missed(parts: dict[str, dict[str, Any]]) -> list[str]:
    """Return what is not as the bar has it; a proof that fails has ended the run before."""
    grown = [
        f"{name}: an append costs {growth(found['append_us']):.2f} times what the first did"
        for name, found in parts.items()
        if not growth(found["append_us"]) <= FLAT
    ]
    return [*grown, *parts[PLATFORM]["fsck"]["faults"]]


def main(arguments: Sequence[str]) -> None:
    number = int(arguments[0]) if arguments else ENTRIES
    parts = {"tree and tiles": in_memory(ENTRIES), PLATFORM: in_the_platform(number)}
    faults = missed(parts)
    BENCH.mkdir(parents=True, exist_ok=True)
    told = {**parts, "machine": machine(), "versions": versions(PACKAGES), "missed": faults}
    (BENCH / "transparency_log.json").write_text(json.dumps(told, indent=1))
    draw(parts, BENCH / "transparency_log.png")
    said = f"{table(parts)}\nfsck: {json.dumps(parts[PLATFORM]['fsck'])}\n"
    said += f"{said_of_the_machine(PACKAGES)}\n" + "".join(f"MISSED: {each}\n" for each in faults)
    (BENCH / "transparency_log.txt").write_text(said)
    sys.stdout.write(said)
    if faults:
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
