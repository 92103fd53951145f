"""CA/B Forum Baseline Requirements 7.1: serial numbers nobody can foretell.

"CAs SHALL generate non-sequential Certificate serial numbers greater than zero
(0) and less than 2^159 containing at least 64 bits of output from a CSPRNG."
The entropy cannot be seen from outside; a number too short to hold it can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from esign.authorities.profiles import Profile

SHORTEST: Final = 65


def serial_entropy(certificate: Certificate, profile: Profile) -> str | None:
    if SHORTEST <= certificate.serial_number.bit_length() <= 159:  # noqa: PLR2004 - cited above
        return None
    return f"the serial number of a {profile.name} certificate is too short or too long"
