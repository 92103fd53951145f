"""Certificate chains, judged at the time the signature was made.

RFC 5280 section 6 by way of ``cryptography``'s verifier.  End certificates are
told apart by policy and usage elsewhere, so the web rules for names do not apply.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From when to when something that was proven holds, both included."""

    begins: datetime
    ends: datetime

    def check(self, at: datetime) -> None:
        if not self.begins <= at <= self.ends:
            raise ChainInvalid("a certificate or revocation list is not of this time")


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


@lru_cache(maxsize=256)
def proven_span(leaf: x509.Certificate, roots: tuple[x509.Certificate, ...]) -> Span:
    """Prove that one of ``roots`` issued ``leaf``, and return when that holds.

    The answer is remembered; nothing in it depends on the time of asking. Raises
    `ChainInvalid` also for a leaf that is older than its root.
    """
    chain = verify_chain_at(leaf, [], roots=roots, at=leaf.not_valid_before_utc)
    return Span(
        begins=max(each.not_valid_before_utc for each in chain),
        ends=min(each.not_valid_after_utc for each in chain),
    )
