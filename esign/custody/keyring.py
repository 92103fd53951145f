"""The stores behind key URIs: files of mode 0600, and memory.

Both warn: a real office keeps its keys in hardware.
"""

from __future__ import annotations

import threading
import warnings
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from esign.authorities.directory import write_whole
from esign.errors import KeyUnknown, NotForProduction

if TYPE_CHECKING:
    from pathlib import Path

    from esign.custody.uris import KeyUri


class Keyring:
    def __init__(self, keys: Path) -> None:
        self._keys = keys
        self._lock = threading.Lock()
        self._loaded: dict[KeyUri, ec.EllipticCurvePrivateKey] = {}

    def make(self, uri: KeyUri) -> ec.EllipticCurvePrivateKey:
        """Make a P-256 key under a name that is not taken."""
        warnings.warn(f"{uri.scheme}: keys are for development", NotForProduction, stacklevel=2)
        key = ec.generate_private_key(ec.SECP256R1())
        if uri.scheme == "file":
            pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            write_whole(self._keys / f"{uri.name}.pem", pem, mode=0o600)
        with self._lock:
            self._loaded[uri] = key
        return key

    def load(self, uri: KeyUri) -> ec.EllipticCurvePrivateKey:
        with self._lock:
            if uri not in self._loaded:
                self._loaded[uri] = self._read(uri)
            return self._loaded[uri]

    def take(self, uri: KeyUri) -> ec.EllipticCurvePrivateKey:
        """Hand out a key of the memory for the last time and forget it."""
        with self._lock:
            try:
                return self._loaded.pop(uri)
            except KeyError:
                raise KeyUnknown("no such key, or it was used and destroyed") from None

    def has(self, uri: KeyUri) -> bool:
        return uri in self._loaded or (self._keys / f"{uri.name}.pem").exists()

    def _read(self, uri: KeyUri) -> ec.EllipticCurvePrivateKey:
        try:
            pem = (self._keys / f"{uri.name}.pem").read_bytes() if uri.scheme == "file" else None
        except FileNotFoundError:
            pem = None
        if pem is None:
            raise KeyUnknown("no such key, or it was used and destroyed")
        key = load_pem_private_key(pem, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise KeyUnknown("the key is not on an elliptic curve")
        return key
