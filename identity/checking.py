"""The one entry to an identity check: photographs in, measurements out, nothing judged.

Raises `ImageRefused` for a file that is not let in. An engine that is missing, slow or
dead is no error here: it is in the measurements, and judging sends it to a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from identity.admitting import RawPixels, decode, decode_chip_portrait, decode_stills
from identity.answers import comparison_of, mapping, reading_of
from identity.documents.fields import DocumentSide, SideReading
from identity.liveness.answers import clip_of
from identity.liveness.clip import LONGEST_SIDE
from identity.measurements import Checked, Measurements
from identity.policy import ReferenceQuality
from identity.unavailable import CheckUnavailable

if TYPE_CHECKING:
    from datetime import datetime

    from identity.framing import Frame, Json
    from identity.liveness.measurements import ClipMeasurements
    from identity.measurements import FaceComparison
    from identity.unavailable import Cause
    from identity.worker import LimitedWorker


MOST_FRAMES: Final = 12
"""Chosen: a template takes five; 12 at 4 Mpx are 144 MB on their way to the child, of the 256 that
one question may have (`framing.MOST_BLOBS`)."""


class FramesOutOfRange(ValueError):
    """No frame at all, or more than one check takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    content: bytes
    media_type: str
    """As the client claimed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdCard:
    front: Upload
    back: Upload | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passport:
    page: Upload


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """A card of another kind, by its printed side and its back."""

    front_side: DocumentSide
    back_side: DocumentSide
    front: Upload
    back: Upload | None


Document: TypeAlias = IdCard | Passport | Permit


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePhoto:
    upload: Upload
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFrames:
    """Frames of one live video, in their order."""

    uploads: tuple[Upload, ...]
    received_at: datetime

    def __post_init__(self) -> None:
        if not 1 <= len(self.uploads) <= MOST_FRAMES:
            raise FramesOutOfRange(f"1 to {MOST_FRAMES} frames")


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveClip:
    """Stills of an answer to a challenge, in their order: for liveness and for the face."""

    stills: tuple[bytes, ...]
    """JPEG files."""
    times_ms: tuple[float, ...]
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipPortrait:
    """The picture in data group 2 of a document's chip: JPEG, JPEG 2000 or its bare codestream."""

    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanPortrait:
    """A portrait that no camera of the applicant has been before: from a register or archive."""

    upload: Upload


Portrait: TypeAlias = ChipPortrait | CleanPortrait


@dataclass(frozen=True, slots=True)
class _Compared:
    face: FaceComparison | None = None
    clip: ClipMeasurements | None = None
    reference_still: bytes | None = None
    live_stills: tuple[bytes, ...] = ()


