"""How a certificate stands, as anybody may learn it: the API and the page answer from here.

Nothing in an answer is about people: who knows the number knows no name by it.
Whatever is not genuine is called tampered, save what never claimed to be ours,
and what could not be judged is never called good.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from esign.errors import (
    NotAPdf,
    NotOurs,
    TooLarge,
    VerificationFailed,
    VerificationUnavailable,
)
from server.catalogue.matters import MatterCode, Wording
from server.catalogue.rule_packs import OfficeId

if TYPE_CHECKING:
    from collections.abc import Callable

    from esign.verification.report import Report
    from server.catalogue.loading import Catalogue
    from server.register.certificates import Certificate
    from server.register.log_proofs import Publication
    from server.register.ports import PublicRegister

    VerifyDocument = Callable[[bytes], Report]
    """In a limited process: the file is a stranger's."""


class StandingStatus(StrEnum):
    VALID = "valid"
    SUPERSEDED = "superseded"
    PARTLY_REVOKED = "partly_revoked"
    REVOKED = "revoked"
    VOIDED = "voided"
    TAMPERED = "tampered"  # The file is not as it was signed.
    UNKNOWN = "unknown"  # Nothing of ours, or nothing that could be judged.


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A certificate with its office and matter as people call them."""

    certificate: Certificate
    office: Wording
    matter: Wording
    demo: bool
    """Issued by an office that is made up."""

    published: Publication | None = None
    """In the transparency log; ``None``: not yet, or nobody looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    status: StandingStatus
    registered: Registered | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentStanding:
    standing: Standing
    sha256: str
    reason: str | None = None
    """Which check the file failed, by the name of the error."""

    report: Report | None = None


UNKNOWN: Final = Standing(status=StandingStatus.UNKNOWN)
TAMPERED: Final = Standing(status=StandingStatus.TAMPERED)
_NOT_JUDGED: Final = (NotAPdf, NotOurs, TooLarge, VerificationUnavailable)
_BRACKETS: Final = str.maketrans("([〔【)]〕】", "（（（（））））")
_LETTERS_APART: Final = re.compile(r"[\s-]+")


def standing_of(found: Certificate | None, catalogue: Catalogue) -> Standing:
    if found is None:
        return UNKNOWN
    office = catalogue.rule_packs.offices.get(OfficeId(found.office))
    matter = catalogue.matters.get(MatterCode(found.matter))
    return Standing(
        status=StandingStatus(found.status),
        registered=Registered(
            certificate=found,
            office=office.name if office else Wording(zh=found.office, en=found.office),
            matter=matter.name if matter else Wording(zh=found.matter, en=found.matter),
            demo=office.demo if office else False,
        ),
    )


def sought(register: PublicRegister, number: str, check_code: str) -> Certificate | None:
    """Look for what is printed, as people type it: other brackets, spaces, small letters."""
    code = _LETTERS_APART.sub("", check_code).upper()
    spaced_out = "".join(number.split())
    for spelling in dict.fromkeys((spaced_out, spaced_out.translate(_BRACKETS))):
        found = register.by_number(spelling, code)
        if found is not None:
            return found
    return None


def standing_of_document(
    content: bytes,
    *,
    catalogue: Catalogue,
    verify_document: VerifyDocument,
    look_up: Callable[[str], Certificate | None],
) -> DocumentStanding:
    """Judge the file first, and ask the register only for one that is genuine."""
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        report = verify_document(content)
    except _NOT_JUDGED as refusal:
        return DocumentStanding(standing=UNKNOWN, sha256=sha256, reason=type(refusal).__name__)
    except VerificationFailed as refusal:
        return DocumentStanding(standing=TAMPERED, sha256=sha256, reason=type(refusal).__name__)
    return DocumentStanding(
        standing=standing_of(look_up(sha256), catalogue), sha256=sha256, report=report
    )
