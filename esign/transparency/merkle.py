"""The tree hash of RFC 6962 and RFC 9162, 2.1: roots, proofs, and what verifies them.

Whoever makes proofs names a `Node`: the hash of a complete subtree. Where those
come from (leaves in memory, tiles, a database) is not this module's business.
Whoever verifies needs hashes only.
"""

from __future__ import annotations

import functools
import hashlib
from typing import TYPE_CHECKING, Final

from esign.transparency.errors import ProofInvalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Node = Callable[[int, int], bytes]
    """(level, position) -> hash over the leaves from position * 2**level on, 2**level of them."""

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def complete_parts(begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield (level, position) of the complete subtrees that make up leaves begin to end.

    ``begin`` is where a subtree of the tree begins, as it is in every step of the RFC.
    """
    for level in range((end - begin).bit_length() - 1, -1, -1):
        if (end - begin) >> level & 1:
            yield level, begin >> level
            begin += 1 << level


def folded(hashes: Sequence[bytes]) -> bytes:
    """Return the hash over complete subtrees, the largest (leftmost) first."""
    if not hashes:
        return EMPTY_ROOT
    return functools.reduce(lambda right, left: node_hash(left, right), reversed(hashes))


def range_hash(begin: int, end: int, node: Node) -> bytes:
    """Return MTH(D[begin:end]) of RFC 9162, 2.1.1."""
    return folded([node(level, position) for level, position in complete_parts(begin, end)])


def root_hash(size: int, node: Node) -> bytes:
    return range_hash(0, size, node)


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """Return PATH(index, D_size) of RFC 9162, 2.1.3.1, from the leaf's sibling up.

    Raises `ProofInvalid` where there is no such leaf.
    """
    if not 0 <= index < size:
        raise ProofInvalid("the tree has no such entry")
    path, begin, end = list[bytes](), 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(range_hash(middle, end, node))
            end = middle
        else:
            path.append(range_hash(begin, middle, node))
            begin = middle
    return path[::-1]


def consistency_proof(old: int, new: int, node: Node) -> list[bytes]:
    """Return PROOF(old, D_new) of RFC 9162, 2.1.4.1; raises `ProofInvalid` for old > new."""
    if not 0 <= old <= new:
        raise ProofInvalid("a tree only grows")
    if old in {0, new}:
        return []
    path, begin, end = list[bytes](), 0, new
    while old != end:
        middle = begin + _split(end - begin)
        if old <= middle:
            path.append(range_hash(middle, end, node))
            end = middle
        else:
            path.append(range_hash(begin, middle, node))
            begin = middle
    if begin:
        path.append(range_hash(begin, end, node))
    return path[::-1]


def _split(leaves: int) -> int:
    """Return the largest power of two below ``leaves``."""
    return 1 << ((leaves - 1).bit_length() - 1)


def require_inclusion(
    leaf: bytes, index: int, path: Sequence[bytes], *, size: int, root: bytes
) -> None:
    """Verify an inclusion proof (RFC 9162, 2.1.3.2), or raise `ProofInvalid`."""
    if not 0 <= index < size:
        raise ProofInvalid("the tree has no such entry")
    place, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise ProofInvalid("the proof is too long")
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    if not (last == 0 and found == root):
        raise ProofInvalid("the entry is not in the tree")


def require_consistency(
    old: int, old_root: bytes, path: Sequence[bytes], *, size: int, root: bytes
) -> None:
    """Verify that the tree of ``size`` begins with that of ``old`` (RFC 9162, 2.1.4.2).

    Raises `ProofInvalid`. Every tree begins with the empty one, whose root is known.
    """
    if not 0 <= old <= size:
        raise ProofInvalid("a tree only grows")
    if old in {0, size}:
        expected = root if old else EMPTY_ROOT
        if path or old_root != expected or (size == 0 and root != EMPTY_ROOT):
            raise ProofInvalid("the trees are not the same")
        return
    _require_growth(old, old_root, list(path), size=size, root=root)


def _require_growth(
    old: int, old_root: bytes, path: list[bytes], *, size: int, root: bytes
) -> None:
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise ProofInvalid("the proof is too short")
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofInvalid("the proof is too long")
        if place & 1 or place == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        place, last = place >> 1, last >> 1
    if not (last == 0 and before == old_root and after == root):
        raise ProofInvalid("the newer tree does not begin with the older one")
