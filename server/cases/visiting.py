"""到场核验: the office asks for a visit, takes in what was stated there, and a notary decides.

Nothing proves a person by itself here: who saw the person signs, staff of the case's office
enter it with the scanned statement, and a notary of the case accepts or refuses it with a reason
(server.cases.identifying.decide_check). 公证法 Art. 28(1), 29; PIPL Art. 23.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from server.cases.case import BEFORE_ACCEPTANCE
from server.cases.consents import Purpose
from server.cases.dating import SHANGHAI
from server.cases.errors import ConditionsUnmet, NotYourAction
from server.cases.guards import Unmet
from server.cases.identity_checks import (
    CheckInputs,
    CheckOutcome,
    CheckState,
    IdentityCheck,
    ProofRoute,
)
from server.cases.identity_visits import PlaceKind, Visit, VisitReport
from server.cases.status import CaseStatus as S

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from server.cases.actor import Actor
    from server.cases.case import Case
    from server.cases.identity_checks import CheckId
    from server.cases.ids import PartyId

# Until the ceremony is over: whoever is not recognised there can still be seen in person.
TIMES: Final = (*BEFORE_ACCEPTANCE, S.SUBMITTED, S.ACCEPTED, S.REVIEW, S.INTERVIEW_SET)
NOT_VOUCHED_FOR: Final = "visit_did_not_vouch"
"""The doubt of a visit whose checker saw another person, or no original."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitWanted:
    document: str
    """Kind of document that the person brings along."""

    place: PlaceKind
    where: str
    """Name of the place."""


def open_visit(
    case: Case,
    party: PartyId,
    actor: Actor,
    *,
    check_id: CheckId,
    reference: str,
    wanted: VisitWanted,
    at: datetime,
) -> IdentityCheck:
    """Return the check that waits for the statement of a place.

    Raises `ConditionsUnmet` where the rules name no such place, or where the party did not agree
    that another organisation learns who comes.
    """
    _require_staff(case, actor, "open_visit")
    if missing := tuple(_unmet_before_visit(case, case.party(party).id, wanted.place)):
        raise ConditionsUnmet(missing)
    days = case.rules.visit_days
    visit = Visit(
        reference=reference,
        place=wanted.place,
        where=wanted.where,
        opened_by=actor.account,
        opened_at=at,
        expires_at=at + timedelta(days=days),
        valid_days=days,
    )
    case.note("identity_visit_opened", actor, at, party=party, check=check_id, place=wanted.place)
    inputs = CheckInputs(
        document=wanted.document, front=None, back=None, live=None, chosen=ProofRoute.IN_PERSON
    )
    return IdentityCheck(
        id=check_id,
        office=case.office,
        case=case.id,
        party=party,
        inputs=inputs,
        state=CheckState.AWAITS_VISIT,
        requested_at=at,
        visit=visit,
    )


def report_visit(
    case: Case,
    check: IdentityCheck,
    report: VisitReport,
    actor: Actor,
    *,
    reference: str,
    at: datetime,
) -> IdentityCheck:
    """Take in the signed statement, once. A notary decides, unless the checker said no."""
    _require_staff(case, actor, "report_visit")
    visit = check.visit
    if visit is None or check.state is not CheckState.AWAITS_VISIT:
        raise ConditionsUnmet((Unmet("visit_not_awaited", "公证法 Art. 29", check.id),))
    if missing := tuple(_unmet_of_report(case, check, visit, report, reference=reference, at=at)):
        raise ConditionsUnmet(missing)
    state = CheckState.PERSON_DECIDES if report.vouches else CheckState.REFUSED
    case.note(
        "identity_visit_reported",
        actor,
        at,
        party=check.party,
        check=check.id,
        state=state,
        statement=report.statement,
    )
    outcome = CheckOutcome(
        doubts=() if report.vouches else (NOT_VOUCHED_FOR,),
        face_score=None,
        policy_citation=case.rules.citation,
        name=None,
        id_number=report.id_number,
        valid_until=report.valid_until,
        finished_at=at,
    )
    return replace(check, state=state, outcome=outcome, visit=replace(visit, report=report))


def unmet_before_acceptance(case: Case, check: IdentityCheck, *, at: datetime) -> Iterator[Unmet]:
    """Yield why what was seen on a visit can prove nobody any more."""
    visit, outcome = check.visit, check.outcome
    if visit is None or visit.report is None or outcome is None:
        return
    seen_at, today = visit.report.seen_at, at.astimezone(SHANGHAI).date()
    if not seen_at <= at < seen_at + timedelta(days=visit.valid_days):
        yield Unmet("visit_too_old", case.rules.citation, check.id)
    if outcome.valid_until is not None and not today <= outcome.valid_until:
        yield Unmet("document_expired_since", "居民身份证法 Art. 5", check.id)
    on_file = case.party(check.party).id_document
    if on_file is not None and on_file.number != outcome.id_number:
        yield Unmet("document_differs_from_file", "公证法 Art. 28(1)", check.id)


def _require_staff(case: Case, actor: Actor, what: str) -> None:
    case.require_editable("identity", *TIMES)
    if not actor.is_staff:
        raise NotYourAction(what)


def _unmet_before_visit(case: Case, party: PartyId, place: PlaceKind) -> Iterator[Unmet]:
    if place not in case.rules.visit_places:
        yield Unmet("place_not_in_the_rules", case.rules.citation, place)
    if place is not PlaceKind.OWN_COUNTER and not case.consent_holds(
        party, Purpose.IN_PERSON_CHECK
    ):
        yield Unmet("consent_missing_in_person_check", "PIPL Art. 23", party)


def _unmet_of_report(
    case: Case,
    check: IdentityCheck,
    visit: Visit,
    report: VisitReport,
    *,
    reference: str,
    at: datetime,
) -> Iterator[Unmet]:
    yield from _unmet_before_visit(case, check.party, visit.place)
    if reference != visit.reference:
        yield Unmet("visit_reference_differs", "公证法 Art. 29", check.id)
    # Statements are written to the minute.
    if not visit.opened_at.replace(second=0, microsecond=0) <= report.seen_at <= at:
        yield Unmet("visit_time_impossible", "公证法 Art. 29", check.id)
    elif not report.seen_at < visit.expires_at:
        yield Unmet("visit_expired", case.rules.citation, check.id)
