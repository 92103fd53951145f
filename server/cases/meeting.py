"""面签: how a case goes into its ceremony and what it brings back.

公证程序规则 Art. 5, 28, 53; PIPL Art. 29: nobody is recorded without consent,
and the handling notary leads in person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from server.cases.actor import SYSTEM_ACTOR
from server.cases.compared import unmet_at_step, unmet_of_party
from server.cases.conduct import (
    confirmed_since,
    confirmed_since_other_face,
    devices_tried,
    everybody_came,
    identities_stand,
    informed_and_asked,
    pages_unseen,
    record_is_settled,
    two_are_here,
)
from server.cases.consents import Purpose
from server.cases.errors import (
    ConditionsUnmet,
    NotYourAction,
    StepUpNotFound,
    StepUpUnanswered,
)
from server.cases.guards import Unmet, deed_signed, two_persons_present
from server.cases.lines import require_everybody_recorded
from server.cases.own_line import refuse_second_device
from server.cases.parties import PartyRole
from server.cases.presence import vouched_by
from server.cases.recognising import SOURCE, others_seen, unrecognised, unseen_lately
from server.cases.signatures import unmet_of_line, unsigned, without_a_signer
from server.cases.sitting_together import without_a_line
from server.cases.status import CaseStatus as S
from server.cases.step_up import (
    KeyUse,
    Wanted,
    evidence_digest,
    put_on_record,
    require_answered,
    shown_digests,
)
from server.ceremony.ceremony import Ceremony, Participant, Seat
from server.ceremony.errors import (
    CeremonyRefused,
    NotTakingPart,
    RecordingIncomplete,
    RecordingUnderWay,
)
from server.ceremony.seats import STAFF_SEATS, Right, may
from server.ceremony.status import CeremonyStatus, Step
from server.ceremony.verifying import verify_recording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from server.cases.actor import Actor
    from server.cases.case import Case, Strokes
    from server.cases.identity_checks import IdentityCheck
    from server.cases.ids import AccountId, PartyId
    from server.cases.step_up import StepUp
    from server.ceremony.ceremony import CeremonyId
    from server.ceremony.rooms import MediaRoom

NOBODY_SEEN: Final[Mapping[str, datetime]] = MappingProxyType({})
_SEATS_OF_PARTIES: Final = frozenset(Seat) - STAFF_SEATS
# A lost line is whoever notices it first; everything else is the notary's (P-5).
_ANYBODYS: Final = frozenset({Step.INTERRUPT})
_WANTS_EVERYBODY: Final = frozenset(
    {
        Step.START_RECORDING,
        Step.RESUME,
        Step.CONFIRM_IDENTITIES,
        Step.OPEN_SIGNING,
        Step.COMPLETE,
    }
)


def plan_ceremony(
    case: Case,
    seats: Iterable[tuple[PartyId, Seat]],
    actor: Actor,
    *,
    ceremony_id: CeremonyId,
    at: datetime,
) -> Ceremony:
    """Return a ceremony of the case's own staff and of the parties in ``seats``."""
    case.require_editable("ceremony", S.INTERVIEW_SET)
    if not actor.is_staff:
        raise NotYourAction("plan_ceremony")
    people = [*_staff_of(case), *(_party_in(case, party, seat) for party, seat in seats)]
    _require_one_seat_each(people)
    case.note("ceremony_planned", actor, at, ceremony=ceremony_id, participants=len(people))
    return Ceremony(id=ceremony_id, office=case.office, case=case.id, participants=people)


def _staff_of(case: Case) -> Iterator[Participant]:
    notary, second = case.staffing.handling_notary, case.staffing.second_handler
    if notary is None:
        raise ConditionsUnmet((Unmet("handling_notary_missing", "P-20"),))
    if missing := tuple(two_persons_present(case, SYSTEM_ACTOR)):
        raise ConditionsUnmet(missing)
    yield Participant(account=notary, seat=Seat.NOTARY)
    if second is not None:
        yield Participant(account=second, seat=Seat.SECOND_HANDLER)


def _party_in(case: Case, party_id: PartyId, seat: Seat) -> Participant:
    party = case.party(party_id)
    if seat not in _SEATS_OF_PARTIES:
        raise NotYourAction("sit_as_staff")
    if party.account is None:
        raise ConditionsUnmet((Unmet("account_missing", "P-28", party.id),))
    if seat is Seat.WITNESS and party.role is not PartyRole.WITNESS:
        # Otherwise somebody whose own matter it is would count as the second person.
        raise ConditionsUnmet((Unmet("not_a_witness", "P-53; 公证法 Art. 28", party.id),))
    return Participant(account=party.account, seat=seat, party=party.id)


def _require_one_seat_each(people: Iterable[Participant]) -> None:
    """Nobody is two people, least of all where two have to be there (P-53)."""
    seated: set[str] = set()
    for each in people:
        if each.account in seated:
            raise ConditionsUnmet((Unmet("seated_already", "P-5, P-53", each.party),))
        seated.add(each.account)


