"""How an uploaded file stands: judged by itself first, then by what the register has kept.

Whatever is not genuine is called tampered, save what never claimed to be ours,
and what could not be judged is never called good.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from esign.errors import (
    NotAPdf,
    NotOurs,
    StamperStolen,
    StampLapsed,
    TooLarge,
    VerificationFailed,
    VerificationUnavailable,
)
from server.register.checked import (
    DIGESTS,
    NOT_REACHED,
    REGISTER,
    Checked,
    Found,
    Outcome,
    checks_of_report,
    checks_until,
    own_checks,
)
from server.register.generations import sm3_of
from server.register.standing import (
    LAPSED,
    TAMPERED,
    UNKNOWN,
    UNPROVEN,
    StandingStatus,
    standing_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from esign.verification.report import Report
    from server.catalogue.loading import Catalogue
    from server.register.certificates import Certificate
    from server.register.generations import Generation
    from server.register.ports import PublicRegister
    from server.register.standing import Standing

    VerifyDocument = Callable[[bytes], Report]
    """In a limited process: the file is a stranger's."""

_NOT_JUDGED: Final = (NotAPdf, NotOurs, TooLarge, VerificationUnavailable)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRecord:
    """A certificate that a file is, and the generation that the file is of it."""

    certificate: Certificate
    generation: Generation | None
    """``None`` for one that was sealed before generations were kept, until the next sweep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentStanding:
    standing: Standing
    sha256: str
    sm3: str = ""
    reason: str | None = None
    """Which check the file failed, by the name of the error."""

    report: Report | None = None
    checks: tuple[Checked, ...] = ()
    renewed_since: bool = False
    """The register has carried this file on: a newer generation is what to ask for."""


def on_record(register: PublicRegister, sha256: str) -> OnRecord | None:
    """Ask for a file by its digest, whichever generation it is."""
    found = register.by_sealed_digest(sha256)
    if found is None:
        return None
    return OnRecord(certificate=found, generation=register.generation(sha256))


def standing_of_document(
    content: bytes,
    *,
    catalogue: Catalogue,
    verify_document: VerifyDocument,
    look_up: Callable[[str], OnRecord | None],
) -> DocumentStanding:
    """Judge the file first; the register vouches only for a state that it has kept.

    Of a file that is not as it was signed, the register is asked for its digest and
    for nothing else: that it never gave out such a file is evidence, too.
    """
    digests = Digests(sha256=hashlib.sha256(content).hexdigest(), sm3=sm3_of(content))
    try:
        report = verify_document(content)
    except _NOT_JUDGED as refusal:
        return _refused(digests, refusal, standing=UNKNOWN, found=None, is_looked_up=False)
    except StampLapsed as refusal:
        return _lapsed(digests, refusal, look_up(digests.sha256), catalogue)
    except StamperStolen as refusal:
        # Not that it was altered, and not that it was not: its date is anybody's.
        found = look_up(digests.sha256)
        return _refused(digests, refusal, standing=UNPROVEN, found=found)
    except VerificationFailed as refusal:
        found = look_up(digests.sha256)
        return _refused(digests, refusal, standing=TAMPERED, found=found)
    found = look_up(digests.sha256)
    if found is not None and not _is_kept(digests, found):
        # Two files of one SHA-256: whatever else this is, it is not what was sealed.
        return _judged(digests, TAMPERED, found, checks_of_report(report), reason=DIGESTS)
    standing = standing_of(found.certificate if found else None, catalogue)
    return _judged(digests, standing, found, checks_of_report(report), report=report)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    sha256: str
    sm3: str


def _lapsed(
    digests: Digests, refusal: StampLapsed, found: OnRecord | None, catalogue: Catalogue
) -> DocumentStanding:
    """Judge an intact file whose own time-stamp ended: the register may have carried it on."""
    is_carried_on = found is not None and _is_renewed(digests, found) and _is_kept(digests, found)
    if found is None or not is_carried_on:
        return _refused(digests, refusal, standing=LAPSED, found=found)
    return _refused(
        digests, refusal, standing=standing_of(found.certificate, catalogue), found=found
    )


def _refused(
    digests: Digests,
    refusal: Exception,
    *,
    standing: Standing,
    found: OnRecord | None,
    is_looked_up: bool = True,
) -> DocumentStanding:
    reason = type(refusal).__name__
    checks = checks_until(getattr(refusal, "step", None), str(refusal))
    return _judged(digests, standing, found, checks, reason=reason, is_looked_up=is_looked_up)


def _judged(
    digests: Digests,
    standing: Standing,
    found: OnRecord | None,
    checks: tuple[Checked, ...],
    *,
    reason: str | None = None,
    report: Report | None = None,
    is_looked_up: bool = True,
) -> DocumentStanding:
    own = {
        DIGESTS: _digests_found(digests, found) if is_looked_up else NOT_REACHED,
        REGISTER: _status_found(standing),
    }
    return DocumentStanding(
        standing=standing,
        sha256=digests.sha256,
        sm3=digests.sm3,
        reason=reason,
        report=report,
        checks=(*checks, *own_checks(own)),
        renewed_since=found is not None and _is_renewed(digests, found),
    )


def _is_kept(digests: Digests, found: OnRecord) -> bool:
    """Say whether both digests are the register's; it may not have taken the SM3 yet."""
    kept = found.generation
    return kept is None or kept.sm3 in {None, digests.sm3}


def _is_renewed(digests: Digests, found: OnRecord) -> bool:
    return found.certificate.newest_sha256 != digests.sha256


def _digests_found(digests: Digests, found: OnRecord | None) -> Found:
    told = f"SHA-256 {digests.sha256}; SM3 {digests.sm3}"
    if found is None:
        return Found(outcome=Outcome.FAILED, evidence=f"no file with {told} was ever given out")
    if not _is_kept(digests, found):
        return Found(outcome=Outcome.FAILED, evidence=f"the register has another SM3: {told}")
    number = f"; generation {found.generation.number}" if found.generation else ""
    return Found(outcome=Outcome.PASSED, evidence=told + number)


def _status_found(standing: Standing) -> Found:
    if standing.registered is None:
        return NOT_REACHED
    stands = standing.status is StandingStatus.VALID
    return Found(
        outcome=Outcome.PASSED if stands else Outcome.FAILED, evidence=str(standing.status)
    )
