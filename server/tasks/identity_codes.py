"""Send the code of a challenge to the person's registered contact.

A job, and not part of the request: it exists if and only if the challenge does, and no
transaction waits for whoever delivers messages. Sent twice, it is the same code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.cases.identity_challenges import code_of
from server.transaction import Scope

if TYPE_CHECKING:
    from server.access.codes import SendCode
    from server.cases.identity_challenges import ChallengeId
    from server.cases.ids import CaseId, OfficeId
    from server.transaction import OpenTransaction


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeDesk:
    open_transaction: OpenTransaction
    send: SendCode


def send_identity_code(
    office: OfficeId, case_id: CaseId, challenge_id: ChallengeId, *, desk: CodeDesk
) -> None:
    """Send to the contact that the party signs in with, and to no other that the case may name."""
    with desk.open_transaction(Scope(office=office)) as tx:
        challenge = tx.identity_challenges.get(challenge_id)
        case = tx.cases.get(case_id)
        account = case.party(challenge.party).account
        contact = None if account is None else tx.accounts.applicant(account).contact
    if contact is not None:
        desk.send(contact, code_of(challenge.nonce), case.intake.language)
