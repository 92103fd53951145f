"""Keys in PEM files of mode 0600: for development, and it says so."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from esign.authorities.directory import write_whole
from esign.custody.stores.memory import generated
from esign.errors import KeyExists, KeyUnknown, KeyUnsuitable

if TYPE_CHECKING:
    from pathlib import Path

    from esign.custody.algorithms import KeyAlgorithm
    from esign.custody.uris import KeyUri


class FileStore:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._loaded: dict[KeyUri, ec.EllipticCurvePrivateKey] = {}

    def make(self, uri: KeyUri, algorithm: KeyAlgorithm) -> ec.EllipticCurvePrivateKey:
        if self.has(uri):
            raise KeyExists("a key of this name exists")
        key = generated(algorithm)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_whole(self._path(uri), pem, mode=0o600)
        with self._lock:
            self._loaded[uri] = key
        return key

    def load(self, uri: KeyUri) -> ec.EllipticCurvePrivateKey:
        with self._lock:
            if uri not in self._loaded:
                self._loaded[uri] = self._read(uri)
            return self._loaded[uri]

    def has(self, uri: KeyUri) -> bool:
        return self._path(uri).exists()

    def _path(self, uri: KeyUri) -> Path:
        return self._folder / f"{uri.name}.pem"

    def _read(self, uri: KeyUri) -> ec.EllipticCurvePrivateKey:
        try:
            key = load_pem_private_key(self._path(uri).read_bytes(), password=None)
        except FileNotFoundError:
            raise KeyUnknown("no such key, or it was used and destroyed") from None
        except (ValueError, TypeError):
            # The parser's words may quote what it read.
            raise KeyUnsuitable("the file of the key cannot be read") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise KeyUnsuitable("the key is not on an elliptic curve")
        return key
