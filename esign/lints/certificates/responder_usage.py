"""RFC 6960 4.2.2.2: who answers for an authority was appointed to it, and does nothing else.

"Explicit delegation ... id-kp-OCSPSigning MUST be included in the extended key
usage extension of the OCSP response signer's certificate." The purpose beside
another would let that other use forge answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from esign import oids
from esign.lints.certificates.lookup import extension_of

if TYPE_CHECKING:
    from esign.authorities.profiles import Profile


def responder_usage(certificate: x509.Certificate, profile: Profile) -> str | None:
    found = extension_of(certificate, x509.ExtendedKeyUsage)
    purposes = [] if found is None else list(found.value)
    answers = ExtendedKeyUsageOID.OCSP_SIGNING in purposes
    if answers != (profile.policy == oids.POLICY_RESPONDER):
        return "answering for an authority is for its responder alone"
    if answers and len(purposes) != 1:
        return "answering for an authority must be the only purpose"
    return None
