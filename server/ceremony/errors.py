"""Reasons a ceremony can say no."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from server.ceremony.status import CeremonyStatus, Step


class CeremonyError(Exception):
    """Base of everything a ceremony refuses on purpose."""


class CeremonyNotFound(CeremonyError):
    """No ceremony with this id is visible to the caller."""


class CeremonyRefused(CeremonyError):
    """The ceremony is not in a status from which this step is allowed."""

    def __init__(self, current: CeremonyStatus, step: Step) -> None:
        self.current = current
        self.step = step
        super().__init__(f"cannot {step} a ceremony that is {current}")


class NotTakingPart(CeremonyError):
    """The caller has no seat in this ceremony."""


class ParticipantNotFound(CeremonyError):
    """Nobody of this account has a seat in the ceremony."""


class NotaryStays(CeremonyError):
    """A ceremony without its notary is interrupted or aborted, and not gone on with."""


class NotRecording(CeremonyError):
    """Nothing is being recorded, so no segment and no event can be added."""


class ChainBroken(CeremonyError):
    """A link does not follow the one before it; nothing was added.

    ``expected`` tells the client where to go on.
    """

    def __init__(self, what: str, *, expected_index: int, expected_prev: str) -> None:
        self.what = what
        self.expected_index = expected_index
        self.expected_prev = expected_prev
        super().__init__(f"{what}: expected index {expected_index}")


class RecordingIncomplete(CeremonyError):
    """Segments that were announced have not arrived."""


class TicketRefused(CeremonyError):
    """The ticket is not ours, is over, was used, or is for something else."""


class PutOut(CeremonyError):
    """The notary put this participant out of the room."""


class HereElsewhere(CeremonyError):
    """The participant is in the room by another sign-in; coming in takes over from that one."""


class LineTakenOver(CeremonyError):
    """The participant has come in by another sign-in since, and that one sends."""


class RoomTaken(CeremonyError):
    """Another media worker carries this room."""


class RecordingUnderWay(CeremonyError):
    """The room's recording is not in the evidence store yet; ask it to close, and wait."""


class LiveVideoOff(CeremonyError):
    """No media worker runs that could carry the office's rooms."""


class CompositeNotMade(CeremonyError):
    """The video to look through the ceremony by could not be made."""


class FollowersFull(CeremonyError):
    """So many follow by streams that no more are opened here; asking again and again works."""


class InvitationNotFound(CeremonyError):
    """No invitation with this id is visible to the caller, or none has this token."""


class InvitationForAnother(CeremonyError):
    """The invitation went to another contact than the one that was proven."""


class InvitationSpent(CeremonyError):
    """Somebody took the seat with it; a token works once."""


class InvitationExpired(CeremonyError):
    """Nobody took the seat in time; the office can invite again."""


class InvitationRevoked(CeremonyError):
    """The office took it back, or sent another one in its place."""


class TooManyInvitations(CeremonyError):
    """This contact was invited a moment ago, or too often."""

    def __init__(self, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__("too many invitations")
