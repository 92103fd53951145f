"""RFC 3161 2.3: a key that stamps time does nothing else.

"The corresponding certificate MUST contain only one instance of the extended key
usage field extension ... with KeyPurposeID having value: id-kp-timeStamping.
This extension MUST be critical."
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from esign import oids

if TYPE_CHECKING:
    from esign.authorities.profiles import Profile


def time_stamping_usage(certificate: x509.Certificate, profile: Profile) -> str | None:
    try:
        found = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return "the usage is missing" if profile.extended_usage else None
    stamps = ExtendedKeyUsageOID.TIME_STAMPING in found.value
    if stamps != (profile.policy == oids.POLICY_TSA):
        return "time-stamping is for the time-stamping authority alone"
    if stamps and not (found.critical and len(found.value) == 1):
        return "time-stamping must be the only usage, and critical"
    return None
