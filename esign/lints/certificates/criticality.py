"""RFC 5280 4.2: nothing is critical that a reader may not know.

"A certificate-using system MUST reject the certificate if it encounters a
critical extension it does not recognize". Critical are basic constraints and
key usage (4.2.1.9, 4.2.1.3), and the purpose of a time-stamper (RFC 3161 2.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cryptography import x509

if TYPE_CHECKING:
    from esign.authorities.profiles import Profile

_ALWAYS: Final = frozenset({x509.BasicConstraints.oid, x509.KeyUsage.oid})


def criticality(certificate: x509.Certificate, profile: Profile) -> str | None:
    critical = {each.oid for each in certificate.extensions if each.critical}
    may = _ALWAYS | ({x509.ExtendedKeyUsage.oid} if profile.extended_usage_critical else set())
    if critical <= may:
        return None
    return f"an extension of a {profile.name} certificate must not be critical"
