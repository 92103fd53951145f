"""The rules of certificates; each answers ``None`` or what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from esign.lints.certificates.authority_flag import authority_flag
from esign.lints.certificates.evidence_bound import evidence_bound
from esign.lints.certificates.key_identifier import key_identifier
from esign.lints.certificates.serial_entropy import serial_entropy
from esign.lints.certificates.time_stamping_usage import time_stamping_usage
from esign.lints.certificates.validity import validity

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.x509 import Certificate

    from esign.authorities.profiles import Profile

    CertificateLint = Callable[[Certificate, Profile], str | None]

CERTIFICATE_LINTS: Final[tuple[CertificateLint, ...]] = (
    authority_flag,
    evidence_bound,
    key_identifier,
    serial_entropy,
    time_stamping_usage,
    validity,
)
