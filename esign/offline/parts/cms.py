"""Signatures as CMS (RFC 5652), with the attributes of CAdES (EN 319 122-1)."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509

from esign.offline.parts.certificates import Cert, Crl, der_of, spki_of
from esign.offline.parts.der import (
    C0,
    C1,
    INTEGER,
    OCTETS,
    OID,
    SEQUENCE,
    SET,
    algorithm_in,
    body,
    dotted,
    inside,
)
from esign.offline.parts.faults import Fault, require
from esign.offline.parts.signatures import DIGESTS, check_signature, digest_with

SIGNED_DATA = {"1.2.840.113549.1.7.2", "1.2.156.10197.6.1.4.2.2"}
DATA = {"1.2.840.113549.1.7.1", "1.2.156.10197.6.1.4.2.1"}
TST_INFO = "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
PROTECTION, CERTIFICATE_V2 = "1.2.840.113549.1.9.52", "1.2.840.113549.1.9.16.2.47"
SIGNATURE_STAMP = "1.2.840.113549.1.9.16.2.14"


@dataclass
class Cms:
    """One signature with all it carries; nothing in it is proven before `check_cms`."""

    content_type: str
    content: bytes | None
    certificates: list[Cert]
    lists: list[Crl]
    issuer: bytes
    serial: int
    digest: str
    attributes: dict[str, bytes]
    signed: bytes
    algorithm: str
    signature: bytes
    unsigned: dict[str, bytes]
    identifiers: tuple[bytes, bytes]


def read_cms(der: bytes) -> Cms:
    """Take SignedData with exactly one signer apart."""
    kind, wrapped = inside(der, OID, C0)
    require(dotted(kind) in SIGNED_DATA, "cms_form")
    (data,) = inside(wrapped, SEQUENCE, of=C0)
    version, digests, encapsulated, *optional, signers = inside(data)
    carried = {each[0]: inside(each, of=each[0]) for each in optional}
    require(list(carried) == sorted(carried) and set(carried) <= {C0, C1}, "cms_form")
    (digest_named,) = inside(digests, SEQUENCE, of=SET)
    require(len(carried) == len(optional), "cms_form")
    (signer,) = inside(signers, SEQUENCE, of=SET)
    fields = inside(signer)
    require(len(fields) in {6, 7} and fields[0] == b"\x02\x01\x01", "cms_form")
    _, sid, digest, attributes, algorithm, signature = fields[:6]
    require(signature[0] == OCTETS and digest == digest_named, "cms_form")
    issuer, serial = inside(sid, SEQUENCE, INTEGER)
    content_type, *content = inside(encapsulated)
    expected = b"\x02\x01\x03" if dotted(content_type) == TST_INFO else b"\x02\x01\x01"
    require(version == expected, "cms_form")
    return Cms(
        content_type=dotted(content_type),
        content=body(inside(content[0], OCTETS, of=C0)[0]) if content else None,
        certificates=[x509.load_der_x509_certificate(c) for c in carried.get(C0, [])],
        lists=[x509.load_der_x509_crl(c) for c in carried.get(C1, [])],
        issuer=issuer,
        serial=int.from_bytes(body(serial), "big", signed=True),
        digest=algorithm_in(digest),
        attributes=_attributes(attributes, C0),
        signed=bytes([SET]) + attributes[1:],
        algorithm=algorithm_in(algorithm),
        signature=body(signature),
        unsigned=_attributes(fields[6], C1) if len(fields) == 7 else {},
        identifiers=(digest, algorithm),
    )


def _attributes(holder: bytes, tag: int) -> dict[str, bytes]:
    """Return the one value of each attribute; DER wants them in the order of their bytes."""
    listed = inside(holder, of=tag)
    require(listed == sorted(listed), "cms_form")
    found: dict[str, bytes] = {}
    for each in listed:
        kind, values = inside(each, OID, SET)
        held = inside(values, of=SET)
        require(len(held) == 1 and dotted(kind) not in found, "cms_form")
        found[dotted(kind)] = held[0]
    return found


def check_cms(cms: Cms, content: bytes) -> Cert:
    """Return the certificate whose key signed ``content``, or raise; its chain is not looked at."""
    require(cms.digest in DIGESTS, "algorithm_unknown", "", cms.digest)
    # One digest throughout: a second one would be a second thing that could break.
    belongs = digest_with(cms.algorithm)
    require(cms.digest == belongs, "algorithm_unknown", "", "a digest of another algorithm")
    kind, digest = cms.attributes.get(CONTENT_TYPE), cms.attributes.get(MESSAGE_DIGEST)
    reference = cms.attributes.get(CERTIFICATE_V2)
    if kind is None or digest is None or reference is None:
        raise Fault("cms_form", "", "a signed attribute is missing")
    require(dotted(kind) == cms.content_type, "signature_wrong", "", "content type")
    require(
        body(digest) == DIGESTS[cms.digest](content), "signature_wrong", "", "digest of the content"
    )
    named = inside(inside(inside(reference)[0])[0])
    algorithm = algorithm_in(named[0]) if named[0][0] == SEQUENCE else "2.16.840.1.101.3.4.2.1"
    require(algorithm == belongs, "algorithm_unknown", "", algorithm)
    stated = next(body(each) for each in named if each[0] == OCTETS)
    signer = next((c for c in cms.certificates if DIGESTS[algorithm](der_of(c)) == stated), None)
    if signer is None or (signer.serial_number, signer.issuer.public_bytes()) != (
        cms.serial,
        cms.issuer,
    ):
        raise Fault("signature_wrong", "", "the certificate that is named is not there")
    protected = cms.attributes.get(PROTECTION)
    if protected is not None:
        own, signing = inside(protected, SEQUENCE, C1)
        same = (own, signing[1:]) == (cms.identifiers[0], cms.identifiers[1][1:])
        require(same, "signature_wrong", "", "algorithm protection")
    check_signature(spki_of(signer), cms.algorithm, cms.signature, cms.signed)
    return signer
