"""One ceremony: who takes part, what was recorded, and in which order it happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from server.ceremony.chain import GENESIS, Link, link
from server.ceremony.errors import (
    ChainBroken,
    NotaryStays,
    NotRecording,
    NotTakingPart,
    ParticipantNotFound,
)
from server.ceremony.gaps import GAP, gap_before
from server.ceremony.sharing import JOINED, Lines
from server.ceremony.status import CeremonyStatus, Step, next_status

CeremonyId = NewType("CeremonyId", str)

Facts = dict[str, str | int | None]
"""Of a link: codes, ids, digests, figures."""


class Seat(StrEnum):
    NOTARY = "notary"
    SECOND_HANDLER = "second_handler"
    PARTY = "party"
    AGENT = "agent"
    WITNESS = "witness"
    INTERPRETER = "interpreter"
    CONSULAR_WITNESS = "consular_witness"
    OBSERVER = "observer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    account: str
    seat: Seat
    party: str | None = None
    """Id of the party in the case, where the participant is one."""

    joined_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One piece of one participant's recording, as the client announced it."""

    participant: str
    index: int
    """Position among this participant's own segments, from 0."""

    starts_ms: int
    """On the clock of the ceremony, from the start of recording."""

    ends_ms: int
    sha256: str
    size: int
    media_type: str
    prev_sha256: str
    """SHA-256 of this participant's segment before, or 64 zeros."""


