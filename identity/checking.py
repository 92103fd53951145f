"""The one entry to an identity check: photographs in, measurements out, nothing judged.

Raises `ImageRefused` for a file that is not let in. An engine that is missing, slow or
dead is no error here: it is in the measurements, and judging sends it to a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from identity.admitting import RawPixels, decode
from identity.answers import comparison_of, reading_of
from identity.documents.fields import DocumentSide, SideReading
from identity.measurements import Checked, Measurements
from identity.policy import ReferenceQuality
from identity.unavailable import CheckUnavailable

if TYPE_CHECKING:
    from datetime import datetime

    from identity.measurements import FaceComparison
    from identity.unavailable import Cause
    from identity.worker import LimitedWorker


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
class LivePhoto:
    upload: Upload
    received_at: datetime


@dataclass(frozen=True, slots=True)
class _Compared:
    face: FaceComparison | None = None
    stills: tuple[bytes | None, bytes | None] = (None, None)


class IdentityCheck:
    """Two limited workers, kept warm: one decodes, one reads and compares."""

    def __init__(self, *, decoder: LimitedWorker, engine: LimitedWorker) -> None:
        self._decoder = decoder
        self._engine = engine

    def check(self, document: IdCard | Passport, live: LivePhoto | None) -> Checked:
        """Measure; ``live`` is ``None`` on a no-face route, which a person always decides."""
        unavailable: set[Cause] = set()
        passport = isinstance(document, Passport)
        side = DocumentSide.PASSPORT_PAGE if passport else DocumentSide.ID_CARD_FRONT
        upload = document.page if isinstance(document, Passport) else document.front
        # All files are let in or refused before anything costly is asked of an engine.
        front_pixels = self._decode(upload)
        back_upload = None if isinstance(document, Passport) else document.back
        back_pixels = self._decode(back_upload) if back_upload else None
        live_pixels = self._decode(live.upload) if live else None

        front, portrait = self._read(front_pixels, side, unavailable)
        back = None
        if back_pixels:
            back, _ = self._read(back_pixels, DocumentSide.ID_CARD_BACK, unavailable)
        compared = _Compared()
        if live_pixels:
            compared = self._compare(portrait, live_pixels, unavailable)
        return Checked(
            measurements=Measurements(
                front=front,
                back=back,
                reference_quality=ReferenceQuality.PHOTOGRAPHED_DOCUMENT,
                face=compared.face,
                unavailable=frozenset(unavailable),
                no_face_route=live is None,
                live_received_at=live.received_at if live else None,
            ),
            reference_still=compared.stills[0],
            live_still=compared.stills[1],
        )

    def close(self) -> None:
        self._decoder.close()
        self._engine.close()

    def _decode(self, upload: Upload) -> RawPixels:
        return decode(upload.content, claimed=upload.media_type, decoder=self._decoder)

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

    def _compare(self, portrait: RawPixels, live: RawPixels, unavailable: set[Cause]) -> _Compared:
        both = (portrait, live)
        sizes = [f"{one.width}x{one.height}" for one in both]
        try:
            answer = self._engine.ask("compare", {"sizes": [*sizes]}, [one.content for one in both])
            face, reference_still, live_still = comparison_of(answer)
        except CheckUnavailable as error:
            unavailable.add(error.cause)
            return _Compared()
        return _Compared(face, (reference_still, live_still))
