"""公证员面签核对: the notary compares the person in the room with the document.

公证法 Art. 28(1); 公证程序规则 Art. 5, 53; 人脸识别技术应用安全管理办法 (2025-06-01). A machine has
read the document and nothing else; whose it is the notary who leads says, and where two persons
handle the case the second as well. What waits for it stands in server.cases.compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from server.cases.compared import BY_LAW, COMPARED, SECOND_COMPARED
from server.cases.consents import Purpose
from server.cases.dating import SHANGHAI
from server.cases.errors import ConditionsUnmet, NotYourAction
from server.cases.guards import Unmet
from server.cases.identity_checks import CheckState, ProofRoute
from server.cases.identity_comparisons import (
    Comparison,
    Likeness,
    SecondWord,
    digest_of_words,
)
from server.cases.sitting_together import without_a_line
from server.cases.status import CaseStatus as S
from server.ceremony.ceremony import Seat
from server.ceremony.errors import CeremonyRefused, NotTakingPart
from server.ceremony.status import CeremonyStatus, Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from server.cases.actor import Actor
    from server.cases.case import Case
    from server.cases.identity_checks import IdentityCheck
    from server.cases.identity_comparisons import AskedAbout
    from server.ceremony.ceremony import Ceremony

_LIVE: Final = frozenset(
    {CeremonyStatus.RECORDING, CeremonyStatus.IDENTIFIED, CeremonyStatus.SIGNING}
)
_MAY_BE_COMPARED: Final = frozenset({CheckState.TO_BE_COMPARED, CheckState.PROVEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the notary says of what was seen and heard."""

    result: Likeness
    document: str
    """Kind of document that was held before the camera."""

    original_shown: bool
    questions: tuple[AskedAbout, ...]
    reason: str


def compare_identity(
    case: Case,
    ceremony: Ceremony,
    check: IdentityCheck,
    seen: Seen,
    *,
    actor: Actor,
    at: datetime,
) -> IdentityCheck:
    """Put the notary's comparison into the chain and to the check; only "same" proves the party.

    "Unsure" proves nobody and may be followed by another comparison; "not the same" ends the
    check. Raises `ConditionsUnmet` with everything that "same" wants and is not there.
    """
    _require_live(case, ceremony, actor, Seat.NOTARY, what="compare_identity")
    if case.staffing.handling_notary != actor.account:
        raise NotYourAction("compare_identity")
    _require_there(ceremony, check)
    if missing := tuple(_unmet(case, ceremony, check, seen, at=at)):
        raise ConditionsUnmet(missing)
    questions = tuple(sorted(set(seen.questions)))
    link = ceremony.add_event(
        COMPARED,
        at,
        by=actor.account,
        facts={
            "party": check.party,
            "check": check.id,
            "result": seen.result,
            "document": seen.document,
            "original_shown": int(seen.original_shown),
            "questions": " ".join(questions),
            "reason": digest_of_words(seen.reason, check=check.id),
        },
    )
    comparison = Comparison(
        ceremony=ceremony.id,
        by=actor.account,
        at=at,
        result=seen.result,
        document=seen.document,
        original_shown=seen.original_shown,
        questions=questions,
        reason=seen.reason,
        link=link.hash,
        needs_second=case.rules.second_compares,
    )
    case.note(
        COMPARED,
        actor,
        at,
        party=check.party,
        check=check.id,
        result=seen.result,
        ceremony=ceremony.id,
        link=link.hash,
    )
    return _with(case, check, (*check.comparisons, comparison))