def join_ceremony(
    case: Case,
    ceremony: Ceremony,
    actor: Actor,
    *,
    at: datetime,
    session: str | None = None,
    seen: Mapping[str, datetime] = NOBODY_SEEN,
    takes_over: bool = False,
) -> None:
    """Let a participant in, again after a lost line; a closed room stays closed.

    ``seen``: when each account last followed. Raises `HereElsewhere` for whoever is there by
    another sign-in, unless this one ``takes_over``.
    """
    case.require_editable("ceremony", S.INTERVIEW_SET)
    if ceremony.status.is_final:
        raise CeremonyRefused(ceremony.status, Step.ADMIT)
    if not takes_over:
        refuse_second_device(ceremony, actor.account, session=session, seen=seen, at=at)
    ceremony.join(actor.account, at, session=session)


def step_ceremony(
    case: Case,
    ceremony: Ceremony,
    step: Step,
    actor: Actor,
    *,
    at: datetime,
    reason: str | None = None,
    room: MediaRoom | None = None,
) -> None:
    """Take one step. Recording needs everybody's consent, completing a closed record.

    ``room``: the room's row, where a media worker carries the ceremony.
    """
    seat = ceremony.seat_of(actor.account).seat
    if seat is not Seat.NOTARY and step not in _ANYBODYS:
        raise NotYourAction(step)
    case.require_editable("ceremony", S.INTERVIEW_SET)
    if step is Step.COMPLETE:
        # What is missing is read off the chain, so the chain is judged first.
        verify_recording(ceremony)
    if missing := tuple(unmet_before(case, ceremony, step)):
        raise ConditionsUnmet(missing)
    if step is Step.COMPLETE and not ceremony.segments:
        raise RecordingIncomplete
    if step is Step.COMPLETE and room is not None and not room.is_handed_over:
        raise RecordingUnderWay
    if step is Step.OPEN_SIGNING:
        require_everybody_recorded(ceremony, room, at=at)
    ceremony.take(step, by=actor.account, at=at, reason=reason)
    if step is Step.COMPLETE:
        case.ceremony_completed_at = at
    case.note(f"ceremony_{step}", actor, at, ceremony=ceremony.id, head=ceremony.head)


def unmet_before(case: Case, ceremony: Ceremony, step: Step) -> Iterator[Unmet]:
    """Yield what is missing for ``step``; before it is there nothing is signed or over."""
    if step in _WANTS_EVERYBODY:
        # Again after a hand-over: the successor has not come in before.
        yield from everybody_came(ceremony)
    if step in {Step.START_RECORDING, Step.RESUME}:
        for party in _parties_of(case, ceremony):
            if not case.consent_holds(party, Purpose.RECORDING):
                yield Unmet("consent_missing_recording", "PIPL Art. 29", party)
    yield from unmet_at_step(case, ceremony, step)
    if step is Step.START_RECORDING:
        yield from devices_tried(case, ceremony)
    if step in {Step.START_RECORDING, Step.OPEN_SIGNING}:
        yield from without_a_signer(case, ceremony)
    if step in {Step.CONFIRM_IDENTITIES, Step.OPEN_SIGNING, Step.COMPLETE}:
        yield from identities_stand(case, ceremony)
    if step in {Step.OPEN_SIGNING, Step.COMPLETE}:
        yield from two_are_here(case, ceremony)
        yield from informed_and_asked(case, ceremony)
        yield from record_is_settled(case, ceremony)
    if step is Step.COMPLETE:
        yield from tuple(unsigned(case)) or deed_signed(case, SYSTEM_ACTOR)
        yield from confirmed_since(ceremony)
        yield from confirmed_since_other_face(ceremony)


def _parties_of(case: Case, ceremony: Ceremony) -> Iterator[PartyId]:
    seated = {p.party for p in ceremony.participants if p.party is not None}
    return (party.id for party in case.parties if party.id in seated)


@dataclass(frozen=True, slots=True, kw_only=True)
class WillToSign:
    """What shows that this party, now, wants to sign this deed."""

    deed_sha256: str
    """The file that was shown."""

    step_up: StepUp
    """The answer of the party's own device."""

    checks: Sequence[IdentityCheck] = ()
    """Of the case: a face that was seen in the ceremony vouches for the person."""

    strokes: Strokes = ()
    room: MediaRoom | None = None
    """The room's row, where a media worker carries the ceremony."""


