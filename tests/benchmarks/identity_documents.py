"""Field accuracy of the document reader on rendered cards of twenty invented people.

    python -m tests.benchmarks.identity_documents

Writes build/bench/identity_documents.json beside the printed table. The cards are our own
rendering, so this bounds what the reader loses, not what real cards add.
"""

from __future__ import annotations

import io
import json
import sys
import time
from datetime import date
from pathlib import Path
from typing import Final

from PIL import Image

from identity.documents.fields import LONG_TERM, DocumentSide, FieldName, FieldReading
from identity.documents.reading import read_side
from identity.documents.recognising import TextReader
from identity.documents.validity import term_years
from identity.images.decoding import decode_upright
from identity.specimens.drawing import card_back, card_front
from identity.specimens.people import SpecimenPerson
from identity.specimens.photographing import Shot, phone_photo
from tests.benchmarks.bars import draw_bars

OUT: Final = Path(__file__).parents[2] / "build" / "bench"
SHOTS: Final = {
    "clean": None,
    "careful photograph": Shot(),
    "hasty photograph": Shot(tilt=0.06, turn=-6, blur=1.2, quality=70),
    "poor photograph": Shot(tilt=0.08, turn=9, blur=1.8, quality=50),
}
GROUPS: Final = [
    "汉", "蒙古", "回", "藏", "维吾尔",
    "苗", "彝", "壮", "布依", "朝鲜",
    "满", "侗", "瑶", "白", "土家",
    "哈尼", "哈萨克", "傣", "黎", "傈僳",
]  # fmt: skip
NAMES: Final = [
    "王秀英", "巴特尔", "马福海", "扎西次仁", "阿不都热依木·买买提",
    "龙玉兰", "阿木沙马", "韦小丽", "罗春燕", "金哲洙",
    "关佳音", "吴正明", "盘云飞", "段誉峰", "向红梅",
    "李哈尼", "古丽娜尔", "刀玉香", "符亚东", "余阿娜",
]  # fmt: skip
PLACES: Final = (
    ("530102", "云南省昆明市五华区翠湖样本路100号3幢2单元501室", "昆明市公安局五华分局"),
    ("150102", "内蒙古自治区呼和浩特市新城区样本大街8号", "呼和浩特市公安局新城分局"),
    ("650102", "新疆维吾尔自治区乌鲁木齐市天山区样本巷12号附3号", "乌鲁木齐市公安局天山分局"),
    ("522630", "贵州省台江县样本镇样本村四组", "台江县公安局"),
)


def people() -> list[SpecimenPerson]:
    return [_person(i) for i in range(len(GROUPS))]


def _person(i: int) -> SpecimenPerson:
    region, address, authority = PLACES[i % len(PLACES)]
    birth, issued = date(1950 + 3 * i % 55, 1 + i % 12, 1 + i), date(2012 + i % 10, 6, 1 + i)
    years = term_years(birth, issued)
    return SpecimenPerson(
        name=NAMES[i],
        sex="男" if i % 2 else "女",
        ethnic_group=GROUPS[i],
        birth=birth,
        address=address,
        region=region,
        sequence=i,
        authority=authority,
        valid_from=issued,
        valid_until=issued.replace(year=issued.year + years) if years else None,
        surname="SPECIMEN",
        given_names="ONE",
        passport_number=f"EJ{i:07d}",
        passport_expires=date(2030, 1, 1),
    )


def _truth(person: SpecimenPerson) -> dict[FieldName, str]:
    until = person.valid_until.isoformat() if person.valid_until else LONG_TERM
    return {
        FieldName.NAME: person.name,
        FieldName.SEX: person.sex,
        FieldName.ETHNIC_GROUP: person.ethnic_group,
        FieldName.BIRTH: person.birth.isoformat(),
        FieldName.NUMBER: person.number,
        FieldName.ADDRESS: person.address,
        FieldName.AUTHORITY: person.authority,
        FieldName.VALID_FROM: person.valid_from.isoformat(),
        FieldName.VALID_UNTIL: until,
    }


def _read(
    person: SpecimenPerson, shot: Shot | None, reader: TextReader
) -> dict[FieldName, FieldReading]:
    grey = io.BytesIO()
    Image.new("RGB", (400, 500), (150, 140, 135)).save(grey, "JPEG")
    found: dict[FieldName, FieldReading] = {}
    for side, made in (
        (DocumentSide.ID_CARD_FRONT, card_front(person, grey.getvalue())),
        (DocumentSide.ID_CARD_BACK, card_back(person)),
    ):
        content = phone_photo(made, shot) if shot else made
        picture = decode_upright(content, orientation=1, longest=2000)
        found |= read_side(picture, side, reader).reading.fields
    return found


def main() -> None:
    reader, report = TextReader(), dict[str, object]()
    exact: dict[str, dict[str, float]] = {}
    sys.stdout.write(
        f"{'exact of ' + str(len(GROUPS)):22}"
        + " ".join(f"{f.value[:9]:>9}" for f in FieldName if f in _truth(_person(0)))
        + "\n"
    )
    for title, shot in SHOTS.items():
        right = dict.fromkeys(_truth(_person(0)), 0)
        sure_and_wrong, least, started = [], 1.0, time.perf_counter()
        for person in people():
            found = _read(person, shot, reader)
            for name, text in _truth(person).items():
                read = found.get(name, FieldReading("", 0.0))
                right[name] += read.text == text
                if read.text == text:
                    least = min(least, read.confidence)
                if read.text and read.text != text:
                    sure_and_wrong.append(round(read.confidence, 2))
        seconds = (time.perf_counter() - started) / len(GROUPS)
        sys.stdout.write(
            f"{title:22}"
            + " ".join(f"{n:>9}" for n in right.values())
            + f"  {seconds:.1f} s; right from {least:.2f}, wrong at {sorted(sure_and_wrong)}\n"
        )
        exact[title] = {name.value: float(n) for name, n in right.items()}
        report[title] = {
            "exact": {name.value: n for name, n in right.items()},
            "of": len(GROUPS),
            "least_confidence_of_right": round(least, 3),
            "confidence_of_wrong": sorted(sure_and_wrong),
            "seconds_a_card": round(seconds, 2),
        }
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "identity_documents.json").write_text(json.dumps(report, indent=2))
    draw_bars(
        exact,
        title=f"Fields read exactly, {len(GROUPS)} rendered cards a shot",
        unit="cards",
        into=OUT / "identity_documents.png",
        scale="linear",
    )


if __name__ == "__main__":
    main()