def agree_to_comparison(
    case: Case,
    ceremony: Ceremony,
    check: IdentityCheck,
    *,
    agrees: bool,
    reason: str,
    actor: Actor,
    at: datetime,
) -> IdentityCheck:
    """Take the second handler's word on the notary's last comparison, once (P-53)."""
    _require_live(case, ceremony, actor, Seat.SECOND_HANDLER, what="agree_to_comparison")
    _require_there(ceremony, check)
    last = check.comparisons[-1] if check.comparisons else None
    waits = (
        last is not None
        and last.result is Likeness.SAME
        and last.needs_second
        and last.second is None
        and last.ceremony == ceremony.id
    )
    if last is None or not waits:
        raise ConditionsUnmet((Unmet("comparison_not_waiting", "P-53", check.id),))
    link = ceremony.add_event(
        SECOND_COMPARED,
        at,
        by=actor.account,
        facts={
            "party": check.party,
            "check": check.id,
            "link": last.link,
            "agrees": int(agrees),
            "reason": digest_of_words(reason, check=check.id),
        },
    )
    second = SecondWord(by=actor.account, at=at, agrees=agrees, reason=reason, link=link.hash)
    case.note(
        SECOND_COMPARED, actor, at, party=check.party, check=check.id, agrees=agrees, link=link.hash
    )
    return _with(case, check, (*check.comparisons[:-1], replace(last, second=second)))


def _with(case: Case, check: IdentityCheck, comparisons: tuple[Comparison, ...]) -> IdentityCheck:
    """Return the check with its comparisons; the party is proven as the last of them says."""
    last = comparisons[-1]
    refused = last.result is Likeness.NOT_SAME
    party = case.party(check.party)
    case.replace_party(
        replace(party, identity_proven=last.proves, compared_in_ceremony=not refused)
    )
    state = CheckState.PROVEN if last.proves else CheckState.TO_BE_COMPARED
    return replace(check, state=CheckState.REFUSED if refused else state, comparisons=comparisons)


def _require_live(case: Case, ceremony: Ceremony, actor: Actor, seat: Seat, *, what: str) -> None:
    case.require_editable("identity", S.INTERVIEW_SET)
    if ceremony.case != case.id:
        raise NotTakingPart
    if ceremony.seat_of(actor.account).seat is not seat:
        raise NotYourAction(what)
    if ceremony.status not in _LIVE:
        raise CeremonyRefused(ceremony.status, Step.OPEN_SIGNING)


def _require_there(ceremony: Ceremony, check: IdentityCheck) -> None:
    """Raise unless the party of the check has come in, and has not lost the shared device since."""
    lost = without_a_line(ceremony)
    seats = (p for p in ceremony.participants if p.party == check.party)
    if not any(seat.joined_at is not None and seat.account not in lost for seat in seats):
        raise NotTakingPart


def _unmet(
    case: Case, ceremony: Ceremony, check: IdentityCheck, seen: Seen, *, at: datetime
) -> Iterator[Unmet]:
    comparable = check.inputs.route is ProofRoute.NOTARY_COMPARES
    if not (comparable and check.state in _MAY_BE_COMPARED):
        yield Unmet("comparison_not_asked_for", BY_LAW, check.id)
    if seen.result is not Likeness.SAME:
        # A doubt needs no conditions: it can always be put on record.
        return
    agreed = case.consent_holds(check.party, Purpose.NOTARY_COMPARES)
    if not (case.rules.notary_compares and agreed):
        yield Unmet("consent_missing_notary_compares", "PIPL Art. 14, 29", check.party)
    if not seen.original_shown:
        yield Unmet("original_not_shown", BY_LAW, check.id)
    if seen.document != check.inputs.document:
        yield Unmet("another_document_shown", BY_LAW, check.id)
    if not len(set(seen.questions)) >= case.rules.compared_questions:
        yield Unmet("too_few_questions", case.rules.citation, check.id)
    yield from _unmet_of_document(case, check, at=at)
    if case.rules.second_compares and not _second_is_there(ceremony):
        yield Unmet("second_person_missing", "P-53, P-54")


def _unmet_of_document(case: Case, check: IdentityCheck, *, at: datetime) -> Iterator[Unmet]:
    on_file = case.party(check.party).id_document
    valid_until = None if check.outcome is None else check.outcome.valid_until
    if valid_until is not None and not at.astimezone(SHANGHAI).date() <= valid_until:
        yield Unmet("document_expired_since", "居民身份证法 Art. 5", check.id)
    read = None if check.outcome is None else check.outcome.id_number
    if read is not None and on_file is not None and read != on_file.number:
        yield Unmet("document_differs_from_file", BY_LAW, check.id)


def _second_is_there(ceremony: Ceremony) -> bool:
    return any(
        each.seat is Seat.SECOND_HANDLER and each.joined_at is not None
        for each in ceremony.participants
    )
