"""SignedData with one signer, as CAdES (ETSI EN 319 122-1) and time-stamps want it.

The signed attributes are content type, digest, the signer's certificate (RFC 5035)
and the algorithms (RFC 6211). A signing time is none of them: in PDF it is the
entry M, and what proves it is the time-stamp (ETSI EN 319 142-1 6.3).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.serialization import Encoding

from esign.cms import der
from esign.cms.algorithms import SHA256

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cryptography.x509 import Certificate

    from esign.cms.algorithms import SignatureAlgorithm

DATA: Final = der.oid("1.2.840.113549.1.7.1")
TST_INFO: Final = der.oid("1.2.840.113549.1.9.16.1.4")
SIGNED_DATA: Final = der.oid("1.2.840.113549.1.7.2")

CONTENT_TYPE: Final = der.oid("1.2.840.113549.1.9.3")
MESSAGE_DIGEST: Final = der.oid("1.2.840.113549.1.9.4")
ALGORITHM_PROTECTION: Final = der.oid("1.2.840.113549.1.9.52")
SIGNING_CERTIFICATE_V2: Final = der.oid("1.2.840.113549.1.9.16.2.47")
SIGNATURE_TIME_STAMP: Final = der.oid("1.2.840.113549.1.9.16.2.14")

_DIRECTORY_NAME: Final = 4
_PLACE: Final = hashlib.sha256(b"the place of a digest").digest()
_V1: Final = der.integer(1)
_V3: Final = der.integer(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSigner:
    """A certificate, and the two ways in which CMS refers to it."""

    certificate: bytes
    identifier: bytes
    """IssuerAndSerialNumber."""

    reference: bytes
    """ESSCertIDv2; SHA-256 is its default and so left out (RFC 5035 section 4)."""

    @classmethod
    @lru_cache(maxsize=256)
    def of(cls, certificate: Certificate, algorithm: SignatureAlgorithm) -> NamedSigner:
        encoded = certificate.public_bytes(Encoding.DER)
        issuer = certificate.issuer.public_bytes()
        serial = der.integer(certificate.serial_number)
        names = der.sequence(der.tagged(_DIRECTORY_NAME, issuer))
        return cls(
            certificate=encoded,
            identifier=der.sequence(issuer, serial),
            reference=der.sequence(
                b"" if algorithm.digest == SHA256 else algorithm.digest,
                der.octets(algorithm.hashed(encoded).digest()),
                der.sequence(names, serial),
            ),
        )


def signed_attributes(
    content_type: bytes, digest: bytes, signer: NamedSigner, algorithm: SignatureAlgorithm
) -> bytes:
    """Return the attributes as the SET OF whose digest is signed.

    ``digest`` is the content's, by the algorithm's own digest.
    """
    before, after = _attributes_around(content_type, signer, algorithm)
    return before + digest + after


@lru_cache(maxsize=256)
def _attributes_around(
    content_type: bytes, signer: NamedSigner, algorithm: SignatureAlgorithm
) -> tuple[bytes, bytes]:
    """Return what stands before and after the digest, which is all that ever differs.

    The order of the attributes does not depend on it: each has another type, and
    types come before values.
    """
    whole = der.set_of(
        _attribute(CONTENT_TYPE, content_type),
        _attribute(MESSAGE_DIGEST, der.octets(_PLACE)),
        _attribute(ALGORITHM_PROTECTION, algorithm.protection()),
        _attribute(SIGNING_CERTIFICATE_V2, der.sequence(der.sequence(signer.reference))),
    )
    before, after = whole.split(_PLACE)
    return before, after


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What was signed, and by whom."""

    signer: NamedSigner
    algorithm: SignatureAlgorithm
    attributes: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What proves a signature and is not signed itself, all of it DER."""

    certificates: Iterable[bytes]
    lists: Iterable[bytes] = ()
    """Revocation lists (ETSI EN 319 122-1 6.3, level B-LT)."""


def detached(signed: Signed, *, carried: Carried, stamp: bytes | None) -> bytes:
    """Return a signature whose content is elsewhere, with its time-stamp token if there is one."""
    unsigned = b"" if stamp is None else der.tagged(1, _attribute(SIGNATURE_TIME_STAMP, stamp))
    return _signed_data(_V1, der.sequence(DATA), carried, (signed, unsigned))


def enveloping(signed: Signed, *, content: bytes, certificates: Iterable[bytes]) -> bytes:
    """Return a time-stamp token around ``content``, the TSTInfo."""
    wrapped = der.sequence(TST_INFO, der.tagged(0, der.octets(content)))
    return _signed_data(_V3, wrapped, Carried(certificates=certificates), (signed, b""))


def _signed_data(
    version: bytes, content: bytes, carried: Carried, by: tuple[Signed, bytes]
) -> bytes:
    signed, unsigned = by
    certificates, lists = sorted(carried.certificates), sorted(carried.lists)
    signer_info = der.sequence(
        _V1,
        signed.signer.identifier,
        signed.algorithm.digest,
        # [0] IMPLICIT takes the place of the SET's tag.
        b"\xa0" + signed.attributes[1:],
        signed.algorithm.signature,
        der.octets(signed.signature),
        unsigned,
    )
    data = der.sequence(
        version,
        der.set_of(signed.algorithm.digest),
        content,
        der.tagged(0, *certificates) if certificates else b"",
        der.tagged(1, *lists) if lists else b"",
        der.set_of(signer_info),
    )
    return der.sequence(SIGNED_DATA, der.tagged(0, data))


def _attribute(kind: bytes, attribute: bytes) -> bytes:
    return der.sequence(kind, der.value(der.SET, attribute))
