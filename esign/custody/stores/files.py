"""Keys in PEM files of mode 0600: for development, and it says so."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from esign.authorities.directory import write_whole
from esign.custody.private_keys import from_pem, make_key, to_pem
from esign.errors import KeyExists, KeyUnknown, KeyUnsuitable

if TYPE_CHECKING:
    from pathlib import Path

    from esign.authorities.issuing import AuthorityKey
    from esign.custody.uris import KeyUri


class FileStore:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._loaded: dict[KeyUri, AuthorityKey] = {}

    def make(self, uri: KeyUri) -> AuthorityKey:
        if self.has(uri):
            raise KeyExists("a key of this name exists")
        key = make_key(uri.algorithm)
        write_whole(self._path(uri), to_pem(key), mode=0o600)
        with self._lock:
            self._loaded[uri] = key
        return key

    def load(self, uri: KeyUri) -> AuthorityKey:
        with self._lock:
            if uri not in self._loaded:
                self._loaded[uri] = self._read(uri)
            return self._loaded[uri]

    def has(self, uri: KeyUri) -> bool:
        return self._path(uri).exists()

    def _path(self, uri: KeyUri) -> Path:
        return self._folder / f"{uri.name}.pem"

    def _read(self, uri: KeyUri) -> AuthorityKey:
        try:
            return from_pem(self._path(uri).read_bytes(), uri.algorithm)
        except FileNotFoundError:
            raise KeyUnknown("no such key, or it was used and destroyed") from None
        except (ValueError, TypeError):
            # The parser's words may quote what it read.
            raise KeyUnsuitable("the file of the key cannot be read") from None
