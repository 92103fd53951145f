"""Reasons the register can say no."""


class RegisterError(Exception):
    """Base of everything the register refuses on purpose."""


class CertificateNotFound(RegisterError):
    """No certificate with this id is visible to the caller."""


class LogEntryMalformed(RegisterError):
    """The bytes are no entry of the transparency log as this platform writes them."""


class NotInLog(RegisterError):
    """Nothing about the certificate is under a published checkpoint yet."""


class LogDamaged(RegisterError):
    """The database's log is not the one that was signed; nothing is published of it.

    It is shorter than before or another one: somebody rewrote it or put an old
    copy of the database back (docs/operations.md tells what to do).
    """


class GenerationNotFound(RegisterError):
    """No generation of a signed file with this id is visible to the caller."""
