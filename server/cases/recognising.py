"""Who is it? How long somebody in the room counts as identified, and what ends it.

公证法 Art. 28(1), 公证程序规则 Art. 28. Read off the chain: identified by a live face that
answered a challenge, or by the notary who compared, with a reason. Another sign-in, a long
absence, a hand-over or a face of somebody else ends it; then the person is identified again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.cases.compared import COMPARED
from server.cases.guards import Unmet
from server.cases.identity_comparisons import Likeness
from server.ceremony.course import Told, moment, told
from server.ceremony.sharing import JOINED, Lines, company_of
from server.ceremony.status import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.cases.rules import CeremonyRules
    from server.ceremony.ceremony import Ceremony, Participant
    from server.ceremony.chain import Link

SOURCE: Final = "公证法 Art. 28(1); P-28"
REFUSALS_BRING_A_PERSON: Final = 3
"""As in `identity.policy`: so many looks that saw somebody else, and the notary decides."""

_BREAKS_OF_ALL: Final = frozenset({Told.HANDED_OVER, Step.PAUSE, Step.INTERRUPT})
_BREAKS_OF_ONE: Final = frozenset({"joined", "line_left", "line_silent"})


class How(StrEnum):
    FACE = "face"  # A live face that answered a challenge, against the verified document.
    NOTARY = "notary"  # The notary compared, and said why.


class Seen(StrEnum):
    """What a look at the received video found."""

    SAME = "same"
    UNSURE = "unsure"  # A person decides.
    OTHER = "other"  # Somebody else; nothing is signed.
    NOTHING = "nothing"  # No face, no video, no consent or no engine: a person decides.


class Lapse(StrEnum):
    NEVER = "never"  # Not identified yet.
    OTHER_DEVICE = "other_device"
    AWAY_TOO_LONG = "away_too_long"
    HANDED_OVER = "handed_over"
    DEVICE_SHARED = "device_shared"  # Somebody sat down beside a face that was alone.
    OTHER_FACE = "other_face"


@dataclass(frozen=True, slots=True)
class Recognition:
    link: Link | None = None
    """By which the person counts as identified now; ``None``: does not."""

    lapse: Lapse | None = Lapse.NEVER

    @property
    def how(self) -> How | None:
        return None if self.link is None else How(str(self.link.body.get("how", How.NOTARY)))


def recognition_of(ceremony: Ceremony, account: str, rules: CeremonyRules) -> Recognition:
    """Return how things stand with this participant after everything in the chain."""
    longest = timedelta(seconds=rules.reidentify_after_s)
    walk = _Walk(account, ceremony.seat_of(account).party, longest)
    for link in ceremony.links:
        walk.take(link)
    return walk.stands


class _Walk:
    """Goes along the chain once, for one participant."""

    def __init__(self, account: str, party: str | None, longest: timedelta) -> None:
        self.stands = Recognition()
        self._account = account
        self._party = party
        self._longest = longest
        self._lines = Lines()
        self._session: object = None
        self._at: object = None
        self._gone: datetime | None = None
        self._stopped: datetime | None = None

    def take(self, link: Link) -> None:
        self._of_the_device(link)
        if link.kind == Told.HANDED_OVER:
            self._end(Lapse.HANDED_OVER)
        elif link.kind in {Step.PAUSE, Step.INTERRUPT}:
            self._stopped = self._stopped or moment(link)
        elif link.kind == Step.RESUME:
            self._back(self._stopped, link)
            self._stopped = None
        elif link.kind == COMPARED and link.body["party"] == self._party:
            self._compared(link)
        elif link.body.get("participant") == self._account:
            self._found(link)
        elif link.kind == JOINED:
            self._joined(link)
        elif link.body.get("by") == self._lines.of(self._account):
            self._of_the_line(link)

    def _of_the_device(self, link: Link) -> None:
        """A device that goes away takes its companions along; two faces are not one."""
        if self._account in self._lines.take(link):
            self._end(Lapse.OTHER_DEVICE)
            self._gone = self._gone or moment(link)
        elif link.body.get("device_of") == self._account and self.stands.how is How.FACE:
            self._end(Lapse.DEVICE_SHARED)

    def _compared(self, link: Link) -> None:
        """Take the notary's recorded comparison (`server.cases.comparing`) as his word here."""
        if link.body["result"] == Likeness.SAME:
            self.stands = Recognition(link, None)
        elif link.body["result"] == Likeness.NOT_SAME:
            self._end(Lapse.OTHER_FACE)

    def _found(self, link: Link) -> None:
        if link.kind == Told.IDENTIFIED:
            self.stands = Recognition(link, None)
        elif link.kind == Told.FACE_LOOKED and link.body["seen"] == Seen.OTHER:
            self._end(Lapse.OTHER_FACE)

    def _joined(self, link: Link) -> None:
        if link.body["by"] != self._account:
            return
        session = link.body.get("session") or self._session
        beside = link.body.get("device_of")
        if self._session not in {None, session} or beside != self._at:
            self._end(Lapse.OTHER_DEVICE)
        self._session, self._at = session, beside
        if beside is not None:
            # The carrier's line is there already: nothing else will say that this person is back.
            self._back(self._gone, link)
            self._gone = None

    def _of_the_line(self, link: Link) -> None:
        if link.kind in {"line_left", "line_silent"}:
            self._gone = self._gone or moment(link)
        elif link.kind in {"line_published", "line_heard"}:
            self._back(self._gone, link)
            self._gone = None

    def _back(self, since: datetime | None, link: Link) -> None:
        if since is not None and moment(link) - since > self._longest:
            self._end(Lapse.AWAY_TOO_LONG)

    def _end(self, why: Lapse) -> None:
        if self.stands.link is not None:
            self.stands = Recognition(None, why)


