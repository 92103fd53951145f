"""Consents: given to a text that the server knows, withdrawn at any time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.cases.consents import Consent, Purpose
from server.cases.dating import SHANGHAI
from server.cases.errors import TextDiffers
from server.cases.ids import ConsentId, PartyId
from server.cases.intake import give_consent, withdraw_consent
from server.http.call import Answer, Binding, Call
from server.http.case_at_hand import case_held, case_to_change, made, saved
from server.http.shown.consents import consent_as_seen

if TYPE_CHECKING:
    from server.catalogue.notices import Notices


@dataclass(frozen=True, slots=True, kw_only=True)
class Consents:
    notices: Notices

    def give(self, call: Call) -> Answer:
        case, body = case_held(call), call.body
        party = body.get("party") or case.party_of(call.actor.account).id
        consent = Consent(
            id=ConsentId(call.new_id()),
            party=PartyId(party),
            purpose=Purpose(body["purpose"]),
            notice_code=body["notice_code"],
            notice_version=body["notice_version"],
            language=body["language"],
            text_sha256=self._as_shown(call),
            given_at=call.now,
        )
        give_consent(case, consent, call.actor, at=call.now)
        call.tx.cases.save(case)
        return made(case, consent_as_seen(consent))

    def _as_shown(self, call: Call) -> str:
        """Return the digest of the text in force, if it is what the person saw."""
        body, on = call.body, call.now.astimezone(SHANGHAI).date()
        ours = self.notices.in_force(body["notice_code"], body["language"], on=on)
        shown = (body["purpose"], body["notice_version"], body["text_sha256"])
        # One text, one purpose: consent to face data is never bundled (D-face).
        if shown != (ours.code, ours.version, ours.sha256):
            raise TextDiffers("notice")
        return ours.sha256


def withdraw(call: Call) -> Answer:
    case = case_to_change(call)
    withdraw_consent(case, ConsentId(call.path["consent_id"]), call.actor, at=call.now)
    return saved(call, case)


def bindings(*, notices: Notices) -> list[Binding]:
    return [
        Binding(operation_id="give_consent", handler=Consents(notices=notices).give),
        Binding(operation_id="withdraw_consent", handler=withdraw),
    ]
