"""Encrypted fields and blind indexes: a copy of the database tells nothing of people.

AES-256-GCM with a random nonce; the table, the column and the row are
authenticated with it, so a ciphertext does not open anywhere else. A field
that is looked up has a keyed hash beside it. 个人信息保护法 Art. 51(3).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from server.db.errors import FieldSealBroken

if TYPE_CHECKING:
    from collections.abc import Mapping

_FORMAT: Final = 1
_NONCE: Final = 12
_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a ciphertext belongs."""

    table: str
    column: str
    row: str

    @property
    def aad(self) -> bytes:
        return f"{self.table}\x1f{self.column}\x1f{self.row}".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldKeys:
    """Keys by id; old ones stay so that old rows can be read."""

    current: str
    keys: Mapping[str, bytes]
    index_key: bytes

    def __post_init__(self) -> None:
        long_enough = all(len(k) == _KEY_BYTES for k in (*self.keys.values(), self.index_key))
        if not (long_enough and self.current in self.keys):
            raise ValueError("field keys are 32 bytes each, and the current one is among them")


class FieldCipher:
    """Encrypts under the current key, opens under any known one."""

    def __init__(self, keys: FieldKeys) -> None:
        self._current = keys.current
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.keys.items()}
        self._index_key = keys.index_key

    def encrypt(self, plain: bytes, place: Place) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        key_id = self._current.encode()
        sealed = self._ciphers[self._current].encrypt(nonce, plain, place.aad)
        return bytes((_FORMAT, len(key_id))) + key_id + nonce + sealed

    def decrypt(self, stored: bytes, place: Place) -> bytes:
        """Return the plaintext, or raise `FieldSealBroken`."""
        try:
            form, length = stored[0], stored[1]
            cipher = self._ciphers[stored[2 : 2 + length].decode()]
            nonce, sealed = stored[2 + length :][:_NONCE], stored[2 + length + _NONCE :]
            if form != _FORMAT:
                raise FieldSealBroken(f"{place.table}.{place.column}")
            return cipher.decrypt(nonce, sealed, place.aad)
        except (InvalidTag, LookupError, ValueError) as error:
            raise FieldSealBroken(f"{place.table}.{place.column}") from error

    def encrypt_text(self, plain: str, place: Place) -> bytes:
        return self.encrypt(plain.encode(), place)

    def decrypt_text(self, stored: bytes, place: Place) -> str:
        return self.decrypt(stored, place).decode()

    def blind_index(self, what: str, value: str) -> str:
        """Return a keyed hash by which ``value`` is found again without being stored."""
        message = f"{what}\x1f{value}".encode()
        return hmac.new(self._index_key, message, hashlib.sha256).hexdigest()
