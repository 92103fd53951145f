"""RFC 5280 4.2.2.1: where the issuer's certificate is, and who answers for its status.

"Conforming CAs MUST mark this extension as non-critical." ETSI EN 319 412-2
4.4.1 wants both addresses. A root has no issuer but itself, and about a
responder nobody is asked (RFC 6960 4.2.2.2.1). By SM2 nobody answers yet, and an
address that leads nowhere would make every reader wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from esign.lints.certificates.lookup import extension_of
from esign.sm.certificates import is_by_sm2

if TYPE_CHECKING:
    from esign.authorities.profiles import Profile


def authority_access(certificate: x509.Certificate, profile: Profile) -> str | None:
    found = extension_of(certificate, x509.AuthorityInformationAccess)
    stated = {
        each.access_method
        for each in (found.value if found else ())
        if isinstance(each.access_location, x509.UniformResourceIdentifier)
        and each.access_location.value.startswith(("http://", "https://"))
    }
    if found is not None and found.critical:
        return "the addresses of the issuer must not be critical"
    if stated == _expected(profile, is_answered=not is_by_sm2(certificate)):
        return None
    return f"the addresses of the issuer are not those of a {profile.name} certificate"


def _expected(profile: Profile, *, is_answered: bool) -> set[x509.ObjectIdentifier]:
    if profile.signs_itself:
        return set()
    if profile.no_check or not is_answered:
        return {AuthorityInformationAccessOID.CA_ISSUERS}
    return {AuthorityInformationAccessOID.CA_ISSUERS, AuthorityInformationAccessOID.OCSP}
