"""The right edge of a tree: all that is needed to add leaves and to tell the root.

Whoever keeps one can follow a log entry by entry and needs nothing older: if
the edge of yesterday and the entries of today give the root of today, today's
tree begins with yesterday's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from esign.transparency.errors import ProofInvalid
from esign.transparency.merkle import HASH_BYTES, complete_parts, folded, node_hash

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Frontier:
    size: int = 0
    hashes: tuple[bytes, ...] = ()
    """Of the complete subtrees that make up the tree, the largest first."""

    def __post_init__(self) -> None:
        fits = len(list(complete_parts(0, self.size))) == len(self.hashes)
        if not (fits and all(len(each) == HASH_BYTES for each in self.hashes)):
            raise ProofInvalid("these hashes are not the edge of a tree of that size")

    @property
    def root(self) -> bytes:
        return folded(self.hashes)

    def grown(self, leaves: Iterable[bytes]) -> Frontier:
        """Return the edge with more leaf hashes; the cost of one does not grow with the tree."""
        size, hashes = self.size, list(self.hashes)
        for leaf in leaves:
            hashes.append(leaf)
            full = size
            while full & 1:
                right, left = hashes.pop(), hashes.pop()
                hashes.append(node_hash(left, right))
                full >>= 1
            size += 1
        return Frontier(size, tuple(hashes))
