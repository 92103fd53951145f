"""RFC 5280 4.2.1.9: only a certificate that says so, critically, may sign certificates.

"If the basic constraints extension is not present ... or the cA boolean is not
asserted, then the certified public key MUST NOT be used to verify certificate
signatures."
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509

from esign.lints.certificates.lookup import extension_of

if TYPE_CHECKING:
    from esign.authorities.profiles import Profile


def authority_flag(certificate: x509.Certificate, profile: Profile) -> str | None:
    constraints = extension_of(certificate, x509.BasicConstraints)
    usage = extension_of(certificate, x509.KeyUsage)
    if constraints is None or usage is None:
        return "basic constraints or key usage is missing"
    flags = (constraints.value.ca, usage.value.key_cert_sign, usage.value.crl_sign)
    if constraints.critical and flags == (profile.is_authority,) * 3:
        return None
    return "basic constraints and key usage disagree with the profile"
