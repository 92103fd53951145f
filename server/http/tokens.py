"""Access tokens: signed and checked by flask-jwt-extended, hardened on both sides.

ES256 by allow-listed kid, exact type, issuer and audience, from the
Authorization header only. Whether the session still stands is asked of its
book, in the request's own transaction (`server.access.sessions`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Response, current_app, request
from flask_jwt_extended import JWTManager, create_access_token, verify_jwt_in_request
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt import PyJWTError

from server.access.errors import TokenRefused
from server.http.token_shape import ALGORITHM, NO_OFFICE, TYPE, principal_of, require_shape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import timedelta

    from cryptography.hazmat.primitives.asymmetric import ec

    from server.access.principals import Principal
    from server.http.token_keys import TokenKeys

LEEWAY_S: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessTokens:
    keys: TokenKeys
    issuer: str
    audience: str

    def install(self, app: Flask, refused: Callable[[], Response]) -> None:
        """Make ``app`` believe these tokens only; ``refused`` answers 401."""
        app.config.update(
            JWT_ALGORITHM=ALGORITHM,
            JWT_DECODE_ALGORITHMS=[ALGORITHM],
            JWT_ENCODE_ISSUER=self.issuer,
            JWT_DECODE_ISSUER=self.issuer,
            JWT_ENCODE_AUDIENCE=self.audience,
            JWT_DECODE_AUDIENCE=self.audience,
            JWT_DECODE_LEEWAY=LEEWAY_S,
            JWT_ENCODE_NBF=False,
            JWT_TOKEN_LOCATION=["headers"],
            JWT_COOKIE_CSRF_PROTECT=False,
        )
        manager = JWTManager(app)
        manager.encode_key_loader(lambda _: self.keys.signing())
        manager.decode_key_loader(self._key_of)
        _answer_alike(manager, refused)

    def sign(self, principal: Principal, life: timedelta) -> str:
        """Return a token for ``principal``; must be called inside a request."""
        token: str = create_access_token(
            identity=principal.account,
            expires_delta=life,
            additional_claims={
                "sid": principal.session,
                "tenant": principal.office or NO_OFFICE,
                "kind": str(principal.kind),
                "roles": sorted(principal.roles),
            },
            additional_headers={"typ": TYPE, "kid": self.keys.active},
        )
        return token

    def authenticate(self) -> Principal:
        """Return who this request's token speaks for, or raise `TokenRefused`."""
        require_shape(request.headers.get("Authorization", ""))
        try:
            verified = verify_jwt_in_request()
        except (JWTExtendedException, PyJWTError):
            # Which check failed is for nobody to know.
            raise TokenRefused from None
        if verified is None:
            raise TokenRefused
        _, claims = verified
        return principal_of(claims)

    def _key_of(self, header: Mapping[str, Any], _: object) -> ec.EllipticCurvePublicKey:
        key = self.keys.believed(header.get("kid"))
        if key is None:
            raise TokenRefused
        return key


def _answer_alike(manager: JWTManager, refused: Callable[[], Response]) -> None:
    """Give every way of being refused the same problem, should one get past us."""

    def answer(*_: object) -> Response:
        return current_app.make_response(refused())

    for loader in (
        manager.expired_token_loader,
        manager.invalid_token_loader,
        manager.needs_fresh_token_loader,
        manager.revoked_token_loader,
        manager.token_verification_failed_loader,
        manager.unauthorized_loader,
        manager.user_lookup_error_loader,
    ):
        loader(answer)
    # The eighth: its default accepts every token whatever it claims.
    manager.token_verification_loader(_claims_what_it_must)


def _claims_what_it_must(_: object, claims: Mapping[str, Any]) -> bool:
    try:
        principal_of(claims)
    except (TokenRefused, KeyError):
        return False
    return True
