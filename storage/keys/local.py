"""Key-encryption keys that this machine holds: in a file, the environment, memory."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.errors import EnvelopeBroken, KeyExposed, KeyUnavailable, NotForProduction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from storage.keys.ring import KeyEncryptionKey

_NONCE: Final = 12
_HEX: Final = re.compile(r"[0-9a-f]{64}")


class LocalKey:
    """Wraps with AES-256-GCM under 32 bytes that this process knows."""

    def __init__(self, secret: bytes) -> None:
        # Named after its bytes, so that moving the file changes nothing.
        self.name = "local:" + hashlib.sha256(b"feigui key name\0" + secret).hexdigest()[:32]
        self._cipher = AESGCM(secret)

    def wrap(self, data_key: bytes, *, aad: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, data_key, aad)

    def unwrap(self, wrapped: bytes, *, aad: bytes) -> bytes:
        try:
            return self._cipher.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], aad)
        except (InvalidTag, ValueError):
            raise EnvelopeBroken("the data key does not unwrap") from None


def from_file(place: str) -> LocalKey:
    """Read 64 hex digits from the file at ``place``."""
    path = Path(place)
    try:
        text = path.read_text("ascii")
        mode = path.stat().st_mode
    except (OSError, UnicodeDecodeError):
        raise KeyUnavailable("the file of the key cannot be read") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        warnings.warn(f"others may read {path}; chmod 600", KeyExposed, stacklevel=2)
    return _from_hex(text)


def from_environment(place: str) -> LocalKey:
    """Read 64 hex digits from the variable called ``place``."""
    return _from_hex(os.environ.get(place, ""))


def in_memory(_: str) -> LocalKey:
    warnings.warn(
        "a key in memory: what it wraps is lost on restart", NotForProduction, stacklevel=2
    )
    return LocalKey(secrets.token_bytes(32))


def _from_hex(text: str) -> LocalKey:
    if not _HEX.fullmatch(text.strip()):
        raise KeyUnavailable("a key-encryption key is 64 lower-case hex digits")
    return LocalKey(bytes.fromhex(text.strip()))


LOCAL_SCHEMES: Final[Mapping[str, Callable[[str], KeyEncryptionKey]]] = {
    "file": from_file,
    "env": from_environment,
    "memory": in_memory,
}
