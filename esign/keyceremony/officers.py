"""Key officers (密钥管理员): two of them act together, each with a credential of their own.

A credential is an Ed25519 key in a file that its passphrase protects; the
authorities' directory knows the public half. Ids are chosen so that they name a
post and no person.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from esign.authorities.directory import write_whole
from esign.keyceremony.refusals import CeremonyRefused, Refusal

if TYPE_CHECKING:
    from pathlib import Path

    from esign.keyceremony.protocols import Protocol

ENOUGH: Final = 2
SHORTEST_PASSPHRASE: Final = 12
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True)
class Officer:
    id: str
    public_key: str
    """64 hexadecimal digits (RFC 8032 section 5.1.5)."""

    def check(self, signature: str, message: bytes) -> None:
        """Raise `CeremonyRefused` unless this officer signed ``message``."""
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.public_key))
            key.verify(bytes.fromhex(signature), message)
        except (InvalidSignature, ValueError):
            raise CeremonyRefused(Refusal.APPROVAL_FORGED) from None


class Officers:
    """Who is registered, a file for each; who was removed is remembered."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> list[Officer]:
        files = sorted(self._folder.glob("*.pub")) if self._folder.is_dir() else []
        return [Officer(path.stem, path.read_text().strip()) for path in files]

    def get(self, officer: str) -> Officer:
        for found in self.all():
            if found.id == officer:
                return found
        raise CeremonyRefused(Refusal.OFFICER_UNKNOWN)

    def check_new(self, officer: Officer) -> None:
        """Raise `CeremonyRefused` for an id or a key that is registered already."""
        if not _ID.fullmatch(officer.id) or not is_public_key(officer.public_key):
            raise CeremonyRefused(Refusal.REQUEST_UNREADABLE)
        for found in self.all():
            if officer.id == found.id or officer.public_key == found.public_key:
                raise CeremonyRefused(Refusal.OFFICER_EXISTS)

    def register(self, officer: Officer) -> None:
        self._folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        path = self._folder / f"{officer.id}.pub"
        write_whole(path, officer.public_key.encode() + b"\n", mode=0o644)

    def remove(self, officer: str) -> None:
        path = self._folder / f"{officer}.pub"
        if path.exists():
            key = path.read_text().strip()
            path.rename(path.with_suffix(f".{key}.removed"))

    def check_ever(self, protocol: Protocol) -> None:
        """Raise `CeremonyRefused` unless an officer of then signed ``protocol``."""
        by = str(protocol.facts["performed_by"])
        gone = [path.name.split(".") for path in self._folder.glob(f"{by}.*.removed")]
        then = [Officer(by, key) for _, key, _ in gone]
        for officer in [each for each in self.all() if each.id == by] + then:
            with suppress(CeremonyRefused):
                protocol.check(officer)
                return
        raise CeremonyRefused(Refusal.APPROVAL_FORGED)


@dataclass(frozen=True, slots=True)
class Credential:
    """An officer's own key, opened for one command."""

    officer: str
    _key: Ed25519PrivateKey

    @property
    def public_key(self) -> str:
        return self._key.public_key().public_bytes_raw().hex()

    def sign(self, message: bytes) -> str:
        return self._key.sign(message).hex()


def new_credential(passphrase: str) -> tuple[bytes, str]:
    """Return a credential's file (PEM) and its public half; the key is nowhere else."""
    if not len(passphrase) >= SHORTEST_PASSPHRASE:
        raise CeremonyRefused(Refusal.CREDENTIAL_WRONG)
    key = Ed25519PrivateKey.generate()
    protection = BestAvailableEncryption(passphrase.encode())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)
    return pem, key.public_key().public_bytes_raw().hex()


def open_credential(officer: Officer, pem: bytes, passphrase: str) -> Credential:
    """Return the credential of ``officer``, or raise `CeremonyRefused`."""
    try:
        key = load_pem_private_key(pem, password=passphrase.encode())
    except (ValueError, TypeError):
        raise CeremonyRefused(Refusal.CREDENTIAL_WRONG) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise CeremonyRefused(Refusal.CREDENTIAL_WRONG)
    opened = Credential(officer.id, key)
    if opened.public_key != officer.public_key:
        raise CeremonyRefused(Refusal.CREDENTIAL_WRONG)
    return opened


def is_public_key(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{64}", text) is not None
