"""Keys that end with the process: those of one signing act."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec

from esign.errors import KeyExists, KeyUnknown

if TYPE_CHECKING:
    from esign.custody.algorithms import KeyAlgorithm
    from esign.custody.uris import KeyUri


class MemoryStore:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[KeyUri, ec.EllipticCurvePrivateKey] = {}

    def make(self, uri: KeyUri, algorithm: KeyAlgorithm) -> ec.EllipticCurvePrivateKey:
        key = generated(algorithm)
        with self._lock:
            if uri in self._keys:
                raise KeyExists("a key of this name exists")
            self._keys[uri] = key
        return key

    def load(self, uri: KeyUri) -> ec.EllipticCurvePrivateKey:
        with self._lock:
            try:
                return self._keys[uri]
            except KeyError:
                raise KeyUnknown("no such key, or it was used and destroyed") from None

    def take(self, uri: KeyUri) -> ec.EllipticCurvePrivateKey:
        """Hand out a key for the last time and forget it."""
        with self._lock:
            try:
                return self._keys.pop(uri)
            except KeyError:
                raise KeyUnknown("no such key, or it was used and destroyed") from None

    def has(self, uri: KeyUri) -> bool:
        with self._lock:
            return uri in self._keys


def generated(_: KeyAlgorithm) -> ec.EllipticCurvePrivateKey:
    """Make a key of this kind in this process."""
    # One kind so far; the next one chooses here.
    return ec.generate_private_key(ec.SECP256R1())
