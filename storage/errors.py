"""Failures of the evidence store that callers are expected to handle."""


class StorageError(Exception):
    """Base of every failure this package reports."""


class ObjectMissing(StorageError):
    """No object is stored under this digest."""


class ObjectCorrupt(StorageError):
    """The stored bytes no longer hash to the digest they were stored under."""


class NotForProduction(UserWarning):
    """A stand-in is serving where a real backend should."""
