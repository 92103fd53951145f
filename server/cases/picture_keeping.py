"""How long pictures of a face are kept: no longer than the act needs them.

人脸识别技术应用安全管理办法 (in force 2025-06-01): the shortest time that the purpose needs; PIPL
Art. 19, 47. What proved a person in a completed act belongs to its file and stays as long as
the file (公证法 Art. 35). Everything else ends after days, and leaves its verdict behind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Final, TypeAlias

from server.cases.actor import SYSTEM_ACTOR
from server.cases.consents import Purpose
from server.cases.dating import SHANGHAI
from server.cases.identity_checks import CheckState, PicturesEnded, PicturesEndedFor
from server.cases.intake import may_use_face
from server.cases.opening import pack_of
from server.cases.status import CaseStatus
from server.catalogue.matters import MatterCode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.cases.case import Case
    from server.cases.identity_checks import IdentityCheck
    from server.cases.ids import PartyId
    from server.catalogue.rule_packs import FaceTerms, Office

PERMANENT_YEARS: Final = 100
"""Chosen: a lock needs an end. Longer than any finite term; it can still be lengthened."""


@dataclass(frozen=True, slots=True)
class InUse:
    """The case still decides on them, or is not filed yet."""

    may_be_needed: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Filed:
    """They are evidence of a completed act."""

    since: datetime


@dataclass(frozen=True, slots=True)
class Ending:
    """Nobody needs them any more."""

    ground: PicturesEndedFor
    since: datetime

    @property
    def may_be_needed(self) -> bool:
        """Whoever comes back to a draft in time is still proven."""
        return self.ground is PicturesEndedFor.ABANDONED

    def is_due(self, terms: FaceTerms, *, at: datetime) -> bool:
        abandoned = self.ground is PicturesEndedFor.ABANDONED
        days = terms.abandoned_after_days if abandoned else terms.ends_after_days
        return at - self.since >= timedelta(days=days)


Keeping: TypeAlias = InUse | Filed | Ending


def keeping_of(case: Case, check: IdentityCheck) -> Keeping:
    """Return what is to become of the pictures of ``check``, as the case stands."""
    if check.outcome is None:
        return InUse()
    for ending in (_refused(check), _of_the_case(case, check), _withdrawn(case, check)):
        if ending is not None:
            return ending
    archived_at = case.milestones.archived_at
    return InUse() if archived_at is None else Filed(archived_at)


def _refused(check: IdentityCheck) -> Ending | None:
    if check.outcome is None or check.state is not CheckState.REFUSED:
        return None
    decided = check.decision.at if check.decision else check.outcome.finished_at
    return Ending(PicturesEndedFor.REFUSED, decided)


def _of_the_case(case: Case, check: IdentityCheck) -> Ending | None:
    stamps = case.milestones
    if stamps.issued_at is not None:
        if check.state is CheckState.PROVEN:
            return None
        return Ending(PicturesEndedFor.NOT_DECIDED, stamps.issued_at)
    # What was void by mistake may be restored.
    if stamps.closed_at is not None and case.status is not CaseStatus.VOID:
        return Ending(PicturesEndedFor.CLOSED, stamps.closed_at)
    if case.status is CaseStatus.DRAFT:
        return Ending(PicturesEndedFor.ABANDONED, check.requested_at)
    return None


def _withdrawn(case: Case, check: IdentityCheck) -> Ending | None:
    """Until it is accepted an application rests on consent; then on the office's duty (PIPL 13)."""
    accepted = case.milestones.accepted_at is not None
    if accepted or not check.inputs.shows_the_face or may_use_face(case, check.party):
        return None
    withdrawn = [
        consent.withdrawn_at
        for consent in case.consents
        if consent.party == check.party
        and consent.purpose is Purpose.FACE_ONLINE
        and consent.withdrawn_at is not None
    ]
    # Without any consent there was nothing to look at from the first.
    since = max(withdrawn, default=check.requested_at)
    return Ending(PicturesEndedFor.WITHDRAWN, since)


def kept_until(case: Case, filed: Filed, office: Office) -> datetime:
    """Return the end of the term of the case's file: whole years from the next New Year on.

    Of the rule pack that the case was begun under. Raises `NoRulesInForce`, `MatterUnknown`.
    """
    pack = pack_of(case, office)
    term = pack.retention[pack.terms(MatterCode(case.matter)).retention]
    years = PERMANENT_YEARS if term.years is None else term.years
    year = filed.since.astimezone(SHANGHAI).year + 1 + years
    return datetime(year, 1, 1, tzinfo=SHANGHAI)


def end_pictures(
    case: Case,
    check: IdentityCheck,
    ending: Ending,
    *,
    others: Iterable[IdentityCheck],
    at: datetime,
) -> IdentityCheck:
    """Put on record that the pictures are used no more; from here on nobody is shown them.

    Whoever was proven by them and is still before the office has to be proven anew.
    """
    case.note(
        "identity_pictures_ended",
        SYSTEM_ACTOR,
        at,
        party=check.party,
        check=check.id,
        ground=ending.ground,
        objects=len(check.face_objects),
    )
    ended = replace(check, pictures_ended=PicturesEnded(at=at, ground=ending.ground))
    party = case.party(check.party)
    stands = case.milestones.closed_at is None and case.milestones.issued_at is None
    others = list(others)
    if stands and party.identity_proven and not any(_still_proves(o, check) for o in others):
        chose = any(_is_to_be_compared(o, check.party) for o in others)
        case.replace_party(replace(party, identity_proven=False, compared_in_ceremony=chose))
    return ended


def _is_to_be_compared(other: IdentityCheck, party: PartyId) -> bool:
    return other.party == party and other.state is CheckState.TO_BE_COMPARED


def _still_proves(other: IdentityCheck, ended: IdentityCheck) -> bool:
    return (
        other.id != ended.id
        and other.party == ended.party
        and other.state is CheckState.PROVEN
        and other.pictures_ended is None
    )
