"""Proofs over trees of any size: what is true is proven, and what is altered is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.transparency.errors import ProofInvalid, TileMalformed
from esign.transparency.frontier import Frontier
from esign.transparency.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    require_consistency,
    require_inclusion,
    root_hash,
)
from esign.transparency.tiles import TiledTree, read_path, tiles_between

if TYPE_CHECKING:
    from esign.transparency.tiles import Tile

LARGEST = 1500
LEAVES = [leaf_hash(n.to_bytes(4, "big")) for n in range(LARGEST)]
sizes = st.integers(1, LARGEST)


def _hashes(level: int) -> list[bytes]:
    if level == 0:
        return LEAVES
    below = _hashes(level - 1)
    full = range(0, len(below) - 255, 256)
    return [Frontier().grown(below[at : at + 256]).root for at in full]


ROWS = [_hashes(level) for level in range(3)]


def fetch(tile: Tile) -> bytes:
    start = tile.index * 256
    return b"".join(ROWS[tile.level][start : start + tile.width])


def altered(path: list[bytes], place: int, bit: int) -> list[bytes]:
    changed = bytearray(path[place % len(path)])
    changed[bit // 8] ^= 1 << bit % 8
    return [*path[: place % len(path)], bytes(changed), *path[place % len(path) + 1 :]]


@settings(deadline=None)
@given(size=sizes, index=st.integers(0), place=st.integers(0), bit=st.integers(0, 255))
def test_tiles_prove_every_entry_and_no_altered_path(
    size: int, index: int, place: int, bit: int
) -> None:
    node, index = TiledTree(size, fetch), index % size
    root = root_hash(size, node)
    assert root == Frontier().grown(LEAVES[:size]).root
    path = inclusion_proof(index, size, node)
    require_inclusion(LEAVES[index], index, path, size=size, root=root)
    if path:
        with pytest.raises(ProofInvalid):
            require_inclusion(LEAVES[index], index, altered(path, place, bit), size=size, root=root)
        with pytest.raises(ProofInvalid):
            require_inclusion(LEAVES[index], index, path[:-1], size=size, root=root)


@settings(deadline=None)
@given(pair=st.tuples(sizes, sizes), place=st.integers(0), bit=st.integers(0, 255))
def test_tiles_prove_every_growth_and_no_altered_path(
    pair: tuple[int, int], place: int, bit: int
) -> None:
    old, new = min(pair), max(pair)
    before = Frontier().grown(LEAVES[:old]).root
    after = Frontier().grown(LEAVES[:new]).root
    path = consistency_proof(old, new, TiledTree(new, fetch))
    require_consistency(old, before, path, size=new, root=after)
    if path:
        with pytest.raises(ProofInvalid):
            require_consistency(old, before, altered(path, place, bit), size=new, root=after)
        with pytest.raises(ProofInvalid):
            require_consistency(old, before, path[:-1], size=new, root=after)


@settings(deadline=None)
@given(pair=st.tuples(st.integers(0, 70_000), st.integers(0, 2000)))
def test_what_a_log_writes_as_it_grows_is_what_a_tree_of_that_size_has(
    pair: tuple[int, int],
) -> None:
    old, new = pair[0], sum(pair)
    whole = {tile for tile in tiles_between(old, new) if tile.is_full}
    edge = {tile for tile in tiles_between(0, new) if not tile.is_full}
    grown = set(tiles_between(old, new))
    assert grown == whole | {t for t in edge if t not in set(tiles_between(0, old))}
    for tile in grown:
        assert read_path(tile.path) == (tile, False)


@settings(deadline=None)
@given(st.text(alphabet="tile/0123456789x.p-entris", max_size=40))
def test_every_path_has_one_spelling(path: str) -> None:
    for candidate in (path, f"tile/0/{path}", f"tile/entries/{path}"):
        try:
            tile, entries = read_path(candidate)
        except TileMalformed:
            continue
        assert candidate == (tile.entries_path if entries else tile.path)
