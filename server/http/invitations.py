"""Invitations to a ceremony: sent and taken back by the office, taken up by whoever was invited.

Whoever takes one up is nobody yet. The secret says which invitation is meant, a one-time code
that the person holds the invited contact; only both together open a session and a seat.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from server.access.codes import Redemption, SignInBooks, redeem_code
from server.cases.actor import Actor
from server.cases.ids import CaseId, OfficeId, PartyId
from server.cases.inviting import Wanted, invite, revoke_invitation, take_seat
from server.cases.jobs import Job
from server.cases.opening import pack_of
from server.ceremony.ceremony import CeremonyId, Seat
from server.ceremony.errors import InvitationNotFound, InvitationSpent
from server.ceremony.invitations import (
    InvitationId,
    hash_of,
    refuse_flood,
    require_invited,
)
from server.http.call import Answer, Binding, etag_of
from server.http.case_at_hand import case_held, case_read
from server.http.ceremonies import ceremony_of
from server.http.contacts import contact_from
from server.http.devices import add_device_of_sign_in
from server.http.shown.catalogue import office_line
from server.http.shown.times import rfc3339, rfc3339_or_none
from server.http.signing_in import grant_as_seen
from server.transaction import Scope

if TYPE_CHECKING:
    from datetime import datetime

    from server.access.codes import CodeMaking
    from server.access.grants import Grant, Minting
    from server.cases.case import Case
    from server.catalogue.loading import Catalogue
    from server.ceremony.ceremony import Ceremony
    from server.ceremony.invitations import Invitation
    from server.http.call import Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitations:
    catalogue: Catalogue
    making: CodeMaking
    minting: Minting

    def add(self, call: Call) -> Answer:
        case, contact = case_held(call), contact_from(call.body)
        ceremony = ceremony_of(call, case, lock=True)
        book = call.tx.invitations
        wanted = Wanted(
            id=InvitationId(call.new_id()),
            party=PartyId(call.body["party"]),
            seat=Seat(call.body["seat"]),
            contact=contact,
            language=call.body["language"],
            valid=self._validity(case),
        )
        invitation = invite(case, ceremony, wanted, call.actor, at=call.now)
        refuse_flood(lambda since: book.made_since(contact, since), at=call.now)
        _replace_earlier(call, case, ceremony, invitation)
        book.add(invitation)
        call.tx.jobs.defer(
            Job.SEND_INVITATION, office=case.office, case=case.id, invitation=invitation.id
        )
        call.tx.ceremonies.save(ceremony)
        call.tx.cases.save(case)
        return Answer(
            status=201,
            body=_as_seen(invitation, at=call.now),
            etag=etag_of(ceremony.version),
        )

    def _validity(self, case: Case) -> timedelta:
        pack = pack_of(case, self.catalogue.rule_packs.office(case.office))
        return timedelta(hours=pack.ceremony.invitation_valid_h)

    def look_up(self, call: Call) -> Answer:
        invitation = call.tx.invitations.with_token(hash_of(call.body["token"]))
        office = self.catalogue.rule_packs.office(OfficeId(invitation.office))
        return Answer(
            body={
                "state": invitation.state(at=call.now),
                "seat": invitation.seat,
                "language": invitation.language,
                "expires_at": rfc3339(invitation.expires_at),
                "office": office_line(office, call.language),
            }
        )

    def accept(self, call: Call) -> Answer:
        invitation = call.tx.invitations.with_token(hash_of(call.body["token"]))
        grant = self._signed_in(call)
        require_invited(invitation, contact_from(call.body), at=call.now)
        # From here on as the office that invited: the case knows nothing of this account yet.
        call.tx.narrow(Scope(office=OfficeId(invitation.office)))
        case = call.tx.cases.get(CaseId(invitation.case), lock=True)
        ceremony = call.tx.ceremonies.get(invitation.ceremony, lock=True)
        # As it stands behind the lock: who waited is told what became of it meanwhile.
        invitation = call.tx.invitations.get(invitation.id)
        actor = Actor(account=grant.principal.account, roles=grant.principal.roles)
        take_seat(case, ceremony, invitation, actor, at=call.now)
        if not call.tx.invitations.accept(invitation.id, at=call.now):
            raise InvitationSpent
        call.tx.ceremonies.save(ceremony)
        call.tx.cases.save(case)
        return Answer(
            status=201,
            body={
                "grant": grant_as_seen(grant),
                "case_id": case.id,
                "ceremony_id": ceremony.id,
                "seat": invitation.seat,
            },
        )

    def _signed_in(self, call: Call) -> Grant:
        tx = call.tx
        given = Redemption(
            contact=contact_from(call.body), code=call.body["code"], device=call.body["device"]
        )
        grant = redeem_code(
            given,
            books=SignInBooks(accounts=tx.accounts, codes=tx.codes, sessions=tx.sessions),
            making=self.making,
            minting=self.minting,
            now=call.now,
        )
        add_device_of_sign_in(call, grant, code=given.code)
        return grant


def _replace_earlier(call: Call, case: Case, ceremony: Ceremony, new: Invitation) -> None:
    """Let the newest be the only one that opens the seat."""
    for earlier in call.tx.invitations.of_ceremony(ceremony.id):
        if earlier.party == new.party and earlier.revoked_at is None:
            revoke_invitation(case, ceremony, earlier, call.actor, at=call.now)
            call.tx.invitations.revoke(earlier.id, at=call.now)


def list_invitations(call: Call) -> Answer:
    ceremony = ceremony_of(call, case_read(call))
    found = call.tx.invitations.of_ceremony(ceremony.id)
    return Answer(
        body={"items": [_as_seen(each, at=call.now) for each in found]},
        etag=etag_of(ceremony.version),
    )


def revoke(call: Call) -> Answer:
    case = case_held(call)
    ceremony = ceremony_of(call, case, lock=True)
    invitation = _of(call, ceremony.id)
    if revoke_invitation(case, ceremony, invitation, call.actor, at=call.now):
        call.tx.invitations.revoke(invitation.id, at=call.now)
        call.tx.ceremonies.save(ceremony)
        call.tx.cases.save(case)
    return Answer(
        body=_as_seen(_of(call, ceremony.id), at=call.now), etag=etag_of(ceremony.version)
    )


def _of(call: Call, ceremony: CeremonyId) -> Invitation:
    found = call.tx.invitations.get(InvitationId(call.path["invitation_id"]))
    if found.ceremony != ceremony:
        raise InvitationNotFound
    return found


def _as_seen(invitation: Invitation, *, at: datetime) -> dict[str, Any]:
    return {
        "id": invitation.id,
        "party": invitation.party,
        "seat": invitation.seat,
        "sent_to": invitation.masked,
        "language": invitation.language,
        "state": invitation.state(at=at),
        "made_at": rfc3339(invitation.made_at),
        "expires_at": rfc3339(invitation.expires_at),
        "sent_at": rfc3339_or_none(invitation.sent_at),
    }


def bindings(*, catalogue: Catalogue, making: CodeMaking, minting: Minting) -> list[Binding]:
    desk = Invitations(catalogue=catalogue, making=making, minting=minting)
    return [
        Binding(operation_id="invite_participant", handler=desk.add),
        Binding(operation_id="list_invitations", handler=list_invitations),
        Binding(operation_id="revoke_invitation", handler=revoke),
        Binding(operation_id="look_up_invitation", handler=desk.look_up),
        Binding(operation_id="accept_invitation", handler=desk.accept),
    ]
