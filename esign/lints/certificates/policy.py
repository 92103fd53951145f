"""RFC 5280 4.2.1.4: one policy, that of the profile; it tells our kinds of certificates apart.

"In an end entity certificate, these policy information terms indicate the policy
under which the certificate has been issued ... In a CA certificate, [they] limit
the set of policies for certification paths that include this certificate."
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509

from esign.lints.certificates.lookup import extension_of

if TYPE_CHECKING:
    from esign.authorities.profiles import Profile


def policy(certificate: x509.Certificate, profile: Profile) -> str | None:
    found = extension_of(certificate, x509.CertificatePolicies)
    stated = [] if found is None else [p.policy_identifier.dotted_string for p in found.value]
    if stated == [profile.policy]:
        return None
    return f"the policy is not that of a {profile.name} certificate"
