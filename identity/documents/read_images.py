"""Files of photographs in, what their documents say out: the plain function behind a command.

The same children and limits as an identity check (`identity.checking`), and nothing is judged that
needs a policy of its own: fields, their confidence, doubts, hints, and what a person must confirm.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from identity.admitting import decode
from identity.answers import reading_of
from identity.documents import mrz
from identity.documents.confirming import fields_to_confirm, hints_of
from identity.documents.facts import facts_of
from identity.documents.fields import ABOUT_THE_READING, DocumentSide, FieldName, SideReading
from identity.documents.hints import WORDS
from identity.images.refusal import FileRefused
from identity.policy import READING
from identity.unavailable import CheckUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from identity.documents.hints import Hint
    from identity.framing import Json
    from identity.worker import LimitedWorker

    Objects = dict[str, Json]


class DocumentKind(StrEnum):
    """What the caller says the pictures show; `AUTO` leaves it to the reader."""

    AUTO = "auto"
    ID_CARD = "id_card"
    PASSPORT = "passport"
    RESIDENCE_PERMIT = "residence_permit"
    MAINLAND_PERMIT = "mainland_permit"
    TAIWAN_PERMIT = "taiwan_permit"
    FOREIGNERS_PERMIT = "foreigners_permit"
    VISA = "visa"


_S = DocumentSide
SIDES: Final[Mapping[DocumentKind, tuple[DocumentSide, ...]]] = {
    DocumentKind.AUTO: (),
    DocumentKind.ID_CARD: (_S.ID_CARD_FRONT, _S.ID_CARD_BACK),
    DocumentKind.PASSPORT: (_S.PASSPORT_PAGE,),
    DocumentKind.RESIDENCE_PERMIT: (_S.RESIDENCE_PERMIT_FRONT, _S.RESIDENCE_PERMIT_BACK),
    DocumentKind.MAINLAND_PERMIT: (_S.MAINLAND_PERMIT, _S.ZONE_CARD),
    DocumentKind.TAIWAN_PERMIT: (_S.TAIWAN_PERMIT, _S.ZONE_CARD),
    DocumentKind.FOREIGNERS_PERMIT: (_S.FOREIGNERS_PERMIT, _S.ZONE_CARD),
    DocumentKind.VISA: (_S.VISA,),
}
MEDIA_TYPES: Final = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}
_JUDGED: Final = frozenset({_S.ID_CARD_FRONT, _S.PASSPORT_PAGE})
"""Sides that `facts` knows the rules of."""


@dataclass(frozen=True, slots=True)
class DocumentReader:
    """The two limited children that a reading needs."""

    decoder: LimitedWorker
    engine: LimitedWorker

    def read(self, content: bytes, *, claimed: str, kind: DocumentKind) -> SideReading:
        """The side that was found, or, without fields, the first that was claimed.

        Raises `FileRefused`, or `CheckUnavailable`.
        """
        pixels = decode(content, claimed=claimed, decoder=self.decoder)
        sizes: Json = [f"{pixels.width}x{pixels.height}"]
        for side in (_S.AUTO, *SIDES[kind]):
            answer = self.engine.ask("read", {"side": side.value, "sizes": sizes}, [pixels.content])
            reading = _found(reading_of(answer, side)[0])
            if reading.fields:
                if kind is DocumentKind.AUTO or reading.side in SIDES[kind]:
                    return reading
                # It is another document: reading it as the claimed one would find a likeness.
                break
        claims = SIDES[kind] or (_S.AUTO,)
        return SideReading(side=claims[0], fields={}, outlined=False)


def read_images(
    paths: Sequence[Path], *, kind: DocumentKind, reader: DocumentReader, today: date
) -> Objects:
    """What `flask notary identity read IMAGE... --json` prints: one entry for each file, and the
    document that two sides of one card make together. It has the persons' data in it.
    """
    entries: list[Json] = []
    readings: list[SideReading] = []
    for path in paths:
        try:
            claimed = MEDIA_TYPES.get(path.suffix.lower(), "application/octet-stream")
            reading = reader.read(path.read_bytes(), claimed=claimed, kind=kind)
        except FileRefused as refusal:
            entries.append({"file": path.name, "refused": refusal.code.value})
        except CheckUnavailable as error:
            entries.append({"file": path.name, "unavailable": error.cause.value})
        else:
            readings.append(reading)
            entries.append({"file": path.name, **_entry(reading, today=today)})
    return {"images": entries, "documents": [*_documents(readings, today=today)]}


def _found(reading: SideReading) -> SideReading:
    said = reading.fields.get(FieldName.SIDE)
    return replace(reading, side=DocumentSide(said.text)) if said else reading


def _entry(reading: SideReading, *, today: date) -> Objects:
    fields: Objects = {
        name.value: {"text": field.text, "confidence": round(field.confidence, 4)}
        for name, field in reading.fields.items()
        if name not in ABOUT_THE_READING
    }
    confirm = fields_to_confirm(reading, readable=READING.readable)
    return {
        "side": reading.side.value if fields else None,
        "outlined": reading.outlined,
        "fields": fields,
        "zone": _zone(reading, today=today),
        "hints": _hints(reading.hints),
        "fields_to_confirm": [name.value for name in confirm],
    }


def _hints(hints: Iterable[Hint]) -> Json:
    return [{"code": h.value, "zh": WORDS[h][0], "en": WORDS[h][1]} for h in sorted(hints)]


def _zone(reading: SideReading, *, today: date) -> Json:
    """What the zone says if every digit holds and it was read surely, else nothing."""
    names = (FieldName.MRZ_LINE_1, FieldName.MRZ_LINE_2, FieldName.MRZ_LINE_3)
    lines = [reading.fields[name] for name in names if name in reading.fields]
    if not lines or not min(line.confidence for line in lines) >= READING.readable:
        return None
    try:
        zone = mrz.parse([line.text for line in lines], today=today, forms=mrz.EVERY_FORM)
    except mrz.MrzInvalid:
        return None
    return {
        "form": zone.form.value,
        "document_code": zone.document_code,
        "issuer": zone.issuer,
        "surname": zone.surname,
        "given_names": zone.given_names,
        "number": zone.number,
        "nationality": zone.nationality,
        "birth": zone.birth.isoformat(),
        "sex": zone.sex,
        "expires": zone.expires.isoformat(),
    }


def _documents(readings: Sequence[SideReading], *, today: date) -> Iterable[Json]:
    """Each front with the one back there is; with several backs nobody knows which is whose."""
    backs = [reading for reading in readings if reading.side is DocumentSide.ID_CARD_BACK]
    for front in readings:
        if front.side in _JUDGED and front.fields:
            card = front.side is DocumentSide.ID_CARD_FRONT
            back = backs[0] if card and len(backs) == 1 else None
            facts = facts_of(front, back, limits=READING, today=today)
            yield {
                "side": front.side.value,
                "doubts": [doubt.value for doubt in sorted(facts.doubts)],
                "hints": _hints(hints_of(front, back)),
                "valid_until": facts.valid_until.isoformat() if facts.valid_until else None,
                "long_term": facts.long_term,
            }
