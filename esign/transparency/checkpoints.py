"""Checkpoints (c2sp.org/tlog-checkpoint): which tree the log promises, signed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from esign.transparency.errors import NoteMalformed
from esign.transparency.merkle import EMPTY_ROOT, HASH_BYTES
from esign.transparency.notes import Note, decode64, encode64

if TYPE_CHECKING:
    from esign.transparency.notes import VerifierKey

NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Head:
    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{encode64(self.root)}\n"


def empty_head(origin: str) -> Head:
    """Return what every log has promised before it signed anything."""
    return Head(origin, 0, EMPTY_ROOT)


def head_of(text: str) -> Head:
    """Read the text of a checkpoint, or raise `NoteMalformed`; extension lines may follow."""
    lines = text.split("\n")[:-1]
    if not (len(lines) >= _LINES and all(lines) and NUMBER.fullmatch(lines[1])):
        raise NoteMalformed("not an origin, a size and a root")
    root = decode64(lines[2])
    if len(root) != HASH_BYTES:
        raise NoteMalformed("a root has 32 bytes")
    return Head(lines[0], int(lines[1]), root)


def open_checkpoint(content: bytes, key: VerifierKey) -> Head:
    """Return what ``key`` signed as a checkpoint of its log, whose origin is its name.

    Raises `NoteMalformed` and `NoteUntrusted`.
    """
    note = Note.read(content)
    note.require([key])
    head = head_of(note.text)
    if head.origin != key.name:
        raise NoteMalformed("the checkpoint is one of another log")
    return head
