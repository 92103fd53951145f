"""The key of the transparency log, which signs nothing but trees that begin with the last one.

So the signer is a witness of the operator's own database. It says when, by its own clock
(c2sp.org/tlog-cosignature): what is in the tree was there then, whoever else loses a key,
the time-stamper's too. What it signed last
is on its disk before the signature leaves it: after a crash it may have signed
what nobody saw, and never forgets what somebody did.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from esign.authorities.directory import write_whole
from esign.errors import AuthorityMissing, CheckpointRefused, KeyMisused, KeyUnknown
from esign.transparency.checkpoints import Head, empty_head, open_checkpoint
from esign.transparency.cosignatures import HEADER, Cosigner, cosignature
from esign.transparency.errors import ProofInvalid, TransparencyError
from esign.transparency.merkle import HASH_BYTES, require_consistency
from esign.transparency.notes import Note, VerifierKey, signed_note

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from esign.authorities.directory import AuthorityDirectory
    from esign.clock import Clock
    from esign.clock_proof import ClockProof
    from esign.custody.audit import AuditTrail

KEY_FILE: Final = "log.pem"
NAME_FILE: Final = "log.vkey"
LAST_FILE: Final = "log.checkpoint"


def create_log(files: AuthorityDirectory, *, origin: str) -> VerifierKey:
    """Make the log's key once, under ``origin``; found again it keeps its first name.

    Raises `KeyUnknown` when the log has a name and no key: another key would be another log.
    """
    if origin == HEADER:
        raise KeyMisused("a log of this name could be made to sign dates")
    if not (files.public / NAME_FILE).exists():
        if not (files.keys / KEY_FILE).exists():
            _keep_key(files.keys / KEY_FILE, Ed25519PrivateKey.generate())
        public = _key(files).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        name = str(VerifierKey(origin, public))
        write_whole(files.public / NAME_FILE, name.encode() + b"\n", mode=0o644)
    _key(files)
    return log_key(files)


def log_key(files: AuthorityDirectory) -> VerifierKey:
    """Return the name and the public key of the log, or raise `AuthorityMissing`."""
    try:
        return VerifierKey.read((files.path / "public" / NAME_FILE).read_text())
    except FileNotFoundError:
        raise AuthorityMissing("no key of a log has been made") from None


def _keep_key(path: Path, key: Ed25519PrivateKey) -> None:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_whole(path, pem, mode=0o600)


def _key(files: AuthorityDirectory) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key((files.keys / KEY_FILE).read_bytes(), password=None)
    except FileNotFoundError:
        raise KeyUnknown("the key of the log is gone") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnknown("the key of the log is of another kind")
    return key


class LogSigner:
    def __init__(
        self, files: AuthorityDirectory, audit: AuditTrail, *, now: Clock, proof: ClockProof
    ) -> None:
        self._files = files
        self._audit = audit
        self._now = now
        self._proof = proof
        self._lock = threading.Lock()

    def last_checkpoint(self) -> bytes:
        """Return what was signed last; empty when nothing ever was."""
        try:
            return (self._files.records / LAST_FILE).read_bytes()
        except FileNotFoundError:
            return b""

    def sign_checkpoint(
        self, *, size: int, root: bytes, old_size: int, proof: Sequence[bytes]
    ) -> bytes:
        """Sign a tree that ``proof`` shows to begin with the last one, of ``old_size``.

        Raises `CheckpointRefused` for any other, and for one that is not larger;
        `ClockUnproven` while nobody can say when it was signed.
        """
        with self._lock:
            name = log_key(self._files)
            last = self._last(name)
            _require_growth(last, Head(name.name, size, root), old_size=old_size, proof=proof)
            at = self._date(name)
            self._audit.append("sign_checkpoint", size=str(size), root=root.hex())
            text, sign = Head(name.name, size, root).text, _key(self._files).sign
            note = signed_note(text, name, sign)
            note += cosignature(text, Cosigner.of(name), sign, at=at)
            write_whole(self._files.records / LAST_FILE, note, mode=0o600)
            return note

    def _date(self, name: VerifierKey) -> datetime:
        """Return the time, never before that of the tree which this one begins with."""
        now, kept = self._now(), self.last_checkpoint()
        self._proof()
        try:
            before = Cosigner.of(name).seen_at(Note.read(kept)) if kept else None
        except TransparencyError:
            raise CheckpointRefused("nobody can read when the last tree was signed") from None
        return now if before is None else max(now, before)

    def _last(self, name: VerifierKey) -> Head:
        kept = self.last_checkpoint()
        if not kept:
            return empty_head(name.name)
        try:
            return open_checkpoint(kept, name)
        except TransparencyError:
            raise CheckpointRefused("what was signed last cannot be read any more") from None


def _require_growth(last: Head, new: Head, *, old_size: int, proof: Sequence[bytes]) -> None:
    if old_size != last.size:
        raise CheckpointRefused("the proof does not begin with the tree that was signed last")
    if not (new.size > last.size and len(new.root) == HASH_BYTES):
        raise CheckpointRefused("the tree is not larger than the one that was signed last")
    try:
        require_consistency(last.size, last.root, proof, size=new.size, root=new.root)
    except ProofInvalid:
        raise CheckpointRefused(
            "the tree does not begin with the one that was signed last"
        ) from None
