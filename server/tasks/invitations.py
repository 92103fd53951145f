"""Send the secret of an invitation to the contact that was invited.

The job makes the secret: it is in no queue, and in the books as a hash alone. Killed between
sending and noting it, the job sends another one, and what was sent before opens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.ceremony.invitations import InvitationState, hash_of, link_of
from server.transaction import Scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.cases.ids import Clock, OfficeId
    from server.ceremony.invitations import InvitationId, SendInvitation
    from server.transaction import OpenTransaction


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationPost:
    open_transaction: OpenTransaction
    send: SendInvitation
    new_token: Callable[[], str]
    """`TOKEN_BYTES` random bytes, URL-safe."""

    public_url: str
    now: Clock


def send_invitation(office: OfficeId, invitation_id: InvitationId, *, post: InvitationPost) -> None:
    """Send it, unless it was sent or is over. Again does no harm."""
    token = post.new_token()
    with post.open_transaction(Scope(office=office)) as tx:
        invitation = tx.invitations.get(invitation_id)
        is_open = invitation.state(at=post.now()) is InvitationState.OPEN
        if not (is_open and tx.invitations.put_token(invitation_id, hash_of(token))):
            return
    link = link_of(post.public_url, token, invitation.language)
    post.send(invitation.contact, link, invitation.language)
    with post.open_transaction(Scope(office=office)) as tx:
        tx.invitations.sent(invitation_id, at=post.now())