class IdentityCheck:
    """Two limited workers, kept warm: one decodes, one reads and compares."""

    def __init__(self, *, decoder: LimitedWorker, engine: LimitedWorker) -> None:
        self._decoder = decoder
        self._engine = engine

    def check(
        self,
        document: Document,
        live: LivePhoto | LiveFrames | LiveClip | None,
        *,
        reference: Portrait | None = None,
    ) -> Checked:
        """Measure; ``live`` is ``None`` on a no-face route, which a person always decides.

        ``reference`` is compared in place of the portrait on ``document``. Whether it belongs to
        the document is not asked here: that is the chip's or the register's own proof.
        """
        unavailable: set[Cause] = set()
        sides = sides_of(document)
        upload = document.page if isinstance(document, Passport) else document.front
        # All files are let in or refused before anything costly is asked of an engine.
        front_pixels = self._decode(upload)
        back_upload = None if isinstance(document, Passport) else document.back
        back_pixels = self._decode(back_upload) if back_upload else None
        given_portrait = self._decode_portrait(reference) if reference else None
        live_pixels = self._decode_live(live) if live else ()

        front, portrait = self._read(front_pixels, sides[0], unavailable)
        back = None
        if back_pixels:
            back, _ = self._read(back_pixels, sides[1], unavailable)
        compared = _Compared()
        if live_pixels:
            times_ms = live.times_ms if isinstance(live, LiveClip) else None
            compared = self._compare(
                given_portrait or portrait, live_pixels, unavailable, times_ms=times_ms
            )
        return Checked(
            measurements=Measurements(
                front=front,
                back=back,
                reference_quality=quality_of(reference),
                face=compared.face,
                clip=compared.clip,
                unavailable=frozenset(unavailable),
                no_face_route=live is None,
                live_received_at=live.received_at if live else None,
            ),
            reference_still=compared.reference_still,
            live_still=compared.live_stills[0] if compared.live_stills else None,
            live_stills=compared.live_stills,
        )

    def compare(
        self, reference: Portrait | Upload, live: LivePhoto | LiveFrames | LiveClip
    ) -> FaceComparison:
        """Faces only, nothing read; raises `ImageRefused`, or `CheckUnavailable`.

        A bare `Upload` is a photograph of a document, in which the portrait is looked for. A clip
        is followed as in a check, since that is how its frames are chosen.
        """
        if isinstance(reference, Upload):
            pixels = self._decode(reference)
        else:
            pixels = self._decode_portrait(reference)
        frames = self._decode_live(live)
        times_ms = live.times_ms if isinstance(live, LiveClip) else None
        answer = self._ask(pixels, frames, times_ms=times_ms)
        return comparison_of(answer, frames=len(frames)).comparison

    def close(self) -> None:
        self._decoder.close()
        self._engine.close()

    def _decode(self, upload: Upload) -> RawPixels:
        return decode(upload.content, claimed=upload.media_type, decoder=self._decoder)

    def _decode_portrait(self, portrait: Portrait) -> RawPixels:
        if isinstance(portrait, ChipPortrait):
            return decode_chip_portrait(portrait.content, decoder=self._decoder)
        return self._decode(portrait.upload)

    def _decode_live(self, live: LivePhoto | LiveFrames | LiveClip) -> tuple[RawPixels, ...]:
        if isinstance(live, LivePhoto):
            return (self._decode(live.upload),)
        if isinstance(live, LiveClip):
            return decode_stills(
                live.stills, claimed="image/jpeg", decoder=self._decoder, longest=LONGEST_SIDE
            )
        return tuple(self._decode(upload) for upload in live.uploads)

    def _read(
        self, pixels: RawPixels, side: DocumentSide, unavailable: set[Cause]
    ) -> tuple[SideReading, RawPixels]:
        """The reading, and the document squared where its outline was found."""
        sizes = [f"{pixels.width}x{pixels.height}"]
        try:
            answer = self._engine.ask(
                "read", {"side": side.value, "sizes": [*sizes]}, [pixels.content]
            )
            return reading_of(answer, side)
        except CheckUnavailable as error:
            unavailable.add(error.cause)
            return SideReading(side=side, fields={}, outlined=False), pixels

    def _compare(
        self,
        portrait: RawPixels,
        live: tuple[RawPixels, ...],
        unavailable: set[Cause],
        *,
        times_ms: tuple[float, ...] | None,
    ) -> _Compared:
        try:
            answer = self._ask(portrait, live, times_ms=times_ms)
            clip = clip_of(mapping(answer.head.get("clip"))) if times_ms is not None else None
            faces = comparison_of(answer, frames=len(live))
        except CheckUnavailable as error:
            unavailable.add(error.cause)
            return _Compared()
        return _Compared(faces.comparison, clip, faces.reference_still, faces.live_stills)

    def _ask(
        self,
        portrait: RawPixels,
        live: tuple[RawPixels, ...],
        *,
        times_ms: tuple[float, ...] | None,
    ) -> Frame:
        pictures = (portrait, *live)
        head: dict[str, Json] = {"sizes": [f"{one.width}x{one.height}" for one in pictures]}
        job = "compare"
        if times_ms is not None:
            job, head["times_ms"] = "clip", [*times_ms]
        return self._engine.ask(job, head, [one.content for one in pictures])


def sides_of(document: Document) -> tuple[DocumentSide, DocumentSide]:
    """Return which sides the pictures claim to show; a passport has no second one."""
    if isinstance(document, Permit):
        return document.front_side, document.back_side
    if isinstance(document, Passport):
        return DocumentSide.PASSPORT_PAGE, DocumentSide.PASSPORT_PAGE
    return DocumentSide.ID_CARD_FRONT, DocumentSide.ID_CARD_BACK


def quality_of(reference: Portrait | Upload | None) -> ReferenceQuality:
    """The band that a comparison with ``reference`` is judged by."""
    if isinstance(reference, ChipPortrait):
        return ReferenceQuality.CHIP
    if isinstance(reference, CleanPortrait):
        return ReferenceQuality.CLEAN_PORTRAIT
    return ReferenceQuality.PHOTOGRAPHED_DOCUMENT
