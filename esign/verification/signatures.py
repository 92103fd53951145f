"""One signature of a person or office: who, when, under which policy, how durable."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from esign import oids
from esign.anchors import vouched_until
from esign.chain import verify_chain_at
from esign.errors import ChainInvalid, NotOurs, SignatureDoubtful, Tampered, TimeStampUnavailable
from esign.evidence import EvidenceDigests
from esign.pdf.levels import PadesLevel
from esign.pdf.revisions import has_revision
from esign.tsa.reading import read_token
from esign.tsa.responses import proven_time
from esign.verification.existence import Token
from esign.verification.report import Role, SignatureFound
from esign.verification.revocation import unrevoked_since

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from esign.asn1 import Asn1
    from esign.verification.existence import Existence

_SIGNATURE_TIME_STAMP: Final = "1.2.840.113549.1.9.16.2.14"
_ROLES: Final = {
    oids.POLICY_PARTY: Role.PARTY,
    oids.POLICY_NOTARY: Role.NOTARY,
    oids.POLICY_OFFICE_SEAL: Role.OFFICE_SEAL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a signature is held against."""

    roots: Mapping[x509.Certificate, x509.Certificate]
    """What ends a chain of ours, each with the root that vouches for it."""

    party_roots: Sequence[x509.Certificate]
    """Of outside authorities, which certify parties and nobody else."""

    lists: Sequence[x509.CertificateRevocationList]
    existence: Existence
    """Told of every archive time-stamp already."""

    document: bytes


def describe(signature: Asn1, result: Asn1, known: Known) -> SignatureFound:
    """Return what ``signature``, already validated with ``result`` and `check_time`, says."""
    certificate = _load(signature.signer_cert)
    signed_at = _signed_at(result)
    # The chain once more, by a second implementation, at the proven time.
    others = [_load(other) for other in signature.other_embedded_certs]
    chain = verify_chain_at(
        certificate, others, roots=(*known.roots, *known.party_roots), at=signed_at
    )
    if not signed_at <= vouched_until(chain[-1], known.roots):
        raise ChainInvalid("the root that vouches for a chain had ended")
    since = [
        unrevoked_since(subject, issuer, known.lists, used_at=signed_at)
        for subject, issuer in pairwise(chain)
    ]
    # An outside authority could write any policy into its certificates, ours too.
    role = role_of(certificate) if chain[-1] in known.roots else Role.PARTY
    return SignatureFound(
        field=str(signature.field_name),
        role=role,
        common_name=_named(certificate, NameOID.COMMON_NAME) or "",
        organization=_named(certificate, NameOID.ORGANIZATION_NAME),
        serial=certificate.serial_number,
        signed_at=signed_at,
        level=_level(signature, result),
        evidence=_evidence(certificate, role, known.document),
        root=known.roots.get(chain[-1], chain[-1]).fingerprint(hashes.SHA256()).hex(),
        unrevoked_since=min(since),
    )


def _load(certificate: Asn1) -> x509.Certificate:
    return x509.load_der_x509_certificate(certificate.dump())


def role_of(certificate: x509.Certificate) -> Role:
    """Return what the certificate's policy makes its holder, or raise `NotOurs`."""
    try:
        policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except x509.ExtensionNotFound:
        raise NotOurs("a signer's certificate names no policy of ours") from None
    stated = [p.policy_identifier.dotted_string for p in policies]
    roles = [_ROLES[policy] for policy in stated if policy in _ROLES]
    if len(roles) != 1:
        raise NotOurs("a signer's certificate names no policy of ours")
    return roles[0]


def check_time(signature: Asn1, known: Known, *, reach: int) -> None:
    """Raise unless the time-stamp of the signature is under a root of ours, and counts.

    ``reach`` is which of the file's signatures it is in, from 0. Raises `StamperStolen`.
    """
    roots = tuple(known.roots)
    for attribute in signature.signer_info["unsigned_attrs"]:
        if attribute["type"].dotted != _SIGNATURE_TIME_STAMP:
            continue
        for value in attribute["values"]:
            try:
                token = read_token(value.dump())
                at = proven_time(token, roots=roots)
                stamper = x509.load_der_x509_certificate(token.certificate)
                chain = verify_chain_at(stamper, [], roots=roots, at=at)
            except (ChainInvalid, TimeStampUnavailable) as error:
                raise SignatureDoubtful("a signature's time-stamp is not ours") from error
            known.existence.check(
                Token(certificate=stamper, issuer=chain[-1], at=at, reach=reach), known.lists
            )


def _signed_at(result: Asn1) -> datetime:
    stamp = result.signature_timestamp_status
    if stamp is None or stamp.api_status is None:
        raise SignatureDoubtful("a signature has no time-stamp of its own")
    at: datetime = stamp.api_status.timestamp
    return at


def _level(signature: Asn1, result: Asn1) -> PadesLevel:
    if result.oldest_evidence_record_timestamp is not None:
        return PadesLevel.B_LTA
    has_validation_data = "/DSS" in signature.reader.root
    return PadesLevel.B_LT if has_validation_data else PadesLevel.B_T


def _named(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str | None:
    found = certificate.subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else None


def _evidence(certificate: x509.Certificate, role: Role, document: bytes) -> EvidenceDigests | None:
    if role is not Role.PARTY:
        return None
    try:
        extension = certificate.extensions.get_extension_for_oid(
            x509.ObjectIdentifier(oids.EVIDENCE)
        )
    except x509.ExtensionNotFound:
        raise NotOurs("an event certificate names no evidence") from None
    evidence = EvidenceDigests.from_der(extension.value.public_bytes())
    if not has_revision(document, evidence.document):
        raise Tampered("the party was shown another document")
    return evidence
