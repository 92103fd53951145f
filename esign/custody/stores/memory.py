"""Keys that end with the process: those of one signing act."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from esign.custody.private_keys import make_key
from esign.errors import KeyExists, KeyUnknown

if TYPE_CHECKING:
    from esign.authorities.issuing import AuthorityKey
    from esign.custody.uris import KeyUri


class MemoryStore:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[KeyUri, AuthorityKey] = {}

    def make(self, uri: KeyUri) -> AuthorityKey:
        key = make_key(uri.algorithm)
        with self._lock:
            if uri in self._keys:
                raise KeyExists("a key of this name exists")
            self._keys[uri] = key
        return key

    def load(self, uri: KeyUri) -> AuthorityKey:
        with self._lock:
            try:
                return self._keys[uri]
            except KeyError:
                raise KeyUnknown("no such key, or it was used and destroyed") from None

    def take(self, uri: KeyUri) -> AuthorityKey:
        """Hand out a key for the last time and forget it."""
        with self._lock:
            try:
                return self._keys.pop(uri)
            except KeyError:
                raise KeyUnknown("no such key, or it was used and destroyed") from None

    def has(self, uri: KeyUri) -> bool:
        with self._lock:
            return uri in self._keys
