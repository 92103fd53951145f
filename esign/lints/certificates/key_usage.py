"""RFC 5280 4.2.1.3: the key's uses are those of the profile, none more, and critical.

"When present, conforming CAs SHOULD mark this extension as critical." ETSI EN
319 412-2 4.3.2 has signing keys say nothing but signing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cryptography import x509

from esign.lints.certificates.lookup import extension_of

if TYPE_CHECKING:
    from esign.authorities.profiles import Profile

_USES: Final = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
)


def key_usage(certificate: x509.Certificate, profile: Profile) -> str | None:
    found = extension_of(certificate, x509.KeyUsage)
    if found is None or not found.critical:
        return "the key usage is missing or not critical"
    stated = {use for use in _USES if getattr(found.value, use)}
    if stated == profile.key_usage:
        return None
    return f"the key usage is not that of a {profile.name} certificate"
