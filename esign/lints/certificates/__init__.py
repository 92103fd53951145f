"""The rules of certificates; each answers ``None`` or what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from esign.lints.certificates.authority_access import authority_access
from esign.lints.certificates.authority_flag import authority_flag
from esign.lints.certificates.criticality import criticality
from esign.lints.certificates.evidence_bound import evidence_bound
from esign.lints.certificates.extended_usage import extended_usage
from esign.lints.certificates.issuer_name import issuer_name
from esign.lints.certificates.key_identifier import key_identifier
from esign.lints.certificates.key_size import key_size
from esign.lints.certificates.key_usage import key_usage
from esign.lints.certificates.known_extensions import known_extensions
from esign.lints.certificates.names import names
from esign.lints.certificates.no_check import no_check
from esign.lints.certificates.path_length import path_length
from esign.lints.certificates.policy import policy
from esign.lints.certificates.responder_usage import responder_usage
from esign.lints.certificates.revocation_source import revocation_source
from esign.lints.certificates.serial_entropy import serial_entropy
from esign.lints.certificates.signature_hash import signature_hash
from esign.lints.certificates.time_stamping_usage import time_stamping_usage
from esign.lints.certificates.validity import validity

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.x509 import Certificate

    from esign.authorities.profiles import Profile

    CertificateLint = Callable[[Certificate, Profile], str | None]

CERTIFICATE_LINTS: Final[tuple[CertificateLint, ...]] = (
    authority_access,
    authority_flag,
    criticality,
    evidence_bound,
    extended_usage,
    issuer_name,
    key_identifier,
    key_size,
    key_usage,
    known_extensions,
    names,
    no_check,
    path_length,
    policy,
    responder_usage,
    revocation_source,
    serial_entropy,
    signature_hash,
    time_stamping_usage,
    validity,
)
