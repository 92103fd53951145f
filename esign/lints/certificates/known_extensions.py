"""RFC 5280 4.2: a certificate says what its profile has to say, and nothing beside it.

What no rule looks at could carry what nobody meant to sign, a person's number
for example (GB/T 20518 and GM/T 0015 define such extensions; none of ours has
them). "A certificate MUST NOT include more than one instance of a particular
extension."
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cryptography import x509

from esign import oids

if TYPE_CHECKING:
    from esign.authorities.profiles import Profile

_KNOWN: Final = frozenset(
    {
        x509.AuthorityInformationAccess.oid,
        x509.AuthorityKeyIdentifier.oid,
        x509.BasicConstraints.oid,
        x509.CertificatePolicies.oid,
        x509.CRLDistributionPoints.oid,
        x509.ExtendedKeyUsage.oid,
        x509.KeyUsage.oid,
        x509.OCSPNoCheck.oid,
        x509.SubjectKeyIdentifier.oid,
        x509.ObjectIdentifier(oids.EVIDENCE),
    }
)


def known_extensions(certificate: x509.Certificate, profile: Profile) -> str | None:
    if {extension.oid for extension in certificate.extensions} <= _KNOWN:
        return None
    return f"an extension is not one that a {profile.name} certificate has"
