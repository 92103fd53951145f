"""RFC 5280 4.2.1.13: every certificate that can be taken back says where the list is.

"The extension SHOULD be non-critical, but this profile RECOMMENDS support for
this extension by CAs and applications." ETSI EN 319 412-2 4.3.11 wants it over
HTTP. A root cannot be taken back, and a responder is not asked about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509

from esign.lints.certificates.lookup import extension_of

if TYPE_CHECKING:
    from esign.authorities.profiles import Profile


def revocation_source(certificate: x509.Certificate, profile: Profile) -> str | None:
    found = extension_of(certificate, x509.CRLDistributionPoints)
    if profile.signs_itself or profile.no_check:
        return None if found is None else f"a {profile.name} certificate is on no list"
    if found is None or found.critical:
        return "the address of the revocation list is missing or critical"
    if all(point.full_name and not point.reasons for point in found.value) and all(
        isinstance(name, x509.UniformResourceIdentifier)
        and name.value.startswith(("http://", "https://"))
        for point in found.value
        for name in point.full_name or ()
    ):
        return None
    return "the address of the revocation list is not one of HTTP"