@dataclass(slots=True, kw_only=True)
class Ceremony:
    id: CeremonyId
    office: str
    case: str
    status: CeremonyStatus = CeremonyStatus.PLANNED
    participants: list[Participant] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    version: int = 0

    def take(self, step: Step, *, by: str, at: datetime, reason: str | None = None) -> None:
        """Move the ceremony and put the step into the chain."""
        before, self.status = self.status, next_status(self.status, step)
        self._append(
            str(step), at, {"by": by, "before": before, "after": self.status, "reason": reason}
        )

    def join(
        self,
        account: str,
        at: datetime,
        *,
        session: str | None = None,
        device_of: str | None = None,
    ) -> None:
        """Put on record that a participant came in, or came back.

        ``session``: the sign-in that it was done in; another one may be another device.
        ``device_of``: at whose device, where it is not the own one.
        """
        seat = self.seat_of(account)
        self.participants = [
            Participant(account=p.account, seat=p.seat, party=p.party, joined_at=at)
            if p.account == account
            else p
            for p in self.participants
        ]
        body: Facts = {"by": account, "seat": seat.seat, "session": session}
        self._append(JOINED, at, body if device_of is None else {**body, "device_of": device_of})

    def seat(self, participant: Participant, at: datetime, *, invitation: str) -> None:
        """Give somebody who was invited a seat."""
        self.participants = [*self.participants, participant]
        self._append(
            "seated",
            at,
            {
                "by": participant.account,
                "seat": participant.seat,
                "party": participant.party,
                "invitation": invitation,
            },
        )

    def give_seat(self, participant: Participant, at: datetime, *, by: str) -> None:
        """Seat somebody whom the office brings in once it was planned."""
        self.participants = [*self.participants, participant]
        facts: Facts = {"subject": participant.account, "seat": participant.seat}
        self._append("seat_given", at, {"by": by, **facts, "party": participant.party})

    @property
    def seated_later(self) -> frozenset[str]:
        """Accounts that took their seat once it was planned; the chain alone says so."""
        named = {"seated": "by", "seat_given": "subject"}
        return frozenset(
            str(each.body[named[each.kind]]) for each in self.links if each.kind in named
        )

    def put_out(self, account: str, at: datetime, *, by: str, reason: str) -> None:
        """Have a participant's connections ended, until `readmit`. Again does no harm.

        Whoever sits at the same device goes with whom it is.
        """
        seat = self.participant(account)
        if seat.seat is Seat.NOTARY:
            raise NotaryStays
        out = self.put_out_now
        if account in out:
            return
        told: Facts = {"by": by, "subject": account, "seat": seat.seat, "reason": reason}
        self._append("put_out", at, told)
        for each in Lines(self.links).at(account):
            if each not in out:
                beside: Facts = {"subject": each, "seat": self.participant(each).seat}
                self._append("put_out", at, {**told, **beside, "with": account})

    def readmit(self, account: str, at: datetime, *, by: str) -> None:
        """Let somebody in again, and whoever was put out for sitting at that device."""
        self.participant(account)
        if account not in self.put_out_now:
            return
        for subject, why in self._put_out().items():
            if account in {subject, why.body.get("with")}:
                self._append("readmitted", at, {"by": by, "subject": subject})

    @property
    def put_out_now(self) -> frozenset[str]:
        """Accounts that were put out and not let in again; the chain alone says so."""
        return frozenset(self._put_out())

    def _put_out(self) -> dict[str, Link]:
        out: dict[str, Link] = {}
        for each in self.links:
            if each.kind == "put_out":
                out[str(each.body["subject"])] = each
            elif each.kind == "readmitted":
                out.pop(str(each.body["subject"]), None)
        return out

    @property
    def unseated(self) -> dict[str, Seat]:
        """Return who had a seat and has none any more, with it; the chain alone says so."""
        had: dict[str, Seat] = {}
        for each in self.links:
            if each.kind == "joined":
                had[str(each.body["by"])] = Seat(str(each.body["seat"]))
            elif each.kind == "handed_over" and each.body["from"] is not None:
                had[str(each.body["from"])] = Seat.NOTARY
        seated = {each.account for each in self.participants}
        return {account: seat for account, seat in had.items() if account not in seated}

    def seat_of(self, account: str) -> Participant:
        """Return the caller's seat, or raise `NotTakingPart`."""
        try:
            return self.participant(account)
        except ParticipantNotFound as error:
            raise NotTakingPart from error

    def participant(self, account: str) -> Participant:
        """Return whom the caller speaks of, or raise `ParticipantNotFound`."""
        for participant in self.participants:
            if participant.account == account:
                return participant
        raise ParticipantNotFound

    def add_event(self, kind: str, at: datetime, *, by: str, facts: Facts) -> Link:
        """Put something that happened into the chain while the room is live."""
        if not self.status.records:
            raise NotRecording
        self.seat_of(by)
        return self._append(kind, at, {"by": by, **facts})

    def note(self, kind: str, at: datetime, *, by: str, facts: Facts) -> Link:
        """Put into the chain what happened before recording, or what the platform found.

        Raises `NotRecording` once the ceremony is over.
        """
        if self.status.is_final:
            raise NotRecording
        return self._append(kind, at, {"by": by, **facts})

    def add_segment(self, segment: Segment, at: datetime) -> Link:
        """Chain a segment to the participant's one before.

        Raises `ChainBroken` with what was expected: a client that lost its
        place can go on from there. A segment that is already there is
        answered with its own link, so that a lost reply does no harm. What
        somebody sent who has no seat any more is evidence as before.
        """
        self._require_recorded(segment.participant)
        own = [s for s in self.segments if s.participant == segment.participant]
        if segment in own:
            return self._link_of(segment)
        expected = own[-1].sha256 if own else GENESIS
        follows = segment.index == len(own) and segment.prev_sha256 == expected
        begins = own[-1].ends_ms if own else 0
        if not (follows and begins <= segment.starts_ms < segment.ends_ms):
            raise ChainBroken("segment", expected_index=len(own), expected_prev=expected)
        if missing := gap_before(segment, own[-1] if own else None):
            gap: dict[str, str | int | None] = {"from_ms": begins, "to_ms": segment.starts_ms}
            self._append(GAP, at, {"by": segment.participant, **gap, "ms": missing})
        self.segments.append(segment)
        return self._append("segment", at, _body(segment))

    def add_late_segment(self, segment: Segment, at: datetime) -> None:
        """Put on record what a lost worker's disk gave back after another went on.

        It belongs before what followed it, and the chain is not written anew: so it is a
        line of its own, and nothing of it is dropped. A second time does no harm.
        """
        self._require_recorded(segment.participant)
        body = _body(segment)
        if not any(each.kind == "segment_late" and each.body == body for each in self.links):
            self._append("segment_late", at, body)

    def _require_recorded(self, account: str) -> None:
        if not self.status.records:
            raise NotRecording
        if account not in self.unseated:
            self.seat_of(account)

    def _link_of(self, segment: Segment) -> Link:
        body = _body(segment)
        return next(each for each in self.links if each.body == body)

    def _append(self, kind: str, at: datetime, body: dict[str, str | int | None]) -> Link:
        last = self.links[-1] if self.links else None
        self.links.append(link(last, kind=kind, at=at.isoformat(), body=body))
        return self.links[-1]

    @property
    def head(self) -> str:
        """The hash that stands for everything so far."""
        return self.links[-1].hash if self.links else GENESIS


def _body(segment: Segment) -> dict[str, str | int | None]:
    return {
        "by": segment.participant,
        "segment": segment.index,
        "starts_ms": segment.starts_ms,
        "ends_ms": segment.ends_ms,
        "sha256": segment.sha256,
        "size": segment.size,
        "media_type": segment.media_type,
        "prev_sha256": segment.prev_sha256,
    }
