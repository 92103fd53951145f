"""Forty-odd ways to hold a token that is not ours to believe; each gets the same 401."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from server.cases.roles import Role
from tests.edge.standing import AUDIENCE, ISSUER, Standing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from server.db.secrets import FieldCipher
    from server.transaction import OpenTransaction

    Forge = Callable[["Holder"], str]

STRANGER = ec.generate_private_key(ec.SECP256R1())


class Holder:
    """Somebody with a good token, who knows how it is made and tries to make another."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        self.good = standing.staff("holder", Role.NOTARY)
        self.claims: dict[str, Any] = jwt.decode(self.good, options={"verify_signature": False})

    def signed(
        self,
        changes: Mapping[str, Any] | None = None,
        *,
        without: str | None = None,
        header: Mapping[str, Any] | None = None,
        key: ec.EllipticCurvePrivateKey | None = None,
    ) -> str:
        """Return a token signed with our own key, as only a mistake of ours could make it."""
        claims = {k: v for k, v in (self.claims | dict(changes or {})).items() if k != without}
        head = {"typ": "at+jwt", "kid": "k1"} | dict(header or {})
        signer = key or self.standing.keys.keys["k1"]
        return jwt.encode(claims, signer, algorithm="ES256", headers=head)

    def handmade(self, header: object, claims: object, sign: Callable[[bytes], bytes]) -> str:
        parts = [_encoded(_json(header)), _encoded(_json(claims))]
        message = ".".join(parts).encode()
        return ".".join([*parts, _encoded(sign(message))])

    def public_pem(self) -> bytes:
        return (
            self.standing.keys.keys["k1"]
            .public_key()
            .public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )

    def hs256(self, header: object) -> str:
        """The classic: the public key as the secret of an HMAC."""
        pem = self.public_pem()
        return self.handmade(
            header, self.claims, lambda m: hmac.new(pem, m, hashlib.sha256).digest()
        )

    def head(self, **other: object) -> dict[str, Any]:
        return {"alg": "ES256", "typ": "at+jwt", "kid": "k1"} | other


def _json(value: object) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unsigned(_: bytes) -> bytes:
    return b""


def ours(holder: Holder) -> Callable[[bytes], bytes]:
    """Sign with our own key whatever is in the token."""
    algorithm = jwt.get_algorithm_by_name("ES256")
    return lambda message: algorithm.sign(message, holder.standing.keys.keys["k1"])


NOW = int(time.time())
RSA = rsa.generate_private_key(65537, 2048)

