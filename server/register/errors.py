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


class PackageNotFound(RegisterError):
    """No evidence package with this id is the caller's."""


class PackageUnderWay(RegisterError):
    """The caller waits for a package of this certificate already."""


class PackageNotReady(RegisterError):
    """The package is not in the state that this needs."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"the package is {state}")


class PackageEnded(RegisterError):
    """The package was kept for its days and is gone; it can be asked for again."""


class TooManyPackages(RegisterError):
    """The account asked for as many packages as one may within a day."""

    def __init__(self, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__("too many packages")
