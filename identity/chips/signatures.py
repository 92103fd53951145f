"""Signature algorithms of ICAO 9303-12: RSA PKCS #1 v1.5, RSA-PSS and ECDSA.

The algorithm is what the signed structure says, within a closed list; nothing is tried.
MD5 and whatever else is not listed is refused. SHA-1 is verified and reported as weak.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from asn1crypto import algos
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from identity.chips.asn1 import understood
from identity.chips.refusal import ChipFault, ChipRefused

if TYPE_CHECKING:
    from identity.chips.asn1 import Asn1
    from identity.chips.keys import PublicKey
    from identity.chips.refusal import ChipFile

DIGESTS: Final[dict[str, type[hashes.HashAlgorithm]]] = {
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
WEAK_DIGESTS: Final = frozenset({"sha1"})
"""Collisions with chosen beginnings can be made (Leurent and Peyrin, 2020)."""


class Kind(Enum):
    RSA = auto()
    PSS = auto()
    ECDSA = auto()
    ECDSA_PLAIN = auto()
    """r and s, equally long, one after the other (BSI TR-03111): active authentication."""


_FIXED: Final = {
    "1.2.840.113549.1.1.5": (Kind.RSA, "sha1"),
    "1.2.840.113549.1.1.14": (Kind.RSA, "sha224"),
    "1.2.840.113549.1.1.11": (Kind.RSA, "sha256"),
    "1.2.840.113549.1.1.12": (Kind.RSA, "sha384"),
    "1.2.840.113549.1.1.13": (Kind.RSA, "sha512"),
    "1.2.840.10045.4.1": (Kind.ECDSA, "sha1"),
    "1.2.840.10045.4.3.1": (Kind.ECDSA, "sha224"),
    "1.2.840.10045.4.3.2": (Kind.ECDSA, "sha256"),
    "1.2.840.10045.4.3.3": (Kind.ECDSA, "sha384"),
    "1.2.840.10045.4.3.4": (Kind.ECDSA, "sha512"),
    "0.4.0.127.0.7.1.1.4.1.1": (Kind.ECDSA_PLAIN, "sha1"),
    "0.4.0.127.0.7.1.1.4.1.2": (Kind.ECDSA_PLAIN, "sha224"),
    "0.4.0.127.0.7.1.1.4.1.3": (Kind.ECDSA_PLAIN, "sha256"),
    "0.4.0.127.0.7.1.1.4.1.4": (Kind.ECDSA_PLAIN, "sha384"),
    "0.4.0.127.0.7.1.1.4.1.5": (Kind.ECDSA_PLAIN, "sha512"),
}
_RSA_WITH_ITS_DIGEST: Final = "1.2.840.113549.1.1.1"
_PSS: Final = "1.2.840.113549.1.1.10"
_LONGEST_SALT: Final = 64
"""Bytes: the digest of SHA-512, which RFC 4055 recommends as the longest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    kind: Kind
    digest: str
    mask_digest: str | None = None
    """Of the mask of RSA-PSS."""
    salt_length: int = 0
    """Bytes, of RSA-PSS."""

    @property
    def is_weak(self) -> bool:
        return self.digest in WEAK_DIGESTS

    def __str__(self) -> str:
        return f"{self.kind.name} {self.digest}"


def demand_digest(name: str, *, place: ChipFile | None) -> str:
    """Return the name of a digest that may be used; raises `ChipRefused`."""
    if name not in DIGESTS:
        raise ChipRefused(ChipFault.DIGEST_NOT_ALLOWED, place)
    return name


def scheme_of(algorithm: Asn1, *, digest: str | None, place: ChipFile | None) -> Scheme:
    """Return what an ``AlgorithmIdentifier`` says.

    ``digest`` is that of a signed object, whose signature may be named just RSA (RFC 3370).
    Raises `ChipRefused`.
    """
    with understood(place):
        oid = algorithm["algorithm"].dotted
        if oid == _PSS:
            return _pss(algorithm["parameters"], place)
    if oid in _FIXED:
        kind, named = _FIXED[oid]
        return Scheme(kind=kind, digest=named)
    if oid == _RSA_WITH_ITS_DIGEST and digest is not None:
        return Scheme(kind=Kind.RSA, digest=demand_digest(digest, place=place))
    raise ChipRefused(ChipFault.SIGNATURE_ALGORITHM_NOT_ALLOWED, place)


def plain_scheme(oid: str, *, place: ChipFile | None) -> Scheme:
    """Return the scheme of an object identifier that stands without parameters (DG14)."""
    if oid not in _FIXED:
        raise ChipRefused(ChipFault.SIGNATURE_ALGORITHM_NOT_ALLOWED, place)
    kind, digest = _FIXED[oid]
    return Scheme(kind=kind, digest=digest)


def demand_signature(
    key: PublicKey, signature: bytes, message: bytes, *, scheme: Scheme, broken: ChipRefused
) -> None:
    """Raise ``broken`` unless ``signature`` over ``message`` is by ``key`` in ``scheme``."""
    digest = DIGESTS[scheme.digest]()
    try:
        match key:
            case rsa.RSAPublicKey() if scheme.kind in {Kind.RSA, Kind.PSS}:
                key.verify(signature, message, _padding(scheme), digest)
            case ec.EllipticCurvePublicKey() if scheme.kind is Kind.ECDSA:
                key.verify(signature, message, ec.ECDSA(digest))
            case ec.EllipticCurvePublicKey() if scheme.kind is Kind.ECDSA_PLAIN:
                key.verify(_as_der(signature), message, ec.ECDSA(digest))
            case _:
                raise broken  # The key is of another kind than the scheme.
    except ChipRefused:
        raise
    except (InvalidSignature, UnsupportedAlgorithm, ValueError) as error:
        raise broken from error


def _as_der(signature: bytes) -> bytes:
    half = len(signature) // 2
    r, s = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
    return utils.encode_dss_signature(r, s)


def _padding(scheme: Scheme) -> padding.AsymmetricPadding:
    if scheme.mask_digest is None:
        return padding.PKCS1v15()
    mask = padding.MGF1(DIGESTS[scheme.mask_digest]())
    return padding.PSS(mgf=mask, salt_length=scheme.salt_length)


def _pss(parameters: Asn1, place: ChipFile | None) -> Scheme:
    if not isinstance(parameters, algos.RSASSAPSSParams):
        raise ChipRefused(ChipFault.SIGNATURE_ALGORITHM_NOT_ALLOWED, place)
    mask = parameters["mask_gen_algorithm"]
    salt_length = int(parameters["salt_length"].native)
    right = (
        mask["algorithm"].native == "mgf1"
        and int(parameters["trailer_field"]) == 1
        and 0 <= salt_length <= _LONGEST_SALT
    )
    if not right:
        raise ChipRefused(ChipFault.SIGNATURE_ALGORITHM_NOT_ALLOWED, place)
    digest = parameters["hash_algorithm"]["algorithm"].native
    return Scheme(
        kind=Kind.PSS,
        digest=demand_digest(digest, place=place),
        mask_digest=demand_digest(mask["parameters"]["algorithm"].native, place=place),
        salt_length=salt_length,
    )
