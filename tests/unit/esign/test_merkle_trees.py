"""Tree hashes and proofs against the reference values of Certificate Transparency."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from esign.transparency.errors import ProofInvalid
from esign.transparency.frontier import Frontier
from esign.transparency.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    require_consistency,
    require_inclusion,
    root_hash,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from esign.transparency.merkle import Node

# The inputs, roots and proofs that all implementations are compared with
# (certificate-transparency, merkletree/merkle_tree_test.cc).
INPUTS = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
LEAVES = [leaf_hash(each) for each in INPUTS]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
TWO = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
FOUR = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
SECOND = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
SECOND_PAIR = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
SECOND_HALF = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
FIFTH = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
LAST_PAIR = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
THIRD_PAIR = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"


def node_of(leaves: Sequence[bytes]) -> Node:
    def node(level: int, position: int) -> bytes:
        if level == 0:
            return leaves[position]
        return node_hash(node(level - 1, 2 * position), node(level - 1, 2 * position + 1))

    return node


NODE = node_of(LEAVES)


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_reference(size: int) -> None:
    assert root_hash(size, NODE).hex() == ROOTS[size]
    assert Frontier().grown(LEAVES[:size]).root.hex() == ROOTS[size]


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [
        # A tree of one leaf is its leaf.
        (0, 1, []),
        # The first of eight: its sibling, the pair beside, the other half.
        (0, 8, [SECOND, SECOND_PAIR, SECOND_HALF]),
        # The sixth of eight.
        (5, 8, [FIFTH, LAST_PAIR, FOUR]),
        # The last leaf of an odd tree has no sibling.
        (2, 3, [TWO]),
        # The second of five.
        (1, 5, [ROOTS[1], SECOND_PAIR, FIFTH]),
    ],
)
def test_inclusion_proofs_are_those_of_the_reference(
    index: int, size: int, path: list[str]
) -> None:
    assert [each.hex() for each in inclusion_proof(index, size, NODE)] == path


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        # The same tree.
        (1, 1, []),
        # From one leaf to eight.
        (1, 8, [SECOND, SECOND_PAIR, SECOND_HALF]),
        # From a tree with a ragged edge.
        (6, 8, [THIRD_PAIR, LAST_PAIR, FOUR]),
        # From a complete tree to a ragged one.
        (2, 5, [SECOND_PAIR, FIFTH]),
    ],
)
def test_consistency_proofs_are_those_of_the_reference(old: int, new: int, path: list[str]) -> None:
    assert [each.hex() for each in consistency_proof(old, new, NODE)] == path


SIZES = range(1, 70)
MANY = [leaf_hash(str(n).encode()) for n in range(SIZES.stop)]
NODE_OF_MANY = node_of(MANY)
EDGES = [Frontier().grown(MANY[:size]) for size in range(SIZES.stop)]


@pytest.mark.parametrize("size", SIZES)
def test_every_entry_of_every_small_tree_is_proven_and_no_other(size: int) -> None:
    root = EDGES[size].root
    for index in range(size):
        path = inclusion_proof(index, size, NODE_OF_MANY)
        require_inclusion(MANY[index], index, path, size=size, root=root)
        for wrong in ({"leaf": MANY[-1]}, {"index": (index + 1) % size}, {"root": EMPTY_ROOT}):
            if wrong.get("index") == index:
                continue  # There is one entry only.
            told = {"leaf": MANY[index], "index": index, "root": root, **wrong}
            with pytest.raises(ProofInvalid):
                require_inclusion(path=path, size=size, **told)  # type: ignore[arg-type]  # a table of named values


@pytest.mark.parametrize("new", SIZES)
def test_every_small_tree_is_proven_to_begin_with_every_smaller_one(new: int) -> None:
    for old in range(1, new + 1):
        path = consistency_proof(old, new, NODE_OF_MANY)
        told = {"size": new, "root": EDGES[new].root}
        require_consistency(old, EDGES[old].root, path, **told)  # type: ignore[arg-type]  # as above
        with pytest.raises(ProofInvalid):
            require_consistency(old, EDGES[old - 1].root, path, **told)  # type: ignore[arg-type]  # as above
        with pytest.raises(ProofInvalid):
            require_consistency(old, EDGES[old].root, [*path, MANY[0]], **told)  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize(
    ("old", "size", "why"),
    [
        # Smaller than before.
        (3, 2, "a tree only grows"),
        (-1, 2, "a tree only grows"),
    ],
)
def test_a_tree_that_shrinks_is_never_consistent(old: int, size: int, why: str) -> None:
    with pytest.raises(ProofInvalid, match=why):
        consistency_proof(old, size, NODE)
    with pytest.raises(ProofInvalid, match=why):
        require_consistency(old, LEAVES[0], [], size=size, root=LEAVES[0])


def test_every_tree_begins_with_the_empty_one_and_with_no_other_empty_one() -> None:
    root = EDGES[5].root
    require_consistency(0, EMPTY_ROOT, [], size=5, root=root)
    require_consistency(0, EMPTY_ROOT, [], size=0, root=EMPTY_ROOT)
    for old_root, new_root, size in (
        (root, root, 5),
        (EMPTY_ROOT, root, 0),
    ):
        with pytest.raises(ProofInvalid):
            require_consistency(0, old_root, [], size=size, root=new_root)


@pytest.mark.parametrize("index", [-1, 8])
def test_an_entry_beyond_the_tree_is_neither_proven_nor_believed(index: int) -> None:
    with pytest.raises(ProofInvalid, match="no such entry"):
        inclusion_proof(index, 8, NODE)
    with pytest.raises(ProofInvalid, match="no such entry"):
        require_inclusion(LEAVES[0], index, [], size=8, root=LEAVES[0])


def test_a_proof_of_growth_is_never_empty() -> None:
    with pytest.raises(ProofInvalid, match="too short"):
        require_consistency(3, EDGES[3].root, [], size=5, root=EDGES[5].root)


def test_a_path_that_goes_on_above_the_root_is_refused() -> None:
    root = EDGES[2].root
    with pytest.raises(ProofInvalid, match="too long"):
        require_inclusion(MANY[0], 0, [MANY[1], MANY[1]], size=2, root=root)


def test_an_edge_has_the_hashes_that_its_size_asks_for() -> None:
    for size, hashes in ((3, (MANY[0],)), (0, (MANY[0],)), (1, (b"short",))):
        with pytest.raises(ProofInvalid):
            Frontier(size, hashes)


def test_an_edge_that_is_kept_and_taken_up_again_ends_at_the_same_root() -> None:
    for size in range(SIZES.stop):
        again = Frontier(size, EDGES[size].hashes).grown(MANY[size:])
        assert again.root == Frontier().grown(MANY).root


def test_a_leaf_can_not_be_told_as_a_node() -> None:
    left, right = LEAVES[0], LEAVES[1]
    assert leaf_hash(left + right) != node_hash(left, right)
    assert leaf_hash(b"") == hashlib.sha256(b"\x00").digest()
