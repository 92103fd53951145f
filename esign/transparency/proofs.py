"""Portable proofs (c2sp.org/tlog-proof): this entry is in that log, checked by hand or offline.

The extra data, which the format leaves to its users, is here the entry itself,
so that the proof and the log's key are all that a verifier needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from esign.transparency.checkpoints import NUMBER, open_checkpoint
from esign.transparency.errors import NoteMalformed, ProofInvalid
from esign.transparency.merkle import HASH_BYTES, leaf_hash, require_inclusion
from esign.transparency.notes import decode64, encode64

if TYPE_CHECKING:
    from esign.transparency.checkpoints import Head
    from esign.transparency.notes import VerifierKey

FIRST_LINE: Final = "c2sp.org/tlog-proof@v1"
LONGEST_PATH: Final = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class LogProof:
    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None
    """Not authenticated by itself: `require` compares it with the tree."""

    def __bytes__(self) -> bytes:
        extra = [] if self.extra is None else [f"extra {encode64(self.extra)}"]
        lines = [FIRST_LINE, *extra, f"index {self.index}", *map(encode64, self.path), "", ""]
        return "\n".join(lines).encode() + self.checkpoint

    @classmethod
    def read(cls, content: bytes) -> LogProof:
        """Take a proof apart, believing nothing; raises `NoteMalformed`."""
        above, gap, checkpoint = content.partition(b"\n\n")
        try:
            lines = above.decode("ascii").split("\n")
        except UnicodeDecodeError:
            raise NoteMalformed("not a proof") from None
        if not (gap and lines.pop(0) == FIRST_LINE and lines):
            raise NoteMalformed("not a proof")
        extra = None
        if lines[0].startswith("extra "):
            extra = decode64(lines.pop(0).removeprefix("extra "))
        return cls(
            index=_index(lines.pop(0) if lines else ""),
            path=_hashes(lines),
            checkpoint=checkpoint,
            extra=extra,
        )

    def require(self, entry: bytes, key: VerifierKey) -> Head:
        """Return the head that includes ``entry``, signed by ``key``.

        Raises `ProofInvalid`, `NoteMalformed` and `NoteUntrusted`.
        """
        head = open_checkpoint(self.checkpoint, key)
        require_inclusion(leaf_hash(entry), self.index, self.path, size=head.size, root=head.root)
        return head

    def opened(self, key: VerifierKey) -> tuple[bytes, Head]:
        """Return the entry that came along and the head that includes it; raises as `require`."""
        if self.extra is None:
            raise ProofInvalid("the proof does not bring its entry along")
        return self.extra, self.require(self.extra, key)


def _index(line: str) -> int:
    number = line.removeprefix("index ")
    if not (line.startswith("index ") and NUMBER.fullmatch(number)):
        raise NoteMalformed("a proof names the index of its entry")
    return int(number)


def _hashes(lines: list[str]) -> tuple[bytes, ...]:
    path = tuple(decode64(line) for line in lines)
    if not (len(path) <= LONGEST_PATH and all(len(each) == HASH_BYTES for each in path)):
        raise NoteMalformed("a proof is made of hashes")
    return path
