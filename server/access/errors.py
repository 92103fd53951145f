"""Reasons access is refused. None tells whether an account exists."""


class AccessError(Exception):
    """Base of every refusal of this package."""


class AccountNotFound(AccessError):
    """No account with this id is visible to the caller."""


class LoginRefused(AccessError):
    """Something about the credentials is wrong; which is not said."""


class TooManyCodes(AccessError):
    """A code was sent a moment ago, or too many were asked for."""


class TokenRefused(AccessError):
    """The token is missing, malformed, expired, for somebody else, or ended."""


class TokenReplayed(AccessError):
    """A spent refresh token came back: the session was ended for safety."""


class NotPermitted(AccessError):
    """The caller is known and may not do this."""
