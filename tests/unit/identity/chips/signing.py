"""Keys and signatures of invented states: RSA, RSA-PSS, ECDSA with curves named or written out."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from identity.chips.curves import KNOWN
from identity.chips.signatures import DIGESTS
from tests.unit.identity.chips.der import bits, integer, null, octets, oid, sequence, tlv

if TYPE_CHECKING:
    from cryptography.hazmat.primitives import hashes

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

DIGEST_OIDS: Final = {
    "md5": "1.2.840.113549.2.5",
    "sha1": "1.3.14.3.2.26",
    "sha224": "2.16.840.1.101.3.4.2.4",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
RSA_OIDS: Final = {"sha1": 5, "sha224": 14, "sha256": 11, "sha384": 12, "sha512": 13}
ECDSA_OIDS: Final = {
    "sha1": "1",
    "sha224": "3.1",
    "sha256": "3.2",
    "sha384": "3.3",
    "sha512": "3.4",
}
CURVE_OIDS: Final = {"secp256r1": "1.2.840.10045.3.1.7", "brainpoolP256r1": "1.3.36.3.3.2.8.1.1.7"}


@functools.cache
def rsa_key(name: str, bits_: int = 2048) -> rsa.RSAPrivateKey:
    """One key for each name, made once: making them is slow."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits_)


@functools.cache
def ec_key(name: str, curve: str = "brainpoolP256r1") -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(next(d.curve for d in KNOWN if d.curve.name == curve))


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A key and the way in which it signs."""

    key: PrivateKey
    digest: str = "sha256"
    pss: bool = False
    explicit: bool = False
    """Write the curve's parameters out instead of its name."""
    base: bytes | None = None
    """Another generator than the curve's, where the parameters are written out."""
    other_a: bool = False
    """Another curve altogether."""
    named_rsa_only: bool = False
    """Name the signature just RSA, as RFC 3370 allows in signed content."""

    def algorithm(self) -> bytes:
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return sequence(oid(f"1.2.840.10045.4.{ECDSA_OIDS[self.digest]}"))
        if self.pss:
            return sequence(oid("1.2.840.113549.1.1.10"), pss_parameters(self.digest))
        number = 1 if self.named_rsa_only else RSA_OIDS[self.digest]
        return sequence(oid(f"1.2.840.113549.1.1.{number}"), null())

    def sign(self, message: bytes) -> bytes:
        digest = DIGESTS[self.digest]()
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(message, ec.ECDSA(digest))
        return self.key.sign(message, self._padding(digest), digest)

    def _padding(self, digest: hashes.HashAlgorithm) -> padding.AsymmetricPadding:
        if self.pss:
            return padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)
        return padding.PKCS1v15()

    def key_info(self) -> bytes:
        if isinstance(self.key, ec.EllipticCurvePrivateKey) and self.explicit:
            point = self.key.public_key().public_bytes(
                Encoding.X962, PublicFormat.UncompressedPoint
            )
            return sequence(sequence(oid("1.2.840.10045.2.1"), self._parameters()), bits(point))
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def _parameters(self) -> bytes:
        assert isinstance(self.key, ec.EllipticCurvePrivateKey)
        domain = next(d for d in KNOWN if d.curve.name == self.key.curve.name)
        a = (int(domain.a, 16) - self.other_a).to_bytes(len(domain.a) // 2, "big")
        base = self.base or b"\x04" + bytes.fromhex(domain.x + domain.y)
        return sequence(
            integer(1),
            sequence(oid("1.2.840.10045.1.1"), integer(int(domain.p, 16))),
            sequence(octets(a), octets(bytes.fromhex(domain.b))),
            octets(base),
            integer(int(domain.n, 16)),
            integer(1),
        )


def pss_parameters(digest: str, *, salt: int | None = None) -> bytes:
    algorithm = sequence(oid(DIGEST_OIDS[digest]), null())
    mask = sequence(oid("1.2.840.113549.1.1.8"), algorithm)
    length = DIGESTS[digest]().digest_size if salt is None else salt
    return sequence(tlv(0xA0, algorithm), tlv(0xA1, mask), tlv(0xA2, integer(length)))


def plain(signature: bytes, size: int) -> bytes:
    """Return r and s one after the other (BSI TR-03111)."""
    r, s = utils.decode_dss_signature(signature)
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")
