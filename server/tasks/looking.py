"""Look at the face in the video that was received: on request, and again and again.

What a client says that it sends proves nothing; looked at is what is in the evidence store.
Stills are decoded and compared in limited processes, only with the person's consent, and
neither stills nor features of a face are kept: the link names the segments, which are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from server.cases.identifying_in_room import Sight, take_sight
from server.cases.identity_checks import CheckState, LiveClip
from server.cases.ids import CaseId
from server.cases.intake import may_use_face
from server.cases.recognising import Seen, looks_at, recognition_of
from server.ceremony.course import Told, last_told, moment, recording_since
from server.ceremony.errors import CeremonyError
from server.ceremony.seats import MUST_BE_IDENTIFIED
from server.ceremony.sharing import company_of
from server.tasks.identity import Clip, Pictures
from server.transaction import Scope
from storage.errors import ObjectCorrupt, ObjectMissing
from storage.objects import Digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from server.cases.case import Case
    from server.cases.identity_checks import IdentityCheck
    from server.cases.ids import Clock, OfficeId
    from server.ceremony.ceremony import Ceremony, CeremonyId, Participant, Segment
    from server.ceremony.chain import Link
    from server.tasks.identity import Judged
    from server.tasks.progress import Progress
    from server.transaction import OpenTransaction

SEGMENTS_LOOKED_AT: Final = 2
STILLS_COMPARED: Final = 5
STILLS_OF_A_CHALLENGE: Final = 60
"""As many as `identity.liveness.clip` takes."""

APART_MS: Final = 400
APART_IN_A_CHALLENGE_MS: Final = 145
"""Of a camera with 15 pictures a second every third, with 30 every fifth: the longest challenge
has no more than `STILLS_OF_A_CHALLENGE`."""
LONGEST_CHALLENGE_MS: Final = 10_000
GIVEN_UP_AFTER: Final = timedelta(minutes=2)
FACE_NO_MATCH: Final = "face_no_match"
LIVE_FACE_POOR: Final = "live_face_poor"
DEVICE_SHARED: Final = "device_is_shared"


class SegmentAwaited(Exception):  # it passes: the segment is still being written
    """The video that answers the challenge is not in the store yet."""


@dataclass(frozen=True, slots=True)
class Still:
    at_ms: int
    """On the clock of the ceremony."""

    jpeg: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which stills of some segments."""

    from_ms: int
    until_ms: int
    apart_ms: int
    most: int
    newest: bool = False
    """Keep the last ones rather than the first."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A segment as it was received."""

    starts_ms: int
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    seen: Seen
    doubts: tuple[str, ...]
    likeness: float | None
    policy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookDesk:
    open_transaction: OpenTransaction
    fetch: Callable[[OfficeId, Digest], bytes]
    stills: Callable[[Sequence[Piece], Wanted], Sequence[Still]]
    """Decodes in a limited process; what cannot be decoded has no stills."""

    judge: Callable[[Pictures], Judged]
    """The whole identity check: document, face and liveness, under the policy in force."""

    compare: Callable[[bytes, bool, Sequence[bytes]], Compared]
    """(reference, whether it is the chip's own, stills): faces alone."""

    policy: str
    now: Clock


@dataclass(frozen=True, slots=True)
class _Scene:
    case: Case
    ceremony: Ceremony
    participant: Participant
    check: IdentityCheck | None
    """By which the party was proven before: with its document the face is compared."""

    @property
    def is_shared(self) -> bool:
        """Somebody sat down beside this person since the look was asked for."""
        return company_of(self.ceremony.links, self.participant.account).is_shared

    @property
    def segments(self) -> list[Segment]:
        own = self.participant.account
        return [each for each in self.ceremony.segments if each.participant == own]


def look_at_participant(
    office: OfficeId,
    case_id: CaseId,
    ceremony_id: CeremonyId,
    *,
    account: str,
    challenge: str | None,
    desk: LookDesk,
    progress: Progress | None = None,
) -> None:
    """Look, and put on record what was seen. Raises `SegmentAwaited` while it is too early."""
    scene = _scene(office, case_id, ceremony_id, account=account, desk=desk)
    if progress is not None:
        progress.step(1, 3, "look.fetching")
    link = None if challenge is None else _challenge(scene, challenge)
    if progress is not None:
        progress.step(2, 3, "look.measuring")
    sight = _compared(scene, desk) if link is None else _challenged(scene, link, desk)
    with desk.open_transaction(Scope(office=office)) as tx:
        ceremony = tx.ceremonies.get(ceremony_id, lock=True)
        take_sight(ceremony, sight, at=desk.now())
        tx.ceremonies.save(ceremony)
    if progress is not None:
        progress.succeed(f"/v1/cases/{case_id}/ceremonies/{ceremony_id}/act")


