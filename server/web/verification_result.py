"""What the page tells about a standing: one state in words, facts, and what was checked.

"Checked" is claimed only for what was: a number alone says nothing about the
signatures in a file that nobody uploaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from esign.errors import VerificationUnavailable
from server.register.checked import DIGESTS, REGISTER, Outcome
from server.register.standing import StandingStatus
from server.web.verification_wording import ENGLISH

if TYPE_CHECKING:
    from esign.verification.report import ArchiveStamp, Report
    from server.register.checked import Checked
    from server.register.document_standing import DocumentStanding
    from server.register.standing import Registered, Standing
    from server.web.verification_wording import Words

NOT_CHECKED: Final = "not_checked"
MOST_STAMPS: Final = 3
"""Told one by one; of more, the newest."""


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
    registered = judged.standing.registered
    state, text = _state_of_document(judged)
    return Result(
        state=state,
        says=words(f"says.{text}"),
        advice=words(f"advice.{text}"),
        demo=registered is not None and registered.demo,
        facts=_facts(registered, words),
        checks=tuple(_check(check, judged, size, words) for check in judged.checks),
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
    if judged.renewed_since and status in {StandingStatus.VALID, StandingStatus.PARTLY_REVOKED}:
        return status, f"{status}.renewed"
    if status is StandingStatus.VALID:
        return status, "valid.document"
    return status, status


def _register_mark(status: StandingStatus) -> Mark:
    return Mark.PASSED if status is StandingStatus.VALID else Mark.FAILED


def _entry(standing: Standing, words: Words) -> str:
    if standing.registered is None:
        return words("check.register.none")
    return words("check.register.is", status=words(f"state.{standing.status}"))


_MARKS: Final = {
    Outcome.PASSED: Mark.PASSED,
    Outcome.FAILED: Mark.FAILED,
    Outcome.NOT_REACHED: Mark.SKIPPED,
}


def _check(check: Checked, judged: DocumentStanding, size: int, words: Words) -> Check:
    return Check(
        mark=_MARKS[check.outcome],
        claim=f"{check.number}. " + words(f"step.{check.code}"),
        evidence=_evidence(check, judged, size, words),
    )


def _evidence(check: Checked, judged: DocumentStanding, size: int, words: Words) -> str:
    if check.code == DIGESTS and check.outcome is not Outcome.NOT_REACHED:
        return words(f"evidence.digests.{check.outcome}", sha256=judged.sha256, sm3=judged.sm3)
    if check.code == REGISTER and judged.standing.registered:
        return _entry(judged.standing, words)
    if check.outcome is Outcome.FAILED:
        is_carried_on = judged.renewed_since and judged.standing.registered is not None
        return words(f"reason.{judged.reason}" + (".renewed" if is_carried_on else ""))
    shown = _shown(judged.report, size, words) if judged.report else {}
    return shown.get(check.code, "")


def _shown(report: Report, size: int, words: Words) -> dict[str, str]:
    """Return what shows each step that passed, in the reader's words."""
    people, stamps = report.signatures, report.archive_stamps
    counts = words("evidence.counts", signatures=len(people), stamps=len(stamps))
    carried = [_carried(stamp, words) for stamp in stamps]
    levels = ", ".join(sorted({str(person.level) for person in people}))
    seen = min(person.unrevoked_since for person in people)
    roles = dict.fromkeys(words(f"role.{person.role}") for person in people)
    return {
        "coverage": words("evidence.bytes", size=f"{size:,}"),
        "last_signature": counts,
        "signatures_found": counts,
        "changes": words("evidence.changes"),
        "archive_stamps": words("separator").join(carried) or counts,
        "signatures": words("evidence.levels", levels=levels),
        "chains": words("evidence.chains", root=people[0].root),
        "revocation": words("evidence.revocation", at=words.moment(seen)),
        "time_stamps": words("evidence.time_stamps", at=words.moment(people[-1].signed_at)),
        "signers": words("evidence.roles", roles=words("separator").join(roles)),
    }


def _carried(stamp: ArchiveStamp, words: Words) -> str:
    at, until = words.moment(stamp.stamped_at), words.moment(stamp.carries_until)
    told = words("evidence.stamped", at=at, until=until)
    if stamp.stolen_since is None:
        return told
    return told + words("evidence.stamped.stolen", since=words.moment(stamp.stolen_since))


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
