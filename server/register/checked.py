"""What was checked of a file, step by step: passed, failed or not reached, each with evidence.

The steps of the file itself are numbered by `esign.verification`; the register's
own follow them in `OWN_STEPS`, where the next one is added at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from esign.verification.steps import CLAIMS, At, code_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from esign.verification.report import Report

DIGESTS: Final = "digests"
REGISTER: Final = "register"
OWN_STEPS: Final[Mapping[str, str]] = {
    DIGESTS: "the register has kept exactly this file, by SHA-256 and SM3",
    REGISTER: "the register says that the certificate stands",
}


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    number: int
    code: str
    outcome: Outcome
    claim: str
    evidence: str
    """What shows it, or why it failed; nothing personal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one of the register's own steps came to."""

    outcome: Outcome
    evidence: str = ""


NOT_REACHED: Final = Found(outcome=Outcome.NOT_REACHED)


def checks_of_report(report: Report) -> tuple[Checked, ...]:
    return tuple(
        Checked(
            number=step.number,
            code=step.code,
            outcome=Outcome.PASSED,
            claim=step.claim,
            evidence=step.evidence,
        )
        for step in report.steps
    )


def checks_until(failed: int | None, reason: str) -> tuple[Checked, ...]:
    """Return the file's steps for one that was refused at ``failed``; ``None``: before any."""
    return tuple(_until(at, failed, reason) for at in At)


def own_checks(found: Mapping[str, Found]) -> tuple[Checked, ...]:
    """Return the register's own steps, as they are ordered in `OWN_STEPS`."""
    return tuple(
        Checked(
            number=len(At) + position,
            code=code,
            outcome=found[code].outcome,
            claim=claim,
            evidence=found[code].evidence,
        )
        for position, (code, claim) in enumerate(OWN_STEPS.items(), start=1)
    )


def _until(at: At, failed: int | None, reason: str) -> Checked:
    if failed is None or at > failed:
        outcome = Outcome.NOT_REACHED
    else:
        outcome = Outcome.FAILED if at == failed else Outcome.PASSED
    return Checked(
        number=int(at),
        code=code_of(at),
        outcome=outcome,
        claim=CLAIMS[at],
        evidence=reason if outcome is Outcome.FAILED else "",
    )
