"""What an access token has to look like before and after its signature is checked.

flask-jwt-extended fills in what a token lacks (a token without ``type`` is an
access token to it) and follows whatever header it knows; so nothing but our own
exact shape gets as far as that.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any, Final

from server.access.errors import TokenRefused
from server.access.principals import AccountKind, Principal, SessionId
from server.cases.ids import AccountId, OfficeId
from server.cases.roles import STAFF_ROLES, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

TYPE: Final = "at+jwt"
ALGORITHM: Final = "ES256"
MAX_LENGTH: Final = 2048
NO_OFFICE: Final = "-"
_TOKEN: Final = re.compile(r"Bearer ([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)", re.ASCII)
_CLAIMS: Final = frozenset(
    {"iss", "aud", "sub", "iat", "exp", "jti", "sid", "tenant", "kind", "roles", "type", "fresh"}
)
_LONGEST_LIFE_S: Final = 600


def require_shape(authorization: str) -> None:
    """Raise `TokenRefused` unless the header holds one token of exactly our shape."""
    match = _TOKEN.fullmatch(authorization) if len(authorization) <= MAX_LENGTH else None
    if match is None:
        raise TokenRefused
    header, claims = _segment(match[1]), _segment(match[2])
    is_ours = (
        header.keys() == {"alg", "typ", "kid"}
        and header["alg"] == ALGORITHM
        and header["typ"] == TYPE
        and claims.keys() == _CLAIMS
    )
    if not is_ours:
        raise TokenRefused


def principal_of(claims: Mapping[str, Any]) -> Principal:
    """Return who a verified token speaks for, or raise `TokenRefused`."""
    texts = ("iss", "aud", "sub", "jti", "sid", "tenant", "kind")
    times = (claims["iat"], claims["exp"])
    # bool is an int to Python, and a list of audiences is not one audience.
    is_typed = (
        all(isinstance(claims[name], str) and claims[name] for name in texts)
        and all(type(time) is int for time in times)
        and isinstance(claims["roles"], list)
        and claims["type"] == "access"
        and claims["kind"] in set(AccountKind)
    )
    if not (is_typed and 0 < claims["exp"] - claims["iat"] <= _LONGEST_LIFE_S):
        raise TokenRefused
    kind = AccountKind(claims["kind"])
    office = None if claims["tenant"] == NO_OFFICE else OfficeId(claims["tenant"])
    return Principal(
        account=AccountId(claims["sub"]),
        kind=kind,
        office=office,
        roles=_roles(claims["roles"], kind, office),
        session=SessionId(claims["sid"]),
    )


def _roles(given: list[object], kind: AccountKind, office: OfficeId | None) -> frozenset[Role]:
    allowed = {Role.APPLICANT} if kind is AccountKind.APPLICANT else STAFF_ROLES
    is_placed = (office is None) is (kind is AccountKind.APPLICANT)
    if not (given and is_placed and all(role in allowed for role in given)):
        raise TokenRefused
    return frozenset(Role(str(role)) for role in given)


def _segment(encoded: str) -> dict[str, Any]:
    try:
        raw = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError):
        raise TokenRefused from None
    if not isinstance(value, dict):
        raise TokenRefused
    return value


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise TokenRefused
    return value
