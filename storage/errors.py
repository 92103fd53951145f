"""Failures of the evidence store that callers are expected to handle."""

from __future__ import annotations


class StorageError(Exception):
    """Base of every failure this package reports."""


class ObjectMissing(StorageError):
    """No object is stored under this digest."""


class ObjectCorrupt(StorageError):
    """The stored bytes no longer hash to the digest they were stored under."""


class ObjectLocked(StorageError):
    """The object is under retention or legal hold and must stay."""


class RetentionRefused(StorageError):
    """The store does not accept this end of retention."""


class ContentMismatch(StorageError):
    """The bytes that arrived are not the ones that were announced."""


class UploadMissing(StorageError):
    """The upload was never begun, has expired or was ended."""


class UploadIncomplete(StorageError):
    """Parts are missing or are not the size that was announced."""

    def __init__(self, numbers: tuple[int, ...]) -> None:
        self.numbers = numbers
        super().__init__(f"{len(numbers)} parts missing or of the wrong size")


class UploadTooLarge(StorageError):
    """The announced size cannot be uploaded in parts of the announced size."""


class StoreUnavailable(StorageError):
    """The store did not answer, or answered that it cannot."""


class StoreRefused(StorageError):
    """The store understood the request and said no."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"the store refused: {code}")


class StoreUnfit(StorageError):
    """The store lacks what evidence needs; the platform does not start on it."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        self.missing = missing
        super().__init__("the object store lacks: " + ", ".join(missing))


class EnvelopeBroken(StorageError):
    """A ciphertext was altered, cut, reordered, or belongs to another place."""


class KeyUnavailable(StorageError):
    """The key-encryption key that is needed cannot be had."""


class NotForProduction(UserWarning):
    """A stand-in is serving where a real backend should."""


class KeyExposed(UserWarning):
    """Others than its owner may read the file of a key-encryption key."""
