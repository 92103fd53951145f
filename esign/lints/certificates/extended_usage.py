"""RFC 5280 4.2.1.12: the purposes are those of the profile, and never "any".

"If a CA includes extended key usages to satisfy such applications, but does not
wish to restrict usages of the key, the CA can include the special KeyPurposeId
anyExtendedKeyUsage". Ours are restricted, all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509

from esign.lints.certificates.lookup import extension_of

if TYPE_CHECKING:
    from esign.authorities.profiles import Profile


def extended_usage(certificate: x509.Certificate, profile: Profile) -> str | None:
    found = extension_of(certificate, x509.ExtendedKeyUsage)
    stated = () if found is None else tuple(usage.dotted_string for usage in found.value)
    critical = found is not None and found.critical
    if (stated, critical) == (profile.extended_usage, profile.extended_usage_critical):
        return None
    return f"the purposes are not those of a {profile.name} certificate"
