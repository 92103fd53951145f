"""What somebody in the room puts on record: who may, and what it has to name.

A link that a guard relies on is taken in only while it is true: a page of the deed that lies
open, the record as it stands, the notice that is in force.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.cases.errors import ConditionsUnmet, NotYourAction
from server.cases.guards import Unmet
from server.cases.leading import require_lead
from server.cases.recognising import unrecognised
from server.cases.step_up import KeyUse, shown_digests
from server.ceremony.course import Told, last_told
from server.ceremony.errors import CeremonyRefused, NotRecording
from server.ceremony.seats import Right, may
from server.ceremony.status import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from server.cases.actor import Actor
    from server.cases.case import Case
    from server.ceremony.ceremony import Ceremony, Facts
    from server.ceremony.chain import Link


@dataclass(frozen=True, slots=True)
class Claim:
    """What is said to have happened."""

    kind: str
    subject: str | None = None
    sha256: str | None = None
    offset_ms: int | None = None
    notices: frozenset[str] = frozenset()
    """Digests of the notice of rights in force, in every language."""

    @property
    def facts(self) -> Facts:
        named: Facts = {
            "subject": self.subject,
            "sha256": self.sha256,
            "offset_ms": self.offset_ms,
        }
        return {name: value for name, value in named.items() if value is not None}


def _notice_in_force(_: Case, __: Ceremony, claim: Claim) -> Iterator[Unmet]:
    if claim.sha256 not in claim.notices:
        yield Unmet("notice_differs", "公证法 Art. 27, P-21")


def _record_as_it_stands(case: Case, _: Ceremony, claim: Claim) -> Iterator[Unmet]:
    record = case.interview
    if record is None:
        yield Unmet("interview_record_missing", "P-28")
    elif claim.sha256 != record.sha256:
        yield Unmet("record_differs", "P-28")


def _page_of_the_deed(case: Case, _: Ceremony, claim: Claim) -> Iterator[Unmet]:
    deed = case.deed
    if deed is None or claim.sha256 not in shown_digests(case, KeyUse.SIGN_DEED):
        yield Unmet("deed_differs", "电子签名法 Art. 13")
    elif claim.subject not in {str(page) for page in range(1, deed.pages + 1)}:
        yield Unmet("no_such_page", "电子签名法 Art. 13", claim.subject)


def _signed_before(case: Case, ceremony: Ceremony, claim: Claim) -> Iterator[Unmet]:
    """Who signed confirms it, and nobody else: the person counts as identified now."""
    signed = last_told(ceremony, "deed_signed", party=claim.subject)
    if signed is None:
        yield Unmet("deed_not_signed", "P-28", claim.subject)
    else:
        signer = ceremony.seat_of(str(signed.body["by"]))
        yield from unrecognised(ceremony, signer, case.rules.ceremony)


@dataclass(frozen=True, slots=True)
class _Rule:
    right: Right | None = None
    """``None``: whoever has a seat."""

    check: Callable[[Case, Ceremony, Claim], Iterator[Unmet]] | None = None
    while_stopped: bool = False
    """May be told in a pause, too."""


_OF_A_LINE: Final = _Rule(while_stopped=True)

TELLABLE: Final[dict[str, _Rule]] = {
    "identity_shown": _Rule(Right.SPEAK),
    "rights_explained": _Rule(Right.LEAD),
    "question_asked": _Rule(Right.LEAD),
    "document_shown": _Rule(Right.SPEAK),
    "statement_made": _Rule(Right.SPEAK),
    Told.CHALLENGE_BEGUN: _Rule(Right.SPEAK),
    Told.NOTICE_CONFIRMED: _Rule(Right.CONFIRM, _notice_in_force),
    Told.PAGE_SHOWN: _Rule(Right.SEE, _page_of_the_deed),
    Told.RECORD_READ_BACK: _Rule(Right.LEAD, _record_as_it_stands),
    Told.CONFIRMED_AFTER_INTERRUPTION: _Rule(Right.LEAD, _signed_before),
    "connection_weak": _OF_A_LINE,
    "connection_lost": _OF_A_LINE,
    "connection_back": _OF_A_LINE,
}


def tell(case: Case, ceremony: Ceremony, claim: Claim, actor: Actor, *, at: datetime) -> Link:
    """Put ``claim`` into the chain as the caller's word.

    Raises `NotTakingPart`, `NotYourAction`, `NotRecording`, `CeremonyRefused` in a pause, or
    `ConditionsUnmet` where it is not about what lies open.
    """
    rule, seat = TELLABLE[claim.kind], ceremony.seat_of(actor.account).seat
    if rule.right is not None and not may(seat, rule.right):
        raise NotYourAction(claim.kind)
    if not ceremony.status.records:
        raise NotRecording
    if not (ceremony.status.hears or rule.while_stopped):
        raise CeremonyRefused(ceremony.status, Step.RESUME)
    if rule.right is Right.LEAD:
        require_lead(case, ceremony, actor, claim.kind)
    if rule.check is not None and (missing := tuple(rule.check(case, ceremony, claim))):
        raise ConditionsUnmet(missing)
    return ceremony.add_event(claim.kind, at, by=actor.account, facts=claim.facts)
