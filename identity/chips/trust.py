"""Whom we believe: the countries' certificates (CSCA), and what they have revoked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from identity.chips.keys import describe
from identity.chips.refusal import ChipRefused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from identity.chips.certificates import ChipCertificate
    from identity.chips.revocation import RevocationList


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    authorities: tuple[ChipCertificate, ...] = ()
    """Self-signed ones are believed; a link certificate is as good as what signed it."""
    revocations: tuple[RevocationList, ...] = ()

    def __or__(self, other: Trust) -> Trust:
        return Trust(
            authorities=self.authorities + other.authorities,
            revocations=self.revocations + other.revocations,
        )


def kinds_of_keys(authorities: Iterable[ChipCertificate]) -> Counter[str]:
    """Count the keys by kind and size; what cannot be used is counted under its fault."""
    counted: Counter[str] = Counter()
    for authority in authorities:
        try:
            counted[describe(authority.key())] += 1
        except ChipRefused as refusal:
            counted[refusal.fault.value] += 1
    return counted
