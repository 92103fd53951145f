"""The keys that wrap data keys: the first wraps, all of them unwrap.

A cloud KMS joins as one module with a `KeyEncryptionKey` and one entry in the
table of schemes that the wiring hands in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from storage.errors import KeyUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class KeyEncryptionKey(Protocol):
    @property
    def name(self) -> str:
        """Which key this is; written beside what it wraps, so not a secret."""
        ...

    def wrap(self, data_key: bytes, *, aad: bytes) -> bytes: ...

    def unwrap(self, wrapped: bytes, *, aad: bytes) -> bytes:
        """Return the data key or raise `EnvelopeBroken`."""
        ...


class KeyRing:
    def __init__(self, keys: Sequence[KeyEncryptionKey]) -> None:
        if not keys:
            raise KeyUnavailable("no key-encryption key is configured")
        self.wrapping = keys[0]
        self._by_name = {key.name: key for key in keys}

    def named(self, name: str) -> KeyEncryptionKey:
        try:
            return self._by_name[name]
        except KeyError:
            raise KeyUnavailable(f"key-encryption key {name} is not on the ring") from None


def open_ring(
    uris: Sequence[str], *, schemes: Mapping[str, Callable[[str], KeyEncryptionKey]]
) -> KeyRing:
    """Open the keys at ``uris``; the first is the one that wraps from now on."""
    return KeyRing([_open(uri, schemes) for uri in uris])


def _open(uri: str, schemes: Mapping[str, Callable[[str], KeyEncryptionKey]]) -> KeyEncryptionKey:
    scheme, _, place = uri.partition(":")
    # The URI itself is not repeated: somebody may have put a key there.
    if scheme not in schemes:
        raise KeyUnavailable("no such kind of key; known: " + ", ".join(sorted(schemes)))
    return schemes[scheme](place)
