"""RFC 9155 and NIST SP 800-131A: nothing is signed over SHA-1, nor over less.

"SHA-1 ... digital signature generation: disallowed." The rehearsal bears the same
algorithm as the certificate that follows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives import hashes

from esign.sm.certificates import is_by_sm2

if TYPE_CHECKING:
    from cryptography import x509

    from esign.authorities.profiles import Profile

_GOOD: Final = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


def signature_hash(certificate: x509.Certificate, profile: Profile) -> str | None:
    # SM3 has 256 bits as SHA-256 does, and SM2 goes with nothing else (GB/T 35275).
    if is_by_sm2(certificate):
        return None
    if isinstance(certificate.signature_hash_algorithm, _GOOD):
        return None
    return f"a {profile.name} certificate is signed over a weak digest"
