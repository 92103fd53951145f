"""Keys in a PKCS#11 token, made there and never outside it.

Tried with SoftHSM; what is asked of a module is in PKCS #11 v2.40, so a
hardware module or a cloud's is a path and a token's label.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.exceptions import MultipleObjectsReturned, NoSuchKey
from pkcs11.util.ec import encode_named_curve_parameters

from esign.algorithms import SigningAlgorithm
from esign.custody.stores.token_key import TokenKey
from esign.custody.stores.token_session import PATIENCE_S, TokenSession
from esign.errors import KeyExists, KeyUnknown, KeyUnsuitable

if TYPE_CHECKING:
    from pathlib import Path

    from pkcs11 import Session
    from pkcs11.types import SignMixin

    from esign.custody.places import TokenPlace
    from esign.custody.uris import KeyUri

_P256: Final = encode_named_curve_parameters("secp256r1")
_STAYS_INSIDE: Final[dict[Attribute, Any]] = {
    Attribute.PRIVATE: True,
    Attribute.SENSITIVE: True,
    Attribute.EXTRACTABLE: False,
    Attribute.SIGN: True,
    Attribute.DERIVE: False,
    Attribute.DECRYPT: False,
    Attribute.UNWRAP: False,
}
_ONLY_VERIFIES: Final[dict[Attribute, Any]] = {
    Attribute.VERIFY: True,
    Attribute.ENCRYPT: False,
    Attribute.WRAP: False,
}
_POINT_HEAD: Final = b"\x04\x41"
"""DER: an OCTET STRING of the 65 bytes of an uncompressed point."""


class TokenStore:
    def __init__(self, place: TokenPlace, *, refused: Path, patience_s: float = PATIENCE_S) -> None:
        self._place = place
        self._session = TokenSession(place, refused=refused, patience_s=patience_s)
        # What is remembered of a key is its public half.
        self._loaded: dict[KeyUri, TokenKey] = {}
        self._found_in: Session | None = None
        self._found: dict[str, SignMixin] = {}

    def make(self, uri: KeyUri) -> ec.EllipticCurvePrivateKey:
        if uri.algorithm is not SigningAlgorithm.P256:
            raise KeyUnsuitable(
                "PKCS#11 (v2.40) has no mechanism for SM2, so no token makes such keys"
            )
        if self.has(uri):
            raise KeyExists("a key of this name exists")
        self._session.use(lambda session: _generate(session, uri.name))
        return self.load(uri)

    def load(self, uri: KeyUri) -> ec.EllipticCurvePrivateKey:
        if uri not in self._loaded:
            self._loaded[uri] = self._looked_up(uri)
        return self._loaded[uri]

    def _looked_up(self, uri: KeyUri) -> TokenKey:
        self._check_token(uri)
        try:
            public = self._session.use(lambda session: _public_key(session, uri.name))
        except NoSuchKey:
            raise KeyUnknown("no such key is in the token") from None
        except MultipleObjectsReturned:
            raise KeyUnsuitable("more than one key of this name is in the token") from None
        return TokenKey(public, lambda digest: self._sign(uri.name, digest))

    def has(self, uri: KeyUri) -> bool:
        self._check_token(uri)
        return self._session.use(lambda session: _has(session, uri.name))

    def _sign(self, name: str, digest: bytes) -> bytes:
        try:
            return self._session.use(
                lambda session: self._private(session, name).sign(digest, mechanism=Mechanism.ECDSA)
            )
        except NoSuchKey:
            raise KeyUnknown("no such key is in the token") from None

    def _private(self, session: Session, name: str) -> SignMixin:
        """Return the key's handle, searched for once in a session."""
        if self._found_in is not session:
            self._found_in, self._found = session, {}
        if name not in self._found:
            self._found[name] = _private(session, name)
        return self._found[name]

    def _check_token(self, uri: KeyUri) -> None:
        if uri.token != self._place.token or uri.serial not in (None, self._place.serial):
            raise KeyUnknown("the key is in a token that is not set up")


def _has(session: Session, name: str) -> bool:
    try:
        _private(session, name)
    except NoSuchKey:
        return False
    return True


def _private(session: Session, name: str) -> SignMixin:
    # A search in a session that is lost fails and leaves its end to the garbage
    # collector, which complains aloud; this fails in order.
    session.generate_random(8)
    found: SignMixin = session.get_key(  # type: ignore[assignment]  # the class that is asked for
        object_class=ObjectClass.PRIVATE_KEY, key_type=KeyType.EC, label=name
    )
    return found


def _generate(session: Session, name: str) -> None:
    parameters = session.create_domain_parameters(
        KeyType.EC, {Attribute.EC_PARAMS: _P256}, local=True
    )
    parameters.generate_keypair(
        id=hashlib.sha256(name.encode()).digest()[:20],
        label=name,
        store=True,
        public_template=_ONLY_VERIFIES,
        private_template=_STAYS_INSIDE,
    )


def _public_key(session: Session, name: str) -> ec.EllipticCurvePublicKey:
    """Return the public half of a key that is proven to be unable to leave."""
    private = _private(session, name)
    if private[Attribute.EXTRACTABLE] or not private[Attribute.SENSITIVE]:
        raise KeyUnsuitable("the key can be taken out of its token")
    public = session.get_key(object_class=ObjectClass.PUBLIC_KEY, key_type=KeyType.EC, label=name)
    point = bytes(public[Attribute.EC_POINT]).removeprefix(_POINT_HEAD)
    if bytes(public[Attribute.EC_PARAMS]) != _P256:
        raise KeyUnsuitable("the key is not on the curve P-256")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise KeyUnsuitable("the token's public key is no point of its curve") from None
