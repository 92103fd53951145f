"""Certificate chains, judged at the time the signature was made.

RFC 5280 section 6 by way of ``cryptography``'s verifier.  End certificates are
told apart by policy and usage elsewhere, so the web rules for names do not apply.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from esign.errors import ChainInvalid

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def verify_chain_at(
    leaf: x509.Certificate,
    intermediates: Sequence[x509.Certificate],
    *,
    roots: Sequence[x509.Certificate],
    at: datetime,
) -> list[x509.Certificate]:
    """Return the chain from ``leaf`` to a root that was valid at ``at``.

    Raises `ChainInvalid`; it never returns a doubtful answer.
    """
    if not roots:
        raise ChainInvalid("no root is trusted")
    end = ExtensionPolicy.permit_all().require_present(x509.KeyUsage, Criticality.CRITICAL, None)
    verifier = (
        PolicyBuilder()
        .store(Store(list(roots)))
        .time(at)
        .extension_policies(ee_policy=end, ca_policy=ExtensionPolicy.webpki_defaults_ca())
        .build_client_verifier()
    )
    try:
        return list(verifier.verify(leaf, list(intermediates)).chain)
    except VerificationError as error:
        raise ChainInvalid("no chain to a trusted root at that time") from error
