"""RFC 6960 4.2.2.2.1: only a responder's certificate is believed without being asked about.

"A CA may specify that an OCSP client can trust a responder for the lifetime of
the responder's certificate. The CA does so by including the extension
id-pkix-ocsp-nocheck. This SHOULD be a non-critical extension." On any other
certificate it would switch revocation off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509

from esign.lints.certificates.lookup import extension_of

if TYPE_CHECKING:
    from esign.authorities.profiles import Profile


def no_check(certificate: x509.Certificate, profile: Profile) -> str | None:
    found = extension_of(certificate, x509.OCSPNoCheck)
    if (found is not None) != profile.no_check:
        return "a responder, and nobody else, is believed without being asked about"
    return "no-check must not be critical" if found is not None and found.critical else None
