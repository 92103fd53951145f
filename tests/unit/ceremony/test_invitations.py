"""An invitation: how it stands, whom it is for, and what it tells to whoever looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from server.access.terms import CODE_TERMS
from server.ceremony.ceremony import CeremonyId, Seat
from server.ceremony.errors import (
    CeremonyError,
    InvitationExpired,
    InvitationForAnother,
    InvitationRevoked,
    InvitationSpent,
    TooManyInvitations,
)
from server.ceremony.invitations import (
    LIMITS,
    Invitation,
    InvitationId,
    InvitationState,
    hash_of,
    link_of,
    refuse_flood,
    require_invited,
)

MADE = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
LIFE = timedelta(hours=72)
PHONE = "+33639980012"
INVITED = Invitation(
    id=InvitationId("i-1"),
    office="kunming-demo",
    case="c-1",
    ceremony=CeremonyId("r-1"),
    party="p-li",
    seat=Seat.WITNESS,
    contact=PHONE,
    language="en",
    invited_by="s-notary",
    made_at=MADE,
    expires_at=MADE + LIFE,
)
LATER = MADE + timedelta(hours=1)


@pytest.mark.parametrize(
    ("revoked", "accepted", "at", "state"),
    [
        # From the moment it is made until the moment it ends.
        (None, None, MADE, InvitationState.OPEN),
        (None, None, MADE + LIFE - timedelta(microseconds=1), InvitationState.OPEN),
        (None, None, MADE + LIFE, InvitationState.EXPIRED),
        # A clock that went back opens nothing.
        (None, None, MADE - timedelta(seconds=1), InvitationState.EXPIRED),
        (LATER, None, LATER, InvitationState.REVOKED),
        # Once taken it stays taken, whatever time it is.
        (None, LATER, MADE + 2 * LIFE, InvitationState.ACCEPTED),
        # One that had expired before another took its place expired all the same.
        (MADE + 2 * LIFE, None, MADE + 2 * LIFE, InvitationState.EXPIRED),
    ],
)
def test_an_invitation_stands_as_its_times_say(
    revoked: datetime | None, accepted: datetime | None, at: datetime, state: InvitationState
) -> None:
    invitation = replace(INVITED, revoked_at=revoked, accepted_at=accepted)
    assert invitation.state(at=at) is state


@pytest.mark.parametrize(
    ("contact", "changes", "at", "refusal"),
    [
        # Somebody else learns nothing of how it stands.
        ("+33639980013", {}, LATER, InvitationForAnother),
        ("+33639980013", {"accepted_at": LATER}, LATER, InvitationForAnother),
        (PHONE, {"accepted_at": LATER}, LATER, InvitationSpent),
        (PHONE, {"revoked_at": LATER}, LATER, InvitationRevoked),
        (PHONE, {}, MADE + LIFE, InvitationExpired),
    ],
)
def test_only_the_invited_contact_comes_in_and_only_while_it_is_open(
    contact: str, changes: dict[str, datetime], at: datetime, refusal: type[CeremonyError]
) -> None:
    with pytest.raises(refusal):
        require_invited(replace(INVITED, **changes), contact, at=at)  # type: ignore[arg-type]  # times alone
    require_invited(INVITED, PHONE, at=LATER)


def test_an_invitation_is_sent_as_rarely_as_a_code() -> None:
    assert CODE_TERMS.limits == LIMITS
    refuse_flood(lambda _: 0, at=MADE)
    with pytest.raises(TooManyInvitations) as refused:
        refuse_flood(lambda since: int(since <= MADE - timedelta(minutes=1)), at=MADE)
    assert refused.value.retry_after_s == 60
    with pytest.raises(TooManyInvitations) as refused:
        refuse_flood(lambda since: 5 * (since <= MADE - timedelta(hours=1)), at=MADE)
    assert refused.value.retry_after_s == 3600


def test_the_secret_is_in_the_fragment_and_nowhere_else() -> None:
    link = link_of("https://feigui.example/", "s3cret", "en")
    sent, _, kept = link.partition("#")
    assert sent == "https://feigui.example/ceremony?lang=en"
    assert kept == "invitation=s3cret"
    # What is stored in its place is SHA-256 (FIPS 180-4), which nobody turns back.
    assert hash_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_contact_is_shown_so_that_nobody_can_dial_it() -> None:
    assert INVITED.masked == "…0012"
    assert replace(INVITED, contact="li.na@example.com").masked == "l…@example.com"
