"""Signed notes (c2sp.org/signed-note): a text, and who signed it with Ed25519.

A note is nothing until a known key is found below it. Keys are written as
``name+id+key``, the form that Go's checksum database uses.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from esign.transparency.errors import NoteMalformed, NoteUntrusted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LARGEST_NOTE: Final = 64 * 1024
MOST_SIGNATURES: Final = 64
ED25519: Final = b"\x01"
ID_BYTES: Final = 4
KEY_BYTES: Final = 32
_DASH: Final = "\u2014 "
_NAME: Final = re.compile(r"[^\s+\x00-\x1f]+")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")


def decode64(text: str) -> bytes:
    """Return the bytes of standard base64 in its one spelling, or raise `NoteMalformed`."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteMalformed("not base64") from None
    if base64.b64encode(decoded).decode() != text:
        raise NoteMalformed("not base64 as it is written")
    return decoded


def encode64(content: bytes) -> str:
    return base64.b64encode(content).decode()


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """Who may have signed: a name and an Ed25519 public key of 32 bytes."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        if not (_NAME.fullmatch(self.name) and len(self.public) == KEY_BYTES):
            raise NoteMalformed("not the name and the key of a signer of notes")

    @classmethod
    def read(cls, text: str) -> VerifierKey:
        """Read a key as it is published, or raise `NoteMalformed`."""
        name, _, rest = text.strip().partition("+")
        told, _, encoded = rest.partition("+")
        content = decode64(encoded)
        if content[:1] != ED25519:
            raise NoteMalformed("the key is not for Ed25519 notes")
        key = cls(name, content[1:])
        if key.id.hex() != told:
            raise NoteMalformed("the key does not belong to its name")
        return key

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encode64(ED25519 + self.public)}"

    @property
    def id(self) -> bytes:
        content = self.name.encode() + b"\n" + ED25519 + self.public
        return hashlib.sha256(content).digest()[:ID_BYTES]


@dataclass(frozen=True, slots=True)
class Signature:
    name: str
    id: bytes
    content: bytes


@dataclass(frozen=True, slots=True)
class Note:
    text: str
    """With its last newline: exactly what is signed."""

    signatures: tuple[Signature, ...]

    @classmethod
    def read(cls, content: bytes) -> Note:
        """Take a note apart, believing nothing; raises `NoteMalformed`."""
        if not len(content) <= LARGEST_NOTE:
            raise NoteMalformed("the note is too long")
        try:
            written = content.decode()
        except UnicodeDecodeError:
            raise NoteMalformed("the note is not UTF-8") from None
        text, gap, below = written.rpartition("\n\n")
        if _CONTROL.search(written) or not (gap and text and below.endswith("\n")):
            raise NoteMalformed("not a text, a blank line and signatures")
        lines = below[:-1].split("\n")
        if not len(lines) <= MOST_SIGNATURES:
            raise NoteMalformed("the note has too many signatures")
        return cls(f"{text}\n", tuple(_signature(line) for line in lines))

    def require(self, keys: Iterable[VerifierKey]) -> None:
        """Raise `NoteUntrusted` unless a known key signed, and every known one signed this."""
        known = {(key.name, key.id): key for key in keys}
        signed = False
        for signature in self.signatures:
            key = known.get((signature.name, signature.id))
            if key is None:
                continue
            try:
                Ed25519PublicKey.from_public_bytes(key.public).verify(
                    signature.content, self.text.encode()
                )
            except (InvalidSignature, ValueError):
                raise NoteUntrusted("the signature is not that of the key it names") from None
            signed = True
        if not signed:
            raise NoteUntrusted("no known key signed the note")


def _signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    if not (line.startswith(_DASH) and _NAME.fullmatch(name)):
        raise NoteMalformed("not a signature line")
    content = decode64(encoded)
    if not len(content) > ID_BYTES:
        raise NoteMalformed("a signature is missing")
    return Signature(name, content[:ID_BYTES], content[ID_BYTES:])


def signed_note(text: str, key: VerifierKey, sign: Callable[[bytes], bytes]) -> bytes:
    """Return ``text`` (which ends in a newline) with the signature that ``sign`` makes."""
    signature = encode64(key.id + sign(text.encode()))
    return f"{text}\n{_DASH}{key.name} {signature}\n".encode()