def look_again(offices: Iterable[OfficeId], *, desk: LookDesk) -> int:
    """Look at everybody whose newest look is too old; return how many were looked at."""
    looked = 0
    for office in offices:
        for ceremony, account in _due(office, desk):
            looked += _looked_at(office, ceremony, account, desk)
    return looked


def _looked_at(office: OfficeId, ceremony: Ceremony, account: str, desk: LookDesk) -> bool:
    try:
        look_at_participant(
            office,
            CaseId(ceremony.case),
            ceremony.id,
            account=account,
            challenge=None,
            desk=desk,
        )
    except (ObjectMissing, ObjectCorrupt, CeremonyError) as error:
        # It stays so: one recording that cannot be read must not end the looking of all others.
        # Its look grows old, and who is known by the face does not sign then.
        log = structlog.get_logger("feigui.looking")
        log.warning("look_failed", ceremony=ceremony.id, error=type(error).__name__)
        return False
    return True


def _due(office: OfficeId, desk: LookDesk) -> Iterator[tuple[Ceremony, str]]:
    with desk.open_transaction(Scope(office=office)) as tx:
        met = [(each, tx.cases.get(CaseId(each.case))) for each in tx.ceremonies.at_work()]
    for ceremony, case in met:
        for each in ceremony.participants:
            if ceremony.status.hears and _is_due(case, ceremony, each, desk):
                yield ceremony, each.account


def _is_due(case: Case, ceremony: Ceremony, participant: Participant, desk: LookDesk) -> bool:
    party = next((p for p in case.parties if p.id == participant.party), None)
    if party is None or participant.seat not in MUST_BE_IDENTIFIED:
        return False
    recorded = any(s.participant == participant.account for s in ceremony.segments)
    known = recognition_of(ceremony, participant.account, case.rules.ceremony).link is not None
    if not (may_use_face(case, party.id) and party.identity_proven and recorded and known):
        return False
    if company_of(ceremony.links, participant.account).is_shared:
        # Several faces before one camera: the notary says who is who (docs/the-act.md).
        return False
    looks = looks_at(ceremony, participant.account)
    every = timedelta(seconds=case.rules.ceremony.look_every_s)
    return not looks or desk.now() - moment(looks[-1]) >= every


def _scene(
    office: OfficeId, case_id: CaseId, ceremony_id: CeremonyId, *, account: str, desk: LookDesk
) -> _Scene:
    with desk.open_transaction(Scope(office=office)) as tx:
        case = tx.cases.get(case_id)
        ceremony = tx.ceremonies.get(ceremony_id)
        participant = ceremony.seat_of(account)
        checks = [
            check
            for check in tx.identity_checks.of_case(case_id)
            if check.party == participant.party and check.state is CheckState.PROVEN
        ]
    newest = max(checks, key=lambda check: check.requested_at, default=None)
    # Consent may have been withdrawn since the look was asked for (PIPL Art. 15).
    agreed = newest is not None and may_use_face(case, newest.party)
    return _Scene(case, ceremony, participant, newest if agreed else None)


def _challenge(scene: _Scene, challenge: str) -> Link | None:
    account = scene.participant.account
    link = last_told(scene.ceremony, Told.CHALLENGE_SET, participant=account)
    return link if link is not None and link.hash == challenge else None


def _compared(scene: _Scene, desk: LookDesk) -> Sight:
    """Compare the newest stills with the document's face; nothing else is asked."""
    segments, check = scene.segments[-SEGMENTS_LOOKED_AT:], scene.check
    if scene.is_shared:
        return _nothing(scene, segments, desk, DEVICE_SHARED)
    reference = None if check is None else _reference(scene.case.office, check, desk)
    if reference is None or not segments:
        return _nothing(scene, segments, desk, "no_verified_document_or_video")
    wanted = Wanted(
        from_ms=segments[0].starts_ms,
        until_ms=segments[-1].ends_ms,
        apart_ms=APART_MS,
        most=STILLS_COMPARED,
        newest=True,
    )
    stills = desk.stills(_pieces(scene, segments, desk), wanted)
    if not stills:
        return _nothing(scene, segments, desk, "no_picture")
    found = desk.compare(*reference, [still.jpeg for still in stills])
    return Sight(
        participant=scene.participant.account,
        seen=found.seen,
        first_segment=segments[0].index,
        last_segment=segments[-1].index,
        until_ms=stills[-1].at_ms,
        doubts=found.doubts,
        likeness_permille=_permille(found.likeness),
        policy=found.policy,
    )


