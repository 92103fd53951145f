"""Feigui certificate policy: an event certificate names its evidence, no other one does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509

from esign import oids
from esign.evidence import EvidenceDigests

if TYPE_CHECKING:
    from esign.authorities.profiles import Profile


def evidence_bound(certificate: x509.Certificate, profile: Profile) -> str | None:
    try:
        found = certificate.extensions.get_extension_for_oid(x509.ObjectIdentifier(oids.EVIDENCE))
    except x509.ExtensionNotFound:
        return "the evidence is missing" if profile.needs_evidence else None
    if not profile.needs_evidence:
        return "only an event certificate carries evidence"
    value = found.value
    try:
        EvidenceDigests.from_der(
            value.value if isinstance(value, x509.UnrecognizedExtension) else b""
        )
    except ValueError:
        return "the evidence is not three digests"
    return None