FORGERIES: dict[str, Forge] = {
    # The signature
    "no signature, alg none": lambda h: h.handmade(h.head(alg="none"), h.claims, unsigned),
    "no signature, alg None": lambda h: h.handmade(h.head(alg="None"), h.claims, unsigned),
    "no signature, alg NONE": lambda h: h.handmade(h.head(alg="NONE"), h.claims, unsigned),
    "signature cut off": lambda h: h.good.rpartition(".")[0] + ".",
    "one character of the signature changed": lambda h: (
        h.good[:-5] + ("A" if h.good[-5] != "A" else "B") + h.good[-4:]
    ),
    "claims of another token": lambda h: ".".join(
        (h.good.split(".")[0], _encoded(_json(h.claims | {"sub": "x"})), h.good.split(".")[2])
    ),
    "HS256 with the public key": lambda h: h.hs256(h.head(alg="HS256")),
    "HS256 called ES256": lambda h: h.hs256(h.head()),
    "RS256 with a stranger's key": lambda h: jwt.encode(
        h.claims, RSA, algorithm="RS256", headers={"typ": "at+jwt", "kid": "k1"}
    ),
    "a stranger's P-256 key under our kid": lambda h: h.signed(key=STRANGER),
    "our other key under the first one's kid": lambda h: h.signed(key=h.standing.keys.keys["k2"]),
    "lower-case algorithm": lambda h: h.handmade(h.head(alg="es256"), h.claims, ours(h)),
    "ES384 called for": lambda h: h.handmade(h.head(alg="ES384"), h.claims, ours(h)),
    # The header
    "unknown kid": lambda h: h.signed(header={"kid": "k9"}),
    "kid just rotated out": lambda h: h.signed(header={"kid": "k0"}),
    "kid as a path": lambda h: h.signed(header={"kid": "../../k1"}),
    "kid as SQL": lambda h: h.signed(header={"kid": "k1' OR '1'='1"}),
    "kid as a number": lambda h: h.handmade(h.head(kid=1), h.claims, ours(h)),
    "kid as a list": lambda h: h.handmade(h.head(kid=["k1"]), h.claims, ours(h)),
    "no kid": lambda h: h.handmade({"alg": "ES256", "typ": "at+jwt"}, h.claims, ours(h)),
    "jku": lambda h: h.signed(header={"jku": "https://attacker.test/jwks.json"}),
    "x5u": lambda h: h.signed(header={"x5u": "https://attacker.test/cert.pem"}),
    "jwk in the header": lambda h: h.signed(
        header={"jwk": json.loads(jwt.algorithms.ECAlgorithm.to_jwk(STRANGER.public_key()))},
        key=STRANGER,
    ),
    "crit": lambda h: h.handmade(h.head(crit=["exp"]), h.claims, ours(h)),
    "b64 false": lambda h: h.handmade(h.head(b64=False, crit=["b64"]), h.claims, ours(h)),
    "compressed": lambda h: h.handmade(h.head(zip="DEF"), h.claims, ours(h)),
    "typ JWT": lambda h: h.signed(header={"typ": "JWT"}),
    "typ of a proof": lambda h: h.signed(header={"typ": "dpop+jwt"}),
    "no typ": lambda h: h.handmade({"alg": "ES256", "kid": "k1"}, h.claims, ours(h)),
    "alg twice": lambda h: h.handmade(
        b'{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"k1"}', h.claims, ours(h)
    ),
    "header is a list": lambda h: h.handmade([h.head()], h.claims, ours(h)),
    "header is not JSON": lambda h: h.handmade(b"{", h.claims, ours(h)),
    # The claims
    "one claim more": lambda h: h.signed({"admin": True}),
    "other audience": lambda h: h.signed({"aud": "somebody-else"}),
    "our audience among others": lambda h: h.signed({"aud": [AUDIENCE, "somebody-else"]}),
    "other issuer": lambda h: h.signed({"iss": "https://attacker.test"}),
    "issuer with a slash more": lambda h: h.signed({"iss": ISSUER + "/"}),
    "a refresh token of the library": lambda h: h.signed({"type": "refresh"}),
    "expired beyond the leeway": lambda h: h.signed({"iat": NOW - 400, "exp": NOW - 12}),
    "from the future": lambda h: h.signed({"iat": NOW + 300, "exp": NOW + 600}),
    "a life of a day": lambda h: h.signed({"exp": NOW + 86400}),
    "ends before it begins": lambda h: h.signed({"iat": NOW, "exp": NOW - 5}),
    "exp as text": lambda h: h.signed({"exp": str(NOW + 300)}),
    "exp as truth": lambda h: h.signed({"exp": True}),
    "exp not finite": lambda h: h.handmade(
        h.head(), json.dumps(h.claims | {"exp": float("inf")}).encode(), ours(h)
    ),
    "sub as a number": lambda h: h.signed({"sub": 7}),
    "no jti to speak of": lambda h: h.signed({"jti": None}),
    "sub twice": lambda h: h.handmade(
        h.head(), _json(h.claims)[:-1] + b',"sub":"another"}', ours(h)
    ),
    "claims are a list": lambda h: h.handmade(h.head(), [h.claims], ours(h)),
    # Roles and offices
    "no roles": lambda h: h.signed({"roles": []}),
    "roles as one text": lambda h: h.signed({"roles": "notary"}),
    "a role that does not exist": lambda h: h.signed({"roles": ["emperor"]}),
    "the platform's own role": lambda h: h.signed({"roles": ["system"]}),
    "staff with the applicant's role": lambda h: h.signed({"roles": ["notary", "applicant"]}),
    "staff of no office": lambda h: h.signed({"tenant": "-"}),
    "an applicant of an office": lambda h: h.signed({"kind": "applicant", "roles": ["applicant"]}),
    "a kind that does not exist": lambda h: h.signed({"kind": "machine"}),
    # The session
    "another office's tenant": lambda h: h.signed({"tenant": "hekou-demo"}),
    "another person's session": lambda h: h.signed({"sub": "01932f7e-5c1a-7c3e-9f55-3f0d6f0a9b11"}),
    "a session that never was": lambda h: h.signed({"sid": "01932f7e-5c1a-7c3e-9f55-3f0d6f0a9b11"}),
    # The form
    "two parts": lambda h: ".".join(h.good.split(".")[:2]),
    "five parts, as if encrypted": lambda h: h.good + ".x.y",
    "nested": lambda h: h.handmade(h.head(cty="JWT"), h.good.encode(), ours(h)),
    "a hundred thousand characters": lambda h: h.signed({"jti": "x" * 100_000}),
    "not a token": lambda h: "hello",
    "nothing": lambda h: "",
    "padding": lambda h: h.good + "=",
}

