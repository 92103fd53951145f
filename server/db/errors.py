"""What can be wrong with what is stored, or with how it is asked for."""

from __future__ import annotations


class StoredError(Exception):
    """Base of what the books refuse on purpose. Names no stored value."""


class AuditBroken(StoredError):
    """The audit trail of a case is not what was once written."""


class FieldSealBroken(StoredError):
    """An encrypted field was altered, moved to another row, or its key is unknown."""


class ScopeMissing(StoredError):
    """The book needs an office to work in and the transaction has none."""


class ScopeWidened(StoredError):
    """A transaction asked to see more than it was opened for."""
