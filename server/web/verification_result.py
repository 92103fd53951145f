"""What the page tells about a standing: one state in words, facts, and what was checked.

"Checked" is claimed only for what was: a number alone says nothing about the
signatures in a file that nobody uploaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from esign.errors import VerificationUnavailable
from server.register.standing import StandingStatus
from server.web.verification_wording import ENGLISH

if TYPE_CHECKING:
    from esign.verification.report import Report
    from server.register.standing import DocumentStanding, Registered, Standing
    from server.web.verification_wording import Words

NOT_CHECKED: Final = "not_checked"


class Mark(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    YOURS = "yours"  # Only the reader can do it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    mark: Mark
    claim: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    role: str
    at: str
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    state: str
    says: str
    advice: str
    demo: bool = False
    facts: tuple[tuple[str, str], ...]
    checks: tuple[Check, ...]
    signers: tuple[Signer, ...] = ()
    public_id: str | None
    """Leads to the same certificate in another language."""


class AskedBy(StrEnum):
    QR_CODE = "qr"
    NUMBER = "number"


def result_of_register(standing: Standing, asked_by: AskedBy, words: Words) -> Result:
    """Tell what the register says to a number or a QR code."""
    status, registered = standing.status, standing.registered
    asked = Check(
        mark=_register_mark(status),
        claim=words("check.register"),
        evidence=words(f"check.register.asked.{asked_by}")
        + _space(words)
        + _entry(standing, words),
    )
    unseen = Check(
        mark=Mark.SKIPPED,
        claim=words("check.signature"),
        evidence=words("check.signature.skipped"),
    )
    paper = Check(mark=Mark.YOURS, claim=words("check.paper"), evidence=words("check.paper.yours"))
    return Result(
        state=status,
        says=words(f"says.{status}"),
        advice=words(f"advice.{status}" if registered else f"advice.{status}.{asked_by}"),
        demo=registered is not None and registered.demo,
        facts=_facts(registered, words),
        checks=(asked, unseen, paper) if registered else (asked, unseen),
        public_id=registered.certificate.public_id if registered else None,
    )


def result_of_document(judged: DocumentStanding, size: int, words: Words) -> Result:
    """Tell what an uploaded file is worth."""
    standing, registered = judged.standing, judged.standing.registered
    state, text = _state_of_document(judged)
    return Result(
        state=state,
        says=words(f"says.{text}"),
        advice=words(f"advice.{text}"),
        demo=registered is not None and registered.demo,
        facts=_facts(registered, words),
        checks=(
            (*_steps(judged.report, size, words), _entry_of_document(standing, words))
            if judged.report
            else _refused(judged, words)
        ),
        signers=_signers(judged.report, words) if judged.report else (),
        public_id=registered.certificate.public_id if registered else None,
    )


def _state_of_document(judged: DocumentStanding) -> tuple[str, str]:
    """Return the state and the code of its texts."""
    status = judged.standing.status
    if judged.reason == VerificationUnavailable.__name__:
        return NOT_CHECKED, NOT_CHECKED
    if status is StandingStatus.UNKNOWN:
        return status, "unknown.genuine" if judged.report else "unknown.document"
    if status is StandingStatus.VALID:
        return status, "valid.document"
    return status, status


def _register_mark(status: StandingStatus) -> Mark:
    return Mark.PASSED if status is StandingStatus.VALID else Mark.FAILED


def _entry(standing: Standing, words: Words) -> str:
    if standing.registered is None:
        return words("check.register.none")
    return words("check.register.is", status=words(f"state.{standing.status}"))


def _entry_of_document(standing: Standing, words: Words) -> Check:
    known = standing.registered is not None
    exactly = words("check.register.document") + _space(words) if known else ""
    return Check(
        mark=_register_mark(standing.status),
        claim=words("check.register"),
        evidence=exactly + _entry(standing, words),
    )


def _refused(judged: DocumentStanding, words: Words) -> tuple[Check, ...]:
    unfinished = judged.reason == VerificationUnavailable.__name__
    return (
        Check(
            mark=Mark.SKIPPED if unfinished else Mark.FAILED,
            claim=words("check.file"),
            evidence=words(f"reason.{judged.reason}"),
        ),
        Check(
            mark=Mark.SKIPPED,
            claim=words("check.register"),
            evidence=words("check.register.skipped"),
        ),
    )


def _steps(report: Report, size: int, words: Words) -> tuple[Check, ...]:
    counts = words(
        "evidence.counts", signatures=len(report.signatures), stamps=len(report.archive_stamps)
    )
    stamped = [words.moment(stamp.stamped_at) for stamp in report.archive_stamps[-1:]]
    levels = sorted({str(signature.level) for signature in report.signatures})
    roles = dict.fromkeys(words(f"role.{signature.role}") for signature in report.signatures)
    evidence = {
        1: words("evidence.bytes", size=f"{size:,}", digest=report.document),
        5: words("evidence.stamped", at=stamped[0]) if stamped else counts,
        6: words("evidence.levels", levels=", ".join(levels)),
        7: words("evidence.roles", roles=" · ".join(roles)),
    }
    return tuple(
        Check(
            mark=Mark.PASSED,
            claim=words(f"step.{step.number}"),
            evidence=evidence.get(step.number, counts),
        )
        for step in report.steps
    )


def _signers(report: Report, words: Words) -> tuple[Signer, ...]:
    return tuple(
        Signer(
            role=words(f"role.{signature.role}"),
            at=words("signature.at", at=words.moment(signature.signed_at)),
            details=words(
                "signature.level",
                level=str(signature.level),
                serial=format(signature.serial, "x"),
            ),
        )
        for signature in report.signatures
    )


def _facts(registered: Registered | None, words: Words) -> tuple[tuple[str, str], ...]:
    if registered is None:
        return ()
    found = registered.certificate
    facts = {
        "number": found.number.text,
        "office": words.of(registered.office),
        "matter": words.of(registered.matter),
        "issue_date": words.day(found.issue_date),
        "sealed_at": words.moment(found.sealed_at) if found.sealed_at else None,
        "ended_at": words.moment(found.ended_at) if found.ended_at else None,
        "successor": found.successor,
        "kind": words(f"kind.{found.kind}") if found.relates_to else None,
        "relates_to": found.relates_to,
        "supplemented_by": found.supplemented_by,
    }
    return tuple((words(f"fact.{name}"), value) for name, value in facts.items() if value)


def _space(words: Words) -> str:
    return " " if words.language == ENGLISH else ""
