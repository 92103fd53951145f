"""Field accuracy of the document reader on rendered documents of invented people.

    python -m tests.benchmarks.identity_documents [PEOPLE]

Writes build/bench/identity_documents.json and .png beside the printed tables. The seeds are held
back from everything that the reader was made with. The cards are our own rendering, so this bounds
what the reader loses, not what real cards add.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image

from identity.documents.evaluating import Tally
from identity.documents.fields import LONG_TERM, DocumentSide, FieldName
from identity.documents.mrz import EVERY_FORM, parse
from identity.documents.passport import ANY_DAY
from identity.documents.reading import read_side
from identity.documents.recognising import TextReader
from identity.images.decoding import decode_upright
from identity.specimens import altering, permits
from identity.specimens.cards import any_setting, card_back, card_front
from identity.specimens.drawing import passport_page
from identity.specimens.inventing import NAMES, draws_of, invent
from identity.specimens.portraits import drawn_portrait
from identity.specimens.scenes import Quality, photograph
from tests.benchmarks.bars import draw_bars

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from identity.documents.fields import SideReading
    from identity.specimens.people import SpecimenPerson

    Truth = dict[FieldName, str]
    Made = tuple[DocumentSide, Image.Image, Truth]

OUT: Final = Path(__file__).parents[2] / "build" / "bench"
FIRST_SEED: Final = 50_000
PEOPLE: Final = 40
F: Final = FieldName
S: Final = DocumentSide


def card_of(person: SpecimenPerson, rng: Random) -> Iterator[Made]:
    setting = any_setting(rng)
    until = person.valid_until.isoformat() if person.valid_until else LONG_TERM
    yield (
        S.ID_CARD_FRONT,
        card_front(person, rng, setting),
        {
            F.NAME: person.name,
            F.SEX: person.sex,
            F.ETHNIC_GROUP: person.ethnic_group,
            F.BIRTH: person.birth.isoformat(),
            F.ADDRESS: person.address,
            F.NUMBER: person.number,
        },
    )
    yield (
        S.ID_CARD_BACK,
        card_back(person, rng, setting),
        {
            F.AUTHORITY: person.authority,
            F.VALID_FROM: person.valid_from.isoformat(),
            F.VALID_UNTIL: until,
        },
    )


def others_of(person: SpecimenPerson, rng: Random) -> Iterator[Made]:
    for side in (S.MAINLAND_PERMIT, S.TAIWAN_PERMIT):
        yield (side, *permits.travel_permit(person, side, rng))
    for five_star in (False, True):
        picture, truth = permits.foreigners_permit(person, rng, five_star=five_star)
        yield S.FOREIGNERS_PERMIT, picture, truth
    portrait = io.BytesIO()
    drawn_portrait(rng).save(portrait, "JPEG")
    with Image.open(io.BytesIO(passport_page(person, portrait.getvalue()))) as page:
        picture = page.convert("RGB")
    upper, lower = person.mrz
    yield S.PASSPORT_PAGE, picture, {F.MRZ_LINE_1: upper, F.MRZ_LINE_2: lower}


def people(count: int) -> Iterator[tuple[SpecimenPerson, Random]]:
    """``count`` of them, from all groups in turn."""
    groups = tuple(NAMES)
    for i in range(count):
        rng = draws_of(FIRST_SEED + i)
        yield invent(rng, groups[i % len(groups)]), rng


def read(picture: bytes, side: DocumentSide, reader: TextReader) -> SideReading:
    pixels = decode_upright(picture, orientation=1, longest=2000)
    return read_side(pixels, side, reader).reading


def print_tally(title: str, tally: Tally, seconds: float) -> None:
    sys.stdout.write(
        f"{title}: {tally.sides} sides, {1000 * seconds / tally.sides:.0f} ms CPU each\n"
    )
    for name, field in tally.fields.items():
        low, high = field.interval
        sys.stdout.write(
            f"  {name.value:13} {field.right:4} of {field.of:4}  {field.right / field.of:7.1%}"
            f"  (95 %: {low:.1%} to {high:.1%})  wrong and sure: {field.sure_and_wrong}\n"
        )
    sys.stdout.flush()


def cards(reader: TextReader, count: int) -> dict[str, dict[str, object]]:
    """Resident cards by quality; `phone` counts most and is read most."""
    report: dict[str, dict[str, object]] = {}
    hints: Counter[str] = Counter()
    for quality, of in (
        (Quality.CLEAN, max(1, count // 2)),
        (Quality.PHONE, count),
        (Quality.POOR, max(1, count // 2)),
    ):
        tally, seconds = Tally(), 0.0
        for person, rng in people(of):
            for side, picture, truth in card_of(person, rng):
                content = photograph(picture, quality, rng)
                began = time.process_time()
                reading = read(content, side, reader)
                seconds += time.process_time() - began
                tally.add(truth, reading)
                hints.update(f"{quality.value} {hint.value}" for hint in reading.hints)
        print_tally(f"resident cards, {quality.value}", tally, seconds)
        report[quality.value] = {"fields": tally.as_record(), "seconds_a_side": seconds / (2 * of)}
    sys.stdout.write(f"hints on these innocent sides: {dict(hints)}\n")
    report["hints_on_innocent"] = dict(hints)
    return report


def other_documents(reader: TextReader, count: int) -> dict[str, object]:
    """As telephones see them, the kind being found out."""
    tallies: dict[DocumentSide, Tally] = {}
    seconds: dict[DocumentSide, float] = {}
    for person, rng in people(count):
        for side, picture, truth in others_of(person, rng):
            content = photograph(picture, Quality.PHONE, rng)
            began = time.process_time()
            reading = read(content, S.AUTO, reader)
            seconds[side] = seconds.get(side, 0.0) + time.process_time() - began
            tallies.setdefault(side, Tally()).add(truth, reading if reading.side is side else None)
    for side, tally in tallies.items():
        print_tally(f"{side.value}, phone, kind found out", tally, seconds[side])
    return {side.value: tally.as_record() for side, tally in tallies.items()}


def altered(reader: TextReader, count: int) -> dict[str, object]:
    """How many altered fronts have a hint, and which."""
    found: dict[str, object] = {}
    for quality in (Quality.CLEAN, Quality.PHONE):
        seen: dict[str, Counter[str]] = {}
        for person, rng in people(count):
            front = card_front(person, rng)
            for title, picture in (
                ("grey copy", altering.grey_copy(front)),
                ("stamped copy", altering.stamped_copy(front)),
                ("screen", altering.on_screen(front, rng)),
                ("patched", altering.patched(front, rng)),
            ):
                reading = read(photograph(picture, quality, rng), S.ID_CARD_FRONT, reader)
                seen.setdefault(title, Counter()).update(hint.value for hint in reading.hints)
        for title, hints in seen.items():
            sys.stdout.write(f"{quality.value}, {title}, of {count}: {dict(hints)}\n")
        sys.stdout.flush()
        found[quality.value] = {title: dict(hints) for title, hints in seen.items()}
    return found


def zones(reader: TextReader) -> dict[str, object]:
    """Public specimens of documents with a zone, if somebody names a folder that has them."""
    shared = os.environ.get("FEIGUI_SHARED")
    folder = Path(shared) / "data" / "mrz" if shared else None
    if folder is None or not folder.is_dir():
        sys.stdout.write("zones: FEIGUI_SHARED names no folder with data/mrz; left out\n")
        return {}
    said: dict[str, object] = {}
    for path in sorted(folder.glob("*.jpg")):
        reading = read(path.read_bytes(), S.AUTO, reader)
        names = (F.MRZ_LINE_1, F.MRZ_LINE_2, F.MRZ_LINE_3)
        lines = [reading.fields[name].text for name in names if name in reading.fields]
        try:
            zone = parse(lines, today=ANY_DAY, forms=EVERY_FORM)
        except ValueError:
            said[path.name] = None
        else:
            said[path.name] = [zone.form.value, *lines]
        sys.stdout.write(f"zone of {path.name}: {said[path.name]}\n")
    return said


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE
    reader = TextReader()
    report: dict[str, object] = {"zones": zones(reader)}
    by_quality = cards(reader, count)
    report |= {"cards": by_quality}
    report["other_documents"] = other_documents(reader, max(1, count // 8))
    report["altered"] = altered(reader, max(1, count // 8))
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "identity_documents.json").write_text(json.dumps(report, indent=2))
    draw_bars(
        {quality.value: _shares(by_quality[quality.value]) for quality in Quality},
        title="Resident cards: fields read exactly, per cent",
        unit="per cent",
        into=OUT / "identity_documents.png",
        scale="linear",
    )


def _shares(record: dict[str, object]) -> dict[str, float]:
    fields = record["fields"]
    if not isinstance(fields, dict):
        raise TypeError
    return {str(name): 100 * float(field["share"]) for name, field in fields.items()}


if __name__ == "__main__":
    main()
