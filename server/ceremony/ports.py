"""What a ceremony needs from the outside, in its own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from server.ceremony.ceremony import Ceremony, CeremonyId
    from server.ceremony.chain import Link
    from server.ceremony.composite import Composite
    from server.ceremony.following import Standing
    from server.ceremony.invitations import Invitation, InvitationId
    from server.ceremony.lines import Line, Picture
    from server.ceremony.rooms import MediaRoom, MediaWorkerPlace


class CeremonyBook(Protocol):
    """The ceremonies of one office, inside one transaction."""

    def add(self, ceremony: Ceremony) -> None: ...

    def get(self, ceremony_id: CeremonyId, *, lock: bool = False) -> Ceremony:
        """Return the ceremony, or raise `CeremonyNotFound`."""
        ...

    def of_case(self, case_id: str) -> list[Ceremony]:
        """Return every ceremony of the case, oldest first."""
        ...

    def standing(self, ceremony_id: CeremonyId) -> Standing:
        """Return the ceremony without its chain, or raise `CeremonyNotFound`."""
        ...

    def links_after(self, ceremony_id: str, index: int) -> list[Link]:
        """Return the links that follow position ``index`` (-1: from the first), in order."""
        ...

    def at_work(self) -> list[Ceremony]:
        """Return every ceremony of the office that is being recorded now."""
        ...

    def save(self, ceremony: Ceremony) -> None:
        """Write what changed; links and segments are only ever appended."""
        ...


class InvitationBook(Protocol):
    """Invitations to the ceremonies of one office; the secret itself is never kept."""

    def add(self, invitation: Invitation) -> None: ...

    def get(self, invitation_id: InvitationId) -> Invitation:
        """Return the invitation, or raise `InvitationNotFound`."""
        ...

    def of_ceremony(self, ceremony_id: str) -> list[Invitation]:
        """Return every invitation to the ceremony, newest first."""
        ...

    def with_token(self, sha256: str) -> Invitation:
        """Return the invitation that was sent with this secret, or raise `InvitationNotFound`.

        Whoever has the secret is nobody yet, so no scope is asked for.
        """
        ...

    def made_since(self, contact: str, since: datetime) -> int:
        """Return how often any office invited ``contact`` since then."""
        ...

    def put_token(self, invitation_id: InvitationId, sha256: str) -> bool:
        """Have this secret open the invitation, and none before it; say whether it is unsent."""
        ...

    def sent(self, invitation_id: InvitationId, *, at: datetime) -> None: ...

    def revoke(self, invitation_id: InvitationId, *, at: datetime) -> bool:
        """Take it back unless it was taken back or accepted; say whether this call won."""
        ...

    def accept(self, invitation_id: InvitationId, *, at: datetime) -> bool:
        """Use it up if it is open; say whether this call won."""
        ...


class AttendanceBook(Protocol):
    """Who follows a ceremony right now. Evidence of nothing."""

    def seen(self, ceremony_id: str) -> dict[str, datetime]:
        """Return when each account was last seen following."""
        ...

    def note(self, ceremony_id: str, standing: Standing, account: str, *, at: datetime) -> None:
        """Write down that ``account`` is there, and let the others know if that is new."""
        ...


class RoomBook(Protocol):
    """Which media worker carries which room, and whether all of it has arrived."""

    def get(self, ceremony_id: str) -> MediaRoom | None: ...

    def lease(self, room: MediaRoom, *, now: datetime) -> None:
        """Take the room, or keep it; raises `RoomTaken` while another's lease runs."""
        ...

    def measured(
        self, ceremony_id: str, worker: str, lines: Sequence[Line], *, at: datetime
    ) -> None:
        """Put down how the lines are; of a worker that lost the room nothing is taken."""
        ...

    def ask_for(self, ceremony_id: str, account: str, picture: Picture) -> None:
        """Have somebody send single pictures, or moving ones again."""
        ...

    def ask_for_key_frame(self, ceremony_id: str, participant: str) -> None:
        """Have the worker ask the participant's camera for one. No room: nothing to do."""
        ...

    def take_key_frames(self, ceremony_id: str) -> frozenset[str]:
        """Return of whom a key frame was asked for; asked once, they are told once."""
        ...

    def ask_to_close(self, ceremony_id: str, *, at: datetime) -> None:
        """Have the worker end the recording and hand it over. Again does no harm."""
        ...

    def release(self, ceremony_id: str, worker: str) -> None:
        """All of the recording is in the evidence store."""
        ...


class CompositeBook(Protocol):
    """The videos to look through ceremonies by."""

    def get(self, ceremony_id: str) -> Composite | None: ...

    def due(self, *, at: datetime, limit: int) -> list[Composite]:
        """Return what is to be made: of ceremonies that are over and whose recording is here."""
        ...

    def save(self, composite: Composite) -> None: ...


class WorkerBook(Protocol):
    """The media workers of the installation, for all offices."""

    def announce(self, worker: MediaWorkerPlace) -> None:
        """Say that a worker lives, and what it carries."""
        ...

    def seen_since(self, at: datetime) -> list[MediaWorkerPlace]: ...
