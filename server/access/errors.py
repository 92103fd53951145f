"""Reasons access is refused. None tells whether an account exists."""


class AccessError(Exception):
    """Base of every refusal of this package."""


class RefusedOnRecord(AccessError):
    """A refusal whose traces stay: the try is used up, the session is ended.

    The edge commits what was written before it tells the caller.
    """


class AccountNotFound(AccessError):
    """No account with this id is visible to the caller."""


class SessionNotFound(AccessError):
    """The caller has no such session."""


class LoginRefused(RefusedOnRecord):
    """Something about the credentials is wrong; which is not said."""


class LoginBlocked(AccessError):
    """Too many wrong logins; the next try is heard after a while."""

    def __init__(self, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__("too many wrong logins")


class TooManyCodes(AccessError):
    """A code was sent a moment ago, or too many were asked for."""

    def __init__(self, retry_after_s: int = 60) -> None:
        self.retry_after_s = retry_after_s
        super().__init__("too many codes")


class TokenRefused(AccessError):
    """The token is missing, malformed, expired, for somebody else, or ended."""


class TokenReplayed(RefusedOnRecord):
    """A spent refresh token came back: the session was ended for safety."""


class NotPermitted(AccessError):
    """The caller is known and may not do this."""


class SecondFactorRefused(RefusedOnRecord):
    """Whoever is signed in could not prove it once more; which part was wrong is not said."""


class DeviceNotFound(AccessError):
    """The caller has no such device."""


class DeviceRevoked(AccessError):
    """The device was the caller's, and answers no longer."""


class DeviceKnown(AccessError):
    """The key was added before; a new device makes a new key."""
