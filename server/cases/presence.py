"""Is the person there who signs? A face seen just now, or the notary's word in the room.

A device proves which telephone answered, not whose hand held it. 电子签名法 Art. 13(1)(二),
公证程序规则 Art. 28: so either this case's own identity check has looked at the face since
the recording began, or the platform saw it in the received video a moment ago, or the notary
who leads confirms it for this party and this very deed. The last way is open to whoever
cannot or will not show a face to a machine.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from server.cases.compared import unmet_of_party
from server.cases.errors import ConditionsUnmet
from server.cases.guards import Unmet
from server.cases.identity_checks import CheckState
from server.cases.leading import require_lead_in_the_room
from server.cases.recognising import fresh_look
from server.cases.signatures import unmet_of_line
from server.cases.sitting_together import without_a_line
from server.cases.status import CaseStatus as S
from server.cases.step_up import KeyUse, shown_digests
from server.ceremony.course import moment, recording_since
from server.ceremony.errors import CeremonyRefused, NotTakingPart
from server.ceremony.sharing import company_of
from server.ceremony.status import CeremonyStatus, Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.cases.actor import Actor
    from server.cases.case import Case
    from server.cases.identity_checks import IdentityCheck
    from server.cases.ids import PartyId
    from server.cases.parties import Party
    from server.ceremony.ceremony import Ceremony
    from server.ceremony.chain import Link

FRESH_FOR: Final = timedelta(minutes=15)
"""How long a face that was seen, or a notary's word, vouches for a person."""

CONFIRMED: Final = "presence_confirmed"


def confirm_presence(
    case: Case,
    ceremony: Ceremony,
    party_id: PartyId,
    actor: Actor,
    *,
    deed_sha256: str,
    at: datetime,
) -> Link:
    """Put on record that the notary sees this party about to sign this deed; return the link."""
    case.require_editable("deed", S.INTERVIEW_SET)
    require_lead_in_the_room(case, ceremony, actor, "confirm_presence")
    party = case.party(party_id)
    if not any(p.party == party.id and p.joined_at is not None for p in ceremony.participants):
        raise NotTakingPart
    if party.account in without_a_line(ceremony):
        raise NotTakingPart
    if ceremony.status is not CeremonyStatus.SIGNING:
        raise CeremonyRefused(ceremony.status, Step.OPEN_SIGNING)
    if deed_sha256 not in shown_digests(case, KeyUse.SIGN_DEED):
        raise ConditionsUnmet((Unmet("deed_differs", "电子签名法 Art. 13", party.id),))
    if missing := (*unmet_of_party(case, ceremony.links, party), *unmet_of_line(case, party)):
        raise ConditionsUnmet(missing)
    facts: dict[str, str | int | None] = {"object": deed_sha256, "party": party.id}
    added = ceremony.add_event(CONFIRMED, at, by=actor.account, facts=facts)
    case.note(CONFIRMED, actor, at, party=party.id, object=deed_sha256, ceremony=ceremony.id)
    return added


def vouched_by(
    case: Case,
    ceremony: Ceremony,
    checks: Iterable[IdentityCheck],
    party: Party,
    *,
    deed_sha256: str,
    at: datetime,
) -> str | None:
    """Return what vouches for the party now: the id of a check, or the hash of a link.

    Where several sit at one device, no picture says whose hand holds it: only the notary does.
    """
    is_alone = not company_of(ceremony.links, str(party.account)).is_shared
    for check in checks:
        if is_alone and _is_of(check, party) and _shows_the_face_now(check, ceremony, at=at):
            return check.id
    for link in ceremony.links:
        told = link.kind == CONFIRMED and (link.body["party"], link.body["object"])
        if told == (party.id, deed_sha256) and _is_fresh(moment(link), at=at):
            return link.hash
    look = fresh_look(ceremony, str(party.account), case.rules.ceremony, at=at)
    return None if look is None else look.hash


def _is_of(check: IdentityCheck, party: Party) -> bool:
    """Say whether the check is of the party, by the document that is on file."""
    on_file = None if party.id_document is None else party.id_document.number
    read = None if check.outcome is None else check.outcome.id_number
    return check.party == party.id and read is not None and read == on_file


def _shows_the_face_now(check: IdentityCheck, ceremony: Ceremony, *, at: datetime) -> bool:
    begun = recording_since(ceremony.links)
    return (
        check.state is CheckState.PROVEN
        and check.inputs.shows_the_face
        and begun is not None
        and begun <= check.requested_at
        and _is_fresh(check.requested_at, at=at)
    )


def _is_fresh(since: datetime, *, at: datetime) -> bool:
    return since <= at < since + FRESH_FOR
