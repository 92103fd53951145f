"""Object identifiers of our own, under the arc that X.667 opens to everybody.

The number after 2.25 is a UUID (version 5 of this project's name), so no
registrar has to grant it.  Nothing here may ever change its meaning.
"""

from __future__ import annotations

from typing import Final

_ARC: Final = "2.25.161721037323886305919617810267546220314"

POLICY_ROOT_AND_OFFICES: Final = "2.5.29.32.0"
"""anyPolicy, RFC 5280 4.2.1.4: an authority does not narrow its subjects."""

POLICY_PARTY: Final = f"{_ARC}.1.1"
POLICY_NOTARY: Final = f"{_ARC}.1.2"
POLICY_OFFICE_SEAL: Final = f"{_ARC}.1.3"
POLICY_TSA: Final = f"{_ARC}.1.4"
POLICY_RESPONDER: Final = f"{_ARC}.1.5"

EVIDENCE: Final = f"{_ARC}.2.1"
"""The certificate extension of `esign.evidence`."""

TIME_STAMP_POLICY: Final = f"{_ARC}.3.1"
"""What the time-stamping authority promises: SHA-2, accuracy of one second."""

DOCUMENT_SIGNING: Final = "1.3.6.1.5.5.7.3.36"
"""id-kp-documentSigning, RFC 9336."""
