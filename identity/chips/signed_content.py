"""Signed content (RFC 5652) with exactly one signer, as SODs and master lists have it.

The signature is verified over the bytes as they came; only signed attributes are accepted,
because a bare signature could be moved to content of another type.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from asn1crypto import cms
from cryptography.hazmat.primitives import hashes

from identity.chips.asn1 import load, moment, understood
from identity.chips.certificates import name_of, read_certificate
from identity.chips.refusal import ChipFault, ChipRefused
from identity.chips.signatures import DIGESTS, demand_digest, demand_signature, scheme_of
from identity.chips.tlv import read_all, read_only

if TYPE_CHECKING:
    from datetime import datetime

    from identity.chips.asn1 import Asn1
    from identity.chips.certificates import ChipCertificate
    from identity.chips.refusal import ChipFile
    from identity.chips.signatures import Scheme

_SEQUENCE, _SET, _SIGNED_ATTRIBUTES = 0x30, 0x31, 0xA0
MOST_CERTIFICATES: Final = 8
"""In one signed object; a SOD holds one, a master list its signer and that one's country."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedContent:
    """What is signed and by whom; its signature and digest are proven."""

    content: bytes = field(repr=False)
    digest: str
    scheme: Scheme
    signer: ChipCertificate
    certificates: tuple[ChipCertificate, ...]
    signed_at: datetime | None
    """As the signer states it; ``None`` where it does not."""


def digest_of(content: bytes, name: str) -> bytes:
    digest = hashes.Hash(DIGESTS[name]())
    digest.update(content)
    return digest.finalize()


def read_signed(der: bytes, *, content_type: str, place: ChipFile | None) -> SignedContent:
    """Return proven content of ``content_type`` (dotted); raises `ChipRefused`.

    Whether the signer may be believed is another question (`chain`).
    """
    info = load(cms.ContentInfo, der, place=place)
    with understood(place):
        # (1) It is signed content of this type, by one signer.
        if info["content_type"].native != "signed_data":
            raise ChipRefused(ChipFault.NOT_SIGNED_DATA, place)
        data = info["content"]
        if data["encap_content_info"]["content_type"].dotted != content_type:
            raise ChipRefused(ChipFault.CONTENT_TYPE_WRONG, place)
        content = bytes(data["encap_content_info"]["content"])
        signer = _only_signer(data["signer_infos"], place)

        # (2) The signed attributes are about this content.
        digest = demand_digest(signer["digest_algorithm"]["algorithm"].native, place=place)
        attributes = _attributes(signer["signed_attrs"], place)
        _demand_about(attributes, content_type=content_type, place=place)
        _demand_digest(attributes, digest_of(content, digest), place)

        # (3) The signature over them is by the key of the certificate that is named.
        certificates = _certificates(data["certificates"], place)
        certificate = _named(signer["sid"], certificates, place)
        scheme = scheme_of(signer["signature_algorithm"], digest=digest, place=place)
        demand_signature(
            certificate.key(place=place),
            bytes(signer["signature"].native),
            _signed_bytes(der, place),
            scheme=scheme,
            broken=ChipRefused(ChipFault.SIGNATURE_INVALID, place),
        )
        stated = attributes.get("signing_time")
        signed_at = moment(stated) if stated is not None else None
    return SignedContent(
        content=content,
        digest=digest,
        scheme=scheme,
        signer=certificate,
        certificates=certificates,
        signed_at=signed_at,
    )


def _only_signer(signers: Asn1, place: ChipFile | None) -> Asn1:
    if len(signers) == 0:
        raise ChipRefused(ChipFault.NOT_SIGNED_DATA, place)
    if len(signers) != 1:
        raise ChipRefused(ChipFault.SEVERAL_SIGNERS, place)
    return signers[0]


def _attributes(attributes: Asn1, place: ChipFile | None) -> dict[str, Asn1]:
    """Return the one value of each signed attribute."""
    found: dict[str, Asn1] = {}
    for attribute in attributes:
        name = attribute["type"].native
        if name in found or len(attribute["values"]) != 1:
            raise ChipRefused(ChipFault.SIGNED_ATTRIBUTES_WRONG, place)
        found[name] = attribute["values"][0]
    if not found:
        raise ChipRefused(ChipFault.SIGNED_ATTRIBUTES_MISSING, place)
    return found


def _demand_about(
    attributes: dict[str, Asn1], *, content_type: str, place: ChipFile | None
) -> None:
    stated = attributes.get("content_type")
    if stated is None or stated.dotted != content_type or "message_digest" not in attributes:
        raise ChipRefused(ChipFault.SIGNED_ATTRIBUTES_WRONG, place)


def _demand_digest(attributes: dict[str, Asn1], digest: bytes, place: ChipFile | None) -> None:
    if not hmac.compare_digest(bytes(attributes["message_digest"].native), digest):
        raise ChipRefused(ChipFault.CONTENT_DIGEST_MISMATCH, place)


def _certificates(choices: Asn1, place: ChipFile | None) -> tuple[ChipCertificate, ...]:
    ders = [each.chosen.dump() for each in choices if each.name == "certificate"]
    if not len(ders) <= MOST_CERTIFICATES:
        raise ChipRefused(ChipFault.TOO_MANY_VALUES, place)
    return tuple(read_certificate(der, place=place) for der in ders)


def _named(
    identifier: Asn1, certificates: tuple[ChipCertificate, ...], place: ChipFile | None
) -> ChipCertificate:
    chosen = identifier.chosen
    for certificate in certificates:
        if identifier.name == "issuer_and_serial_number":
            named = (name_of(chosen["issuer"]), int(chosen["serial_number"].native))
            found = (certificate.issuer, certificate.serial) == named
        else:
            found = certificate.key_id == bytes(chosen.native)
        if found:
            return certificate
    raise ChipRefused(ChipFault.SIGNER_CERTIFICATE_MISSING, place)


def _signed_bytes(der: bytes, place: ChipFile | None) -> bytes:
    """Return the signed attributes as they came, tagged as the set they are (RFC 5652, 5.4)."""
    explicit = read_all(read_only(der, _SEQUENCE, place=place).value, place=place)[1]
    data = read_only(explicit.value, _SEQUENCE, place=place)
    signers = read_all(data.value, place=place)[-1]
    parts = read_all(read_only(signers.value, _SEQUENCE, place=place).value, place=place)
    attributes = next(part for part in parts if part.tag == _SIGNED_ATTRIBUTES)
    return bytes([_SET]) + attributes.raw[1:]
