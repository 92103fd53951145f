"""Profile's own limit: no certificate outlives what its profile allows.

ETSI EN 319 412-1 5.1 and 电子签名法 Art. 13: the signer alone controls the key at
the time of signing; an event certificate is therefore good for minutes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from esign.authorities.profiles import Profile

ROUNDING: Final = timedelta(seconds=10)
"""Whole seconds in X.509, and the few by which certificates are backdated."""


def validity(certificate: Certificate, profile: Profile) -> str | None:
    lasts = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    if timedelta(0) < lasts <= profile.valid_for + ROUNDING:
        return None
    return f"a {profile.name} certificate must not last this long"