def is_same_since(ceremony: Ceremony, account: str, link: Link) -> bool:
    """Say whether nothing since ``link`` could have let somebody else take the place unseen.

    Stricter than what ends a recognition: here nobody is recognised yet.
    """
    return not any(
        each.kind in _BREAKS_OF_ALL or (each.kind in _BREAKS_OF_ONE and each.body["by"] == account)
        for each in ceremony.links[link.index + 1 :]
    )


def looks_at(ceremony: Ceremony, account: str) -> list[Link]:
    return list(told(ceremony, Told.FACE_LOOKED, participant=account))


def others_seen(ceremony: Ceremony, account: str, *, after: int) -> list[Link]:
    """Return the looks after link ``after`` that saw somebody else."""
    return [
        each
        for each in looks_at(ceremony, account)
        if each.index > after and each.body["seen"] == Seen.OTHER
    ]


def unrecognised(
    ceremony: Ceremony, participant: Participant, rules: CeremonyRules
) -> Iterator[Unmet]:
    stands = recognition_of(ceremony, participant.account, rules)
    subject = participant.party or participant.account
    if stands.lapse is Lapse.OTHER_FACE:
        yield Unmet("face_of_somebody_else", SOURCE, subject)
    elif stands.lapse is Lapse.NEVER:
        yield Unmet("participant_not_identified", SOURCE, subject)
    elif stands.lapse is not None:
        yield Unmet("participant_to_identify_again", SOURCE, subject)


def fresh_look(
    ceremony: Ceremony, account: str, rules: CeremonyRules, *, at: datetime
) -> Link | None:
    """Return the newest look, if it saw the same person and all but the last of the video.

    A look says nothing about which of two people at a device holds it.
    """
    looks, company = looks_at(ceremony, account), company_of(ceremony.links, account)
    if not looks or looks[-1].body["seen"] != Seen.SAME:
        return None
    if company.is_shared or not company.since < looks[-1].index:
        return None
    newest, longest = looks[-1], timedelta(seconds=rules.look_fresh_s)
    recorded = [s.ends_ms for s in ceremony.segments if s.participant == account]
    unseen = max(recorded, default=0) - int(newest.body["until_ms"] or 0)
    is_fresh = moment(newest) <= at < moment(newest) + longest
    return newest if is_fresh and timedelta(milliseconds=unseen) <= longest else None


def unseen_lately(
    ceremony: Ceremony, participant: Participant, rules: CeremonyRules, *, at: datetime
) -> Iterator[Unmet]:
    """Whoever is known by the face is looked at again before signing."""
    stands = recognition_of(ceremony, participant.account, rules)
    if stands.how is How.FACE and not fresh_look(ceremony, participant.account, rules, at=at):
        yield Unmet("face_not_seen_lately", SOURCE, participant.party)
