"""asn1crypto ships no types: one name for its values, and one door to its parsers.

asn1crypto takes time exponential in the nesting to copy what was looked into, and raises
whatever Python raises; so the walk of `tlv` comes first, and every error leaves as one of ours.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from identity.chips.refusal import ChipFault, ChipRefused
from identity.chips.tlv import check_limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from identity.chips.refusal import ChipFile

Asn1: TypeAlias = Any


@contextmanager
def understood(place: ChipFile | None) -> Iterator[None]:
    """Turn what asn1crypto raises on values of the wrong shape into `ChipRefused` (malformed)."""
    try:
        yield
    except ChipRefused:
        raise
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError) as error:
        raise ChipRefused(ChipFault.MALFORMED, place) from error


def load(kind: Asn1, der: bytes, *, place: ChipFile | None) -> Asn1:
    """Return ``der``, exactly one value within the limits, as a lazily parsed ``kind``."""
    check_limits(der, place=place)
    with understood(place):
        return kind.load(der, strict=True)


def moment(value: Asn1) -> datetime:
    """Return a time as one that can be compared; raises ValueError (see `understood`).

    DER writes times in UTC (X.690, 11.7 and 11.8); one without a zone, or of the year 0, would
    raise only where it is compared.
    """
    found = value.native
    if not (isinstance(found, datetime) and found.tzinfo is not None):
        raise ValueError("a time without a zone")
    return found
