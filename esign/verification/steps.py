"""The steps of a verification, numbered: the same for people, for machines and in reports."""

from __future__ import annotations

from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from esign.errors import (
    CertificateRevoked,
    ChainInvalid,
    NotOurs,
    SignatureDoubtful,
    Tampered,
    VerificationFailed,
)
from esign.verification.report import Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_NAMED: Final = 6
"""Signatures that evidence names one by one; a step's evidence stays a line."""


class At(IntEnum):
    """A step, by its number; the name in small letters is its code."""

    COVERAGE = 1
    LAST_SIGNATURE = 2
    SIGNATURES_FOUND = 3
    CHANGES = 4
    ARCHIVE_STAMPS = 5
    SIGNATURES = 6
    CHAINS = 7
    REVOCATION = 8
    TIME_STAMPS = 9
    SIGNERS = 10


CLAIMS: Final = {
    At.COVERAGE: "every byte is covered by the last signature",
    At.LAST_SIGNATURE: "the last signature is whole and of this file",
    At.SIGNATURES_FOUND: "the parsed file has the same signatures as its bytes",
    At.CHANGES: "nothing but signatures was added after each signature",
    At.ARCHIVE_STAMPS: "archive time-stamps are genuine and none lapsed before the next",
    At.SIGNATURES: "each signature is of this content and by its certificate's key",
    At.CHAINS: "each certificate led to a trusted root when it was used",
    At.REVOCATION: "no certificate had been revoked when it was used",
    At.TIME_STAMPS: "each signature has a time-stamp of its own",
    At.SIGNERS: "signers are known by policy, and parties saw this document",
}

# pyHanko answers for four steps at once; which one failed, its reason tells.
_BY_REASON: Final = (
    (CertificateRevoked, At.REVOCATION),
    (ChainInvalid, At.CHAINS),
    (Tampered, At.SIGNATURES),
    (NotOurs, At.SIGNERS),
    (SignatureDoubtful, At.TIME_STAMPS),
)


def code_of(number: int) -> str:
    return At(number).name.lower()


def passed(at: At, evidence: str) -> Step:
    return Step(number=int(at), code=code_of(at), claim=CLAIMS[at], evidence=evidence)


def listed(facts: Iterable[str]) -> str:
    """Return ``facts`` in a line, the first few of many."""
    every = list(facts)
    rest = len(every) - MOST_NAMED
    return "; ".join(every[:MOST_NAMED] + ([f"and {rest} more"] if rest > 0 else []))


@contextmanager
def step(at: At) -> Iterator[None]:
    """Let a refusal name the step that it happened in."""
    try:
        yield
    except VerificationFailed as refusal:
        refusal.step = int(at) if refusal.step is None else refusal.step
        raise


@contextmanager
def steps_by_reason() -> Iterator[None]:
    """Let a refusal of a whole signature name the step by its reason."""
    try:
        yield
    except VerificationFailed as refusal:
        found = (at for kind, at in _BY_REASON if isinstance(refusal, kind))
        refusal.step = int(next(found, At.SIGNATURES))
        raise
