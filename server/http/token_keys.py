"""The keys of access tokens: P-256, by kid, one that signs and all that are still believed.

A folder holds KID.pem for each key; the file ``active`` names the one that
signs. A key is put there a day before it signs and taken away when the last
token it signed has expired, so that every node knows it in time.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_KID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_COORDINATE: Final = 32


class TokenKeysUnusable(Exception):
    """The keys that sign access tokens are missing or are not P-256."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenKeys:
    active: str
    keys: Mapping[str, ec.EllipticCurvePrivateKey]

    def __post_init__(self) -> None:
        if self.active not in self.keys:
            raise TokenKeysUnusable("the active key is not among the keys")
        for kid, key in self.keys.items():
            if not (_KID.fullmatch(kid) and isinstance(key.curve, ec.SECP256R1)):
                raise TokenKeysUnusable("a token key is a P-256 key with a plain kid")

    @classmethod
    def read(cls, folder: Path) -> TokenKeys:
        """Return the keys in ``folder``, or raise `TokenKeysUnusable`."""
        try:
            active = (folder / "active").read_text("ascii").strip()
            keys = {path.stem: _read(path) for path in sorted(folder.glob("*.pem"))}
        except (OSError, ValueError, TypeError) as error:
            raise TokenKeysUnusable("the folder of token keys cannot be read") from error
        return cls(active=active, keys=keys)

    def signing(self) -> ec.EllipticCurvePrivateKey:
        return self.keys[self.active]

    def believed(self, kid: object) -> ec.EllipticCurvePublicKey | None:
        """Return the public key of an allowed kid, or ``None``: the list, nothing else."""
        key = self.keys.get(kid) if isinstance(kid, str) else None
        return None if key is None else key.public_key()

    def published(self) -> list[dict[str, str]]:
        """The public half of every key, as JWKs."""
        return [_jwk(kid, key.public_key()) for kid, key in sorted(self.keys.items())]


def write_new_key(folder: Path, kid: str) -> None:
    """Put a new key beside the others; it signs once ``active`` names it."""
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{kid}.pem"
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(pem)


def _read(path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TokenKeysUnusable("a token key is a P-256 key with a plain kid")
    return key


def _jwk(kid: str, key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": _encoded(numbers.x),
        "y": _encoded(numbers.y),
        "kid": kid,
        "alg": "ES256",
        "use": "sig",
    }


def _encoded(coordinate: int) -> str:
    raw = coordinate.to_bytes(_COORDINATE, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
