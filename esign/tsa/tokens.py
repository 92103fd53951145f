"""The time-stamp token: TSTInfo in a CMS SignedData, with ESSCertIDv2 (RFC 5816).

Only the certificate that signed is inside, and its digest is signed: a token
has no byte that could change unnoticed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding

from esign import oids

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cryptography.x509 import Certificate

    from esign.asn1 import Asn1

    SignDigest = Callable[[bytes], bytes]

SHA256: Final = {"algorithm": "sha256"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What is certified: this digest existed at this time."""

    digest: bytes
    at: datetime
    serial: int
    nonce: int | None


def token(
    stamp: Stamp, certificate: Certificate, *, sign: SignDigest, with_certificate: bool
) -> Asn1:
    """Return the token as asn1crypto's ``ContentInfo``."""
    signer = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    content = _stamp_info(stamp).dump()
    attributes = as_bytes(_signed_attributes(content, signer))
    signature = sign(hashlib.sha256(attributes.dump()).digest())
    data = {
        "version": "v3",
        "digest_algorithms": [SHA256],
        "encap_content_info": {
            "content_type": "tst_info",
            "content": cms.ParsableOctetString(content),
        },
        "signer_infos": [as_bytes(_signer_info(signer, attributes, signature))],
    }
    if with_certificate:
        data["certificates"] = [signer]
    content_info = {"content_type": "signed_data", "content": as_bytes(cms.SignedData(data))}
    return as_bytes(cms.ContentInfo(content_info))


def as_bytes(value: Asn1) -> Asn1:
    """Return ``value`` as if just read.

    asn1crypto takes time exponential in the nesting to encode what was composed;
    what was read and not looked into it copies.
    """
    return type(value).load(value.dump())


def _stamp_info(stamp: Stamp) -> Asn1:
    info = {
        "version": "v1",
        "policy": oids.TIME_STAMP_POLICY,
        "message_imprint": {"hash_algorithm": SHA256, "hashed_message": stamp.digest},
        "serial_number": stamp.serial,
        "gen_time": stamp.at,
        "accuracy": {"seconds": 1},
    }
    if stamp.nonce is not None:
        info["nonce"] = stamp.nonce
    return tsp.TSTInfo(info)


def _signed_attributes(content: bytes, signer: Asn1) -> Asn1:
    reference = as_bytes(_reference(signer))
    protection = {
        "digest_algorithm": algos.DigestAlgorithm(SHA256),
        "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
    }
    values = {
        "content_type": "tst_info",
        "message_digest": hashlib.sha256(content).digest(),
        "cms_algorithm_protection": cms.CMSAlgorithmProtection(protection),
        "signing_certificate_v2": tsp.SigningCertificateV2({"certs": [reference]}),
    }
    return cms.CMSAttributes(
        [cms.CMSAttribute({"type": kind, "values": (value,)}) for kind, value in values.items()]
    )


def _reference(signer: Asn1) -> Asn1:
    return tsp.ESSCertIDv2(
        {
            "cert_hash": hashlib.sha256(signer.dump()).digest(),
            "issuer_serial": {
                "issuer": [asn1_x509.GeneralName("directory_name", signer.issuer)],
                "serial_number": signer.serial_number,
            },
        }
    )


def _signer_info(signer: Asn1, attributes: Asn1, signature: bytes) -> Asn1:
    identified = {"issuer": signer.issuer, "serial_number": signer.serial_number}
    info = {
        "version": "v1",
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": identified}),
        "digest_algorithm": SHA256,
        "signature_algorithm": {"algorithm": "sha256_ecdsa"},
        "signed_attrs": attributes,
        "signature": core.OctetString(signature),
    }
    return cms.SignerInfo(info)
