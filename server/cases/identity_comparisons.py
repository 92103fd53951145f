"""公证员面签核对: what the notary saw when comparing a person with a document, without a machine.

公证法 Art. 28(1); 人脸识别技术应用安全管理办法 (2025-06-01): a face compared by a machine is never
the only way. The texts stay with the check, encrypted; the chain of the ceremony holds codes and
the digest that stands for them.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from server.cases.ids import AccountId

if TYPE_CHECKING:
    from collections.abc import Iterable


class Likeness(StrEnum):
    SAME = "same"
    NOT_SAME = "not_same"  # Ends the check: somebody else sits there.
    UNSURE = "unsure"  # Proves nobody; it may be compared again.


class AskedAbout(StrEnum):
    """What the person was asked that only the holder of the document is likely to know."""

    BIRTH = "birth"
    ADDRESS = "address"
    FAMILY = "family"
    OCCUPATION = "occupation"
    DOCUMENT = "document"  # When, where and why it was issued.
    MATTER = "matter"  # Why the certificate is wanted.


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondWord:
    """What the second handler says, who looked as well (公证程序规则 Art. 53)."""

    by: AccountId
    at: datetime
    agrees: bool
    reason: str
    link: str
    """Hash of the link in the ceremony's chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    ceremony: str
    by: AccountId
    at: datetime
    result: Likeness
    document: str
    """Kind of document that was seen."""

    original_shown: bool
    """The original was held before the camera, not a copy or a picture of it."""

    questions: tuple[AskedAbout, ...]
    reason: str
    link: str
    """Hash of the link in the ceremony's chain."""

    needs_second: bool = False
    second: SecondWord | None = None

    @property
    def proves(self) -> bool:
        agreed = self.second is not None and self.second.agrees
        return self.result is Likeness.SAME and (agreed or not self.needs_second)


def told_of(comparison: Comparison) -> dict[str, object]:
    """Return what a party's signature is bound to of one comparison."""
    second = comparison.second
    return {
        "ceremony": comparison.ceremony,
        "by": comparison.by,
        "result": comparison.result,
        "link": comparison.link,
        "second": second and {"by": second.by, "agrees": second.agrees, "link": second.link},
    }


def up_to_the_proof(comparisons: Iterable[Comparison]) -> list[dict[str, object]]:
    """Return the comparisons until one proved the person.

    Whoever comes back after a lost line is compared again. That stands in the ceremony's chain
    and must not change what an earlier signature was bound to.
    """
    told = []
    for each in comparisons:
        told.append(told_of(each))
        if each.proves:
            break
    return told


def digest_of_words(reason: str, **facts: object) -> str:
    """Return the digest that stands in a chain for what was said: SHA-256 of canonical JSON."""
    canonical = json.dumps(
        {"reason": reason, **facts}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(canonical.encode()).hexdigest()