AUTHORIZATIONS = {
    "no scheme": "{token}",
    "basic": "Basic {token}",
    "lower-case scheme": "bearer {token}",
    "two tokens": "Bearer {token} {token}",
    "two headers in one": "Bearer {token}, Bearer {token}",
    "a tab between": "Bearer\t{token}",
}


@pytest.fixture(scope="module")
def holder(open_transaction: OpenTransaction, field_cipher: FieldCipher) -> Holder:
    return Holder(Standing(open_transaction=open_transaction, cipher=field_cipher))


def refused(holder: Holder, authorization: str) -> None:
    answer = holder.standing.client.get(
        "/v1/me", headers={"Authorization": authorization, "Accept-Language": "en"}
    )
    assert answer.status_code == 401, authorization[:80]
    assert answer.content_type == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="feigui"'
    told = answer.get_json()
    assert (told["code"], "errors" in told, "facts" in told) == ("token_refused", False, False)


def test_the_good_token_is_believed_and_so_is_its_remade_twin(holder: Holder) -> None:
    """Otherwise every refusal below would prove nothing."""
    for token in (
        holder.good,
        holder.signed(),
        holder.handmade(holder.head(), holder.claims, ours(holder)),
    ):
        assert holder.standing.get("/v1/me", token=token).status_code == 200


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forgery_is_refused_without_saying_why(holder: Holder, forge: Forge) -> None:
    refused(holder, f"Bearer {forge(holder)}")


@pytest.mark.parametrize(
    "claim",
    [
        *("iss", "aud", "sub", "iat", "exp", "jti"),
        *("sid", "tenant", "kind", "roles", "type", "fresh"),
    ],
)
def test_a_token_without_one_of_its_claims_is_refused(holder: Holder, claim: str) -> None:
    refused(holder, f"Bearer {holder.signed(without=claim)}")


@pytest.mark.parametrize("form", AUTHORIZATIONS.values(), ids=AUTHORIZATIONS.keys())
def test_the_header_has_one_form(holder: Holder, form: str) -> None:
    refused(holder, form.format(token=holder.good))


def test_a_token_counts_in_the_header_only(holder: Holder) -> None:
    client = holder.standing.app.test_client()
    client.set_cookie("access_token_cookie", holder.good)
    assert client.get("/v1/me").status_code == 401
    assert client.get(f"/v1/me?jwt={holder.good}").status_code == 401


def test_a_clock_ten_seconds_apart_is_forgiven(holder: Holder) -> None:
    now = int(time.time())
    late = holder.signed({"iat": now - 290, "exp": now - 5})
    early = holder.signed({"iat": now + 5, "exp": now + 300})
    for token in (late, early):
        assert holder.standing.get("/v1/me", token=token).status_code == 200


def test_the_next_key_is_believed_before_it_signs(holder: Holder) -> None:
    token = holder.signed(header={"kid": "k2"}, key=holder.standing.keys.keys["k2"])
    assert holder.standing.get("/v1/me", token=token).status_code == 200
    published = holder.standing.get("/.well-known/jwks.json").get_json()["keys"]
    assert [key["kid"] for key in published] == ["k1", "k2"]
    assert all("d" not in key for key in published)


def test_a_published_key_verifies_what_was_signed(holder: Holder) -> None:
    key = holder.standing.get("/.well-known/jwks.json").get_json()["keys"][0]
    public = jwt.PyJWK(key).key
    claims = jwt.decode(holder.good, public, algorithms=["ES256"], audience=AUDIENCE, issuer=ISSUER)
    assert claims["sid"] == holder.claims["sid"]
