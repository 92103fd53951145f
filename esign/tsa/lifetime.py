"""Until when a time-stamp carries what it covers, and when the next one is due.

A stamp proves as long as its certificate can be checked and its algorithms are
trusted; the next one has to be there before (ETSI EN 319 142-1 5.4.3: document
time-stamps are added "before" the last one can no longer be relied on).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509

from esign.chain import proven_span
from esign.errors import ChainInvalid
from esign.unreadable import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class AlgorithmEnd:
    name: str
    ends: datetime | None
    """The last moment at which it is trusted; ``None`` while nobody has named one."""

    citation: str


ALGORITHM_ENDS: Final = (
    AlgorithmEnd(
        name="ECDSA P-256",
        ends=datetime(2035, 12, 31, 23, 59, 59, tzinfo=UTC),
        citation='NIST IR 8547 (draft, 2024-11) table 2: "disallowed after 2035"',
    ),
    AlgorithmEnd(
        name="SHA-256",
        ends=None,
        citation="NIST IR 8547 (draft, 2024-11) 4.1.3: no end stated for SHA-2",
    ),
)
"""What every stamp that we take is made with (`esign.tsa.reading`). A list that moves:
looked at with every release, and a nearer end only brings renewals forward."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalPolicy:
    margin: timedelta
    """A stamp that carries for less than this is renewed."""

    citation: str


RENEWAL_2026: Final = RenewalPolicy(
    margin=timedelta(days=365),
    citation=(
        "ETSI EN 319 142-1 5.4.3 says before, not how long before; a year is the longest life"
        " of a root's revocation list, so that a whole year of failures is survived"
    ),
)


def carries_until(
    certificate: bytes,
    *,
    roots: Sequence[x509.Certificate],
    algorithms: Iterable[AlgorithmEnd] = ALGORITHM_ENDS,
) -> datetime:
    """Return when a stamp under ``certificate`` (DER) ceases to prove anything.

    The end of the shortest-lived certificate up to the root, or of an algorithm.
    Raises `ChainInvalid` for a certificate of nobody's that we trust.
    """
    try:
        stamper = x509.load_der_x509_certificate(certificate)
    except UNREADABLE as error:
        raise ChainInvalid("a time-stamper's certificate cannot be read") from error
    named = [each.ends for each in algorithms if each.ends is not None]
    return min([proven_span(stamper, tuple(roots)).ends, *named])
