"""Reasons the register can say no."""


class RegisterError(Exception):
    """Base of everything the register refuses on purpose."""


class CertificateNotFound(RegisterError):
    """No certificate with this id is visible to the caller."""
