"""All the stores behind key URIs, and the place where new keys are made.

Files warn: a real office keeps its keys in hardware. So does memory, for every
key but those of one act, which end with it by design.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from esign.custody.places import FILES
from esign.custody.stores.files import FileStore
from esign.custody.stores.memory import MemoryStore
from esign.custody.uris import KeyUse
from esign.errors import KeyMisused, KeyUnknown, NotForProduction

if TYPE_CHECKING:
    from pathlib import Path

    from esign.authorities.issuing import AuthorityKey
    from esign.custody.places import KeyPlace
    from esign.custody.stores.ports import KeyStore
    from esign.custody.uris import KeyUri


class Keyring:
    def __init__(self, keys: Path, place: KeyPlace = FILES) -> None:
        self.place = place
        """Where new keys of the authorities are made."""

        self._memory = MemoryStore()
        self._stores: dict[str, KeyStore] = {"memory": self._memory, "file": FileStore(keys)}
        if place.token is not None:
            # Only here: whoever keeps keys in files needs no PKCS#11 at all.
            from esign.custody.stores.token import TokenStore  # noqa: PLC0415  # loads a C library

            self._stores["pkcs11"] = TokenStore(place.token, refused=keys / "pin-refused")

    def make(self, uri: KeyUri) -> AuthorityKey:
        """Make a key, of the kind that its name says, under a name that is not taken."""
        if uri.scheme == "file" or (uri.scheme == "memory" and uri.use is not KeyUse.SIGN_ONCE):
            warnings.warn(f"{uri.scheme}: keys are for development", NotForProduction, stacklevel=2)
        return self._store(uri).make(uri)

    def load(self, uri: KeyUri) -> AuthorityKey:
        return self._store(uri).load(uri)

    def made(self, uri: KeyUri) -> AuthorityKey:
        """Return the key, made if it is not there: what a crash left is taken up."""
        return self.load(uri) if self.has(uri) else self.make(uri)

    def take(self, uri: KeyUri) -> AuthorityKey:
        """Hand out a key of the memory for the last time and forget it."""
        if uri.scheme != "memory":
            raise KeyMisused("only a key of the memory is used up")
        return self._memory.take(uri)

    def has(self, uri: KeyUri) -> bool:
        return self._store(uri).has(uri)

    def _store(self, uri: KeyUri) -> KeyStore:
        try:
            return self._stores[uri.scheme]
        except KeyError:
            raise KeyUnknown("no store of this kind is set up") from None