def _challenged(scene: _Scene, link: Link, desk: LookDesk) -> Sight:
    """Judge the video of a challenge as an answer to it, and as the face of the document."""
    if scene.is_shared:
        return _nothing(scene, (), desk, DEVICE_SHARED, link=link)
    since, check = recording_since(scene.ceremony.links), scene.check
    begun = _begun(scene, link)
    begins = 0 if since is None else round((moment(begun) - since).total_seconds() * 1000)
    ends = begins + LONGEST_CHALLENGE_MS
    answer = [s for s in scene.segments if s.ends_ms > begins and s.starts_ms < ends]
    if check is None or check.inputs.front is None:
        return _nothing(scene, answer, desk, "no_verified_document_or_video", link=link)
    if not any(s.ends_ms >= ends for s in scene.segments):
        if desk.now() - moment(begun) < GIVEN_UP_AFTER:
            raise SegmentAwaited
        return _nothing(scene, answer, desk, "no_picture", link=link)
    wanted = Wanted(
        from_ms=begins,
        until_ms=ends,
        apart_ms=APART_IN_A_CHALLENGE_MS,
        most=STILLS_OF_A_CHALLENGE,
    )
    stills = desk.stills(_pieces(scene, answer, desk), wanted)
    if not stills:
        return _nothing(scene, answer, desk, "no_picture", link=link)
    clip = _clip(stills, link, begins=begins, begun=begun)
    judged = desk.judge(_pictures(scene, check, clip, desk))
    return Sight(
        participant=scene.participant.account,
        seen=_seen(judged),
        first_segment=answer[0].index,
        last_segment=answer[-1].index,
        until_ms=stills[-1].at_ms,
        doubts=judged.outcome.doubts,
        likeness_permille=_permille(judged.outcome.face_score),
        policy=judged.outcome.policy_citation,
        challenge=link.hash,
    )


def _begun(scene: _Scene, link: Link) -> Link:
    """Return when the page began to show the challenge, by the participant's own word."""
    for each in scene.ceremony.links[link.index :]:
        own = each.body.get("by") == scene.participant.account
        if each.kind == Told.CHALLENGE_BEGUN and own:
            return each
    return link


def _seen(judged: Judged) -> Seen:
    if judged.state is CheckState.PROVEN:
        return Seen.SAME
    # Anything but another face is for the notary, who sees the person.
    doubts = set(judged.outcome.doubts)
    is_other = FACE_NO_MATCH in doubts and LIVE_FACE_POOR not in doubts
    return Seen.OTHER if is_other else Seen.UNSURE


def _nothing(
    scene: _Scene,
    segments: Sequence[Segment],
    desk: LookDesk,
    why: str,
    *,
    link: Link | None = None,
) -> Sight:
    return Sight(
        participant=scene.participant.account,
        seen=Seen.NOTHING,
        first_segment=segments[0].index if segments else None,
        last_segment=segments[-1].index if segments else None,
        until_ms=0,
        doubts=(why,),
        policy=desk.policy,
        challenge=None if link is None else link.hash,
    )


def _pieces(scene: _Scene, segments: Sequence[Segment], desk: LookDesk) -> list[Piece]:
    office = scene.case.office
    return [Piece(s.starts_ms, desk.fetch(office, Digest(s.sha256))) for s in segments]


def _reference(office: OfficeId, check: IdentityCheck, desk: LookDesk) -> tuple[bytes, bool] | None:
    """Return the portrait that the party was proven by, or the side that shows it."""
    kept = check.outcome.stills if check.outcome and check.pictures_ended is None else ()
    digest = kept[0] if kept and check.inputs.shows_the_face else check.inputs.front
    if digest is None:
        return None
    of_chip = digest != check.inputs.front and check.inputs.chip is not None
    return desk.fetch(office, Digest(digest)), of_chip


def _clip(stills: Sequence[Still], link: Link, *, begins: int, begun: Link) -> Clip:
    content = b"".join(still.jpeg for still in stills)
    told = LiveClip(
        object="",
        times_ms=tuple(still.at_ms - begins for still in stills),
        nonce=str(link.body["nonce"]),
        asked_at=moment(link),
        answered_at=moment(begun) + timedelta(milliseconds=LONGEST_CHALLENGE_MS),
    )
    return Clip(content, told)


def _pictures(scene: _Scene, check: IdentityCheck, clip: Clip, desk: LookDesk) -> Pictures:
    office, inputs = scene.case.office, check.inputs
    party = scene.case.party(check.party)
    return Pictures(
        document=inputs.document,
        front=desk.fetch(office, Digest(str(inputs.front))),
        back=None if inputs.back is None else desk.fetch(office, Digest(inputs.back)),
        live=None,
        claimed_name=party.name,
        clip=clip,
    )


def _permille(likeness: float | None) -> int | None:
    if likeness is None or not -1.1 <= likeness <= 1.1:  # noqa: PLR2004  # a cosine; NaN is none
        return None
    return round(likeness * 1000)
