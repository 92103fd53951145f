"""Who saw a checkpoint, and when (c2sp.org/tlog-cosignature, version 1, Ed25519).

A checkpoint has no date. A cosignature has one, of the cosigner's own clock: that as of
then this was the largest tree it had seen. So whatever is in the tree was there. The log
cosigns its own checkpoints, with its own key: the kind of a signature is part of what is
signed, and of the id in front of it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from esign.transparency.errors import NoteUntrusted
from esign.transparency.notes import ID_BYTES, encode64

if TYPE_CHECKING:
    from collections.abc import Callable

    from esign.transparency.notes import Note, VerifierKey

HEADER: Final = "cosignature/v1"
"""Also what no log may be called: its checkpoints begin with its name."""

_KIND: Final = b"\x04"
_STAMPED: Final = struct.Struct(">Q64s")


@dataclass(frozen=True, slots=True)
class Cosigner:
    """A name and an Ed25519 public key of 32 bytes."""

    name: str
    public: bytes

    @classmethod
    def of(cls, log: VerifierKey) -> Cosigner:
        """Return the log itself as one who says when it signed."""
        return cls(log.name, log.public)

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + _KIND + self.public).digest()[:ID_BYTES]

    def seen_at(self, note: Note) -> datetime | None:
        """Return when the cosigner saw what ``note`` says, ``None`` where it does not tell.

        Raises `NoteUntrusted` for a signature under its name that is not its own.
        """
        found = [
            self._proven(note.text, each.content)
            for each in note.signatures
            if (each.name, each.id) == (self.name, self.id)
        ]
        return min(found, default=None)

    def _proven(self, text: str, content: bytes) -> datetime:
        try:
            seconds, signature = _STAMPED.unpack(content)
            at = datetime.fromtimestamp(seconds, UTC)
            Ed25519PublicKey.from_public_bytes(self.public).verify(
                signature, _message(text, seconds)
            )
        except (struct.error, ValueError, OverflowError, OSError, InvalidSignature):
            raise NoteUntrusted("the cosignature is not that of the key it names") from None
        return at


def cosignature(
    text: str, cosigner: Cosigner, sign: Callable[[bytes], bytes], *, at: datetime
) -> bytes:
    """Return the line to be put below a note of ``text``, dated ``at`` in whole seconds."""
    seconds = int(at.timestamp())
    stamped = _STAMPED.pack(seconds, sign(_message(text, seconds)))
    return f"\u2014 {cosigner.name} {encode64(cosigner.id + stamped)}\n".encode()


def _message(text: str, seconds: int) -> bytes:
    return f"{HEADER}\ntime {seconds}\n{text}".encode()
