"""RFC 5280 3.2: a root is its own issuer, its links bear its name, and nobody else's does.

"Self-issued certificates are CA certificates in which the issuer and subject are
the same entity." A chain is walked by name first; a name of both would end it. Between
two keys of a root that is meant (RFC 4210 4.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509

    from esign.authorities.profiles import Profile


def issuer_name(certificate: x509.Certificate, profile: Profile) -> str | None:
    if not list(certificate.issuer):
        return "the issuer has no name"
    if (certificate.issuer == certificate.subject) == (profile.signs_itself or profile.links_roots):
        return None
    return f"issuer and subject of a {profile.name} certificate are wrongly alike or unlike"