def confirm_deed(
    case: Case, ceremony: Ceremony, actor: Actor, will: WillToSign, *, at: datetime
) -> PartyId:
    """Put on record that a party wants to sign exactly this deed (电子签名法 Art. 13).

    The signature itself is made afterwards by a job, with an event certificate. Raises a
    `StepUpRefused` unless the party's own device agreed to this deed: staff have no way here.
    """
    case.require_editable("deed", S.INTERVIEW_SET)
    if ceremony.case != case.id:
        raise NotTakingPart
    party = case.party_of(actor.account)
    digest = will.deed_sha256
    unmet = (
        *unmet_of_party(case, ceremony.links, party),
        *_unmet_before_signing(case, party.id, digest),
    )
    if unmet:
        raise ConditionsUnmet(unmet)
    if ceremony.status is not CeremonyStatus.SIGNING:
        raise CeremonyRefused(ceremony.status, Step.OPEN_SIGNING)
    require_everybody_recorded(ceremony, will.room, at=at, signer=actor.account)
    require_answered(will.step_up, _wanted(case, actor.account, digest))
    if missing := tuple(_unmet_in_the_room(case, ceremony, actor.account, digest, at=at)):
        raise ConditionsUnmet(missing)
    vouching = vouched_by(case, ceremony, will.checks, party, deed_sha256=digest, at=at)
    if vouching is None:
        raise ConditionsUnmet((Unmet("presence_not_proven", "P-28; 电子签名法 Art. 13", party.id),))
    if will.strokes and case.deed is not None:
        written = {**case.deed.handwriting, party.id: will.strokes}
        case.deed = replace(case.deed, handwriting=written)
    put_on_record(case, will.step_up, actor)
    ceremony.add_event(
        "deed_confirmed",
        at,
        by=actor.account,
        facts={
            "object": digest,
            "step_up": will.step_up.id,
            "agreed": evidence_digest(will.step_up),
            "vouched_by": vouching,
        },
    )
    case.note("deed_confirmed", actor, at, party=party.id, object=digest, vouched_by=vouching)
    return party.id


def require_agreement_to_deed(
    case: Case, ceremony: Ceremony, party_id: PartyId, step_up: StepUp
) -> None:
    """Raise unless this party agreed to the deed as it is: asked again where its key is used.

    The ceremony has to know of it, with whoever vouched for the person. A file with the
    signatures of others since then is the same deed; one that was written anew is not.
    """
    account = case.party(party_id).account
    if account is None or case.deed is None:
        raise StepUpNotFound
    known = {str(each.body["object"]) for each in ceremony.links if each.kind == "deed_signed"}
    digests = shown_digests(case, KeyUse.SIGN_DEED) | known
    require_answered(step_up, _wanted(case, account, *digests))
    confirmed = {
        "object": step_up.digest,
        "step_up": step_up.id,
        "agreed": evidence_digest(step_up),
        "by": account,
    }
    agreed = next(
        (
            each
            for each in ceremony.links
            if each.kind == "deed_confirmed" and confirmed.items() <= each.body.items()
        ),
        None,
    )
    if agreed is None:
        raise StepUpUnanswered
    # Who agreed was compared then; that a notary has thought better of it since counts as well.
    until_then = ceremony.links[: agreed.index]
    party = case.party(party_id)
    if missing := (*unmet_of_party(case, until_then, party), *unmet_of_line(case, party)):
        raise ConditionsUnmet(missing)
    # So does another face: whose agreement it was is in doubt, and whoever is back agrees anew.
    if others_seen(ceremony, account, after=agreed.index):
        raise ConditionsUnmet((Unmet("face_of_somebody_else", SOURCE, party_id),))


def _wanted(case: Case, account: AccountId, *digests: str) -> Wanted:
    return Wanted(use=KeyUse.SIGN_DEED, case=case.id, digests=frozenset(digests), account=account)


def _unmet_before_signing(case: Case, party: PartyId, deed_sha256: str) -> Iterator[Unmet]:
    deed = case.deed
    if deed is None or deed.object_sha256 is None or deed.pages < 1:
        yield Unmet("deed_missing", "P-38")
    elif deed_sha256 not in {deed.object_sha256, deed.signed_sha256}:
        yield Unmet("deed_differs", "电子签名法 Art. 13", party)
    yield from unmet_of_line(case, case.party(party))
    if not case.rules.deed_signed_electronically:
        yield Unmet("deed_is_signed_in_ink", "电子签名法 Art. 3")
    if not case.consent_holds(party, Purpose.E_SIGNATURE):
        yield Unmet("consent_missing_e_signature", "电子签名法 Art. 3", party)


def _unmet_in_the_room(
    case: Case, ceremony: Ceremony, account: AccountId, digest: str, *, at: datetime
) -> Iterator[Unmet]:
    """Who signs is known now, was looked at lately, and saw every page of exactly this file."""
    participant, rules = ceremony.seat_of(account), case.rules.ceremony
    if not may(participant.seat, Right.SIGN):
        yield Unmet("seat_does_not_sign", "P-28", participant.party)
    if account in without_a_line(ceremony):
        yield Unmet("participant_missing", "P-28, P-53", participant.party)
    yield from unrecognised(ceremony, participant, rules)
    yield from unseen_lately(ceremony, participant, rules, at=at)
    yield from two_are_here(case, ceremony)
    for page in pages_unseen(ceremony, account, case.deed, digest):
        yield Unmet("page_not_seen", "电子签名法 Art. 13; P-28", str(page))
