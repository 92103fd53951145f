"""What a place that keeps keys can do; a cloud's service or an SDF device is one more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from esign.authorities.issuing import AuthorityKey
    from esign.custody.uris import KeyUri


class KeyStore(Protocol):
    def make(self, uri: KeyUri) -> AuthorityKey:
        """Make a key, or raise `KeyExists` for a name that is taken.

        What is returned signs; it need not hold the key itself.
        """
        ...

    def load(self, uri: KeyUri) -> AuthorityKey:
        """Return a key, or raise `KeyUnknown`, `KeyUnsuitable` or `KeyStoreUnavailable`."""
        ...

    def has(self, uri: KeyUri) -> bool: ...
