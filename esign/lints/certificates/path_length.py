"""RFC 5280 4.2.1.9: how many authorities may still follow below this one.

"CAs MUST NOT include the pathLenConstraint field unless the cA boolean is
asserted and the key usage extension asserts the keyCertSign bit."
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509

from esign.lints.certificates.lookup import extension_of

if TYPE_CHECKING:
    from esign.authorities.profiles import Profile


def path_length(certificate: x509.Certificate, profile: Profile) -> str | None:
    constraints = extension_of(certificate, x509.BasicConstraints)
    if constraints is not None and constraints.value.path_length == profile.path_length:
        return None
    return f"the path length is not that of a {profile.name} certificate"
