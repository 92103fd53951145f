from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pikepdf
import pytest

from server.typesetting.errors import FontMissing, GlyphMissing, LayoutBroken, TextNotPrintable
from server.typesetting.typesetter import Typesetter
from tests.unit.typesetting import specimens
from tests.unit.typesetting.reading import run, text

if TYPE_CHECKING:
    from pathlib import Path

    from server.typesetting.printing_data import Paper

PAPERS = [
    pytest.param(paper, id=f"{paper.template}-{language}")
    for language, bilingual in (("zh", False), ("zh+en", True))
    for paper in specimens.every_paper(bilingual=bilingual)
]


@pytest.mark.parametrize("paper", PAPERS)
def test_every_paper_embeds_its_fonts_and_can_be_read_by_machines(
    typesetter: Typesetter, paper: Paper, tmp_path: Path
) -> None:
    pdf = typesetter.typeset(paper, at=specimens.AT).pdf
    fonts = run("pdffonts", pdf=pdf, folder=tmp_path).splitlines()[2:]
    assert fonts
    for font in fonts:
        assert "CJKsc" in font
        assert re.search(r" yes yes yes ", font)  # embedded, subset, with a map to Unicode
    assert paper.title.zh in text(pdf, tmp_path).replace(" ", "")


@pytest.mark.parametrize("paper", PAPERS)
def test_every_paper_says_that_it_is_made_to_be_archived(
    typesetter: Typesetter, paper: Paper
) -> None:
    pdf = typesetter.typeset(paper, at=specimens.AT).pdf
    with pikepdf.open(io.BytesIO(pdf)) as opened, opened.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "B")
        assert "/OutputIntents" in opened.Root


@pytest.mark.parametrize("paper", PAPERS)
def test_the_same_paper_at_the_same_time_is_the_same_bytes(
    typesetter: Typesetter, paper: Paper
) -> None:
    first = typesetter.typeset(paper, at=specimens.AT)
    # Another process would have another compiler, so another typesetter is asked.
    assert Typesetter().typeset(paper, at=specimens.AT) == first


def test_another_time_is_another_paper(typesetter: Typesetter) -> None:
    paper = specimens.receipt()
    later = typesetter.typeset(paper, at=specimens.AT + timedelta(seconds=1))
    assert later.pdf != typesetter.typeset(paper, at=specimens.AT).pdf


@pytest.mark.parametrize(
    "name",
    [
        "#eval(read(sys))",
        "*粗体*",
        "$x^2$",
        '"); #panic("',
        "#import 表",
        "<anchor>",
        "\\u{41}",
        "= 标题",
        "李/*晓*/梅//",
        "`#data`",
    ],
)
def test_what_a_person_typed_is_printed_and_never_obeyed(
    typesetter: Typesetter, name: str, tmp_path: Path
) -> None:
    hostile = replace(specimens.LI, name=name)
    paper = replace(specimens.power_of_attorney(), principals=(hostile,), reason=name)
    made = typesetter.typeset(paper, at=specimens.AT)
    assert text(made.pdf, tmp_path).count(name) == 2
    assert set(made.anchors) == {"signer_1"}


@pytest.mark.parametrize(
    "name",
    [
        "李\u202e梅",  # Printed, the rest of the line would run backwards.
        "李\n梅",
        "李\x00梅",
        "李\ue000梅",  # Private use: another shape in every font.
        "李\u2028梅",
        "\ufeff李梅",
    ],
)
def test_a_text_that_would_print_differently_is_refused(typesetter: Typesetter, name: str) -> None:
    paper = replace(specimens.declaration(), declarants=(replace(specimens.LI, name=name),))
    with pytest.raises(TextNotPrintable) as refused:
        typesetter.typeset(paper, at=specimens.AT)
    assert str(refused.value) == ""  # no part of a name leaves in an error


@pytest.mark.parametrize("name", ["မြန်မာ", "ไทย", "😀"])
def test_a_character_without_a_shape_is_an_error_and_no_empty_box(
    typesetter: Typesetter, name: str
) -> None:
    paper = replace(specimens.declaration(), statements=(name,))
    with pytest.raises(GlyphMissing) as refused:
        typesetter.typeset(paper, at=specimens.AT)
    assert str(refused.value) == ""
    assert refused.value.__suppress_context__


@pytest.mark.parametrize("name", ["𠮷田䶮", "𬭊", "Nguyễn Thị Ánh", "Zoë Ağaoğlu Łukasz"])
def test_rare_and_foreign_names_are_printed(
    typesetter: Typesetter, name: str, tmp_path: Path
) -> None:
    paper = replace(specimens.declaration(), declarants=(replace(specimens.LI, name=name),))
    printed = text(typesetter.typeset(paper, at=specimens.AT).pdf, tmp_path)
    assert name.replace(" ", "") in printed.replace(" ", "")


def test_a_certificate_without_a_body_is_not_printed(typesetter: Typesetter) -> None:
    with pytest.raises(LayoutBroken):
        typesetter.typeset(replace(specimens.certificate(), paragraphs=()), at=specimens.AT)


def test_papers_set_at_the_same_moment_do_not_mix(typesetter: Typesetter) -> None:
    names = [f"李{number}梅" for number in range(16)]
    papers = [
        replace(specimens.declaration(), declarants=(replace(specimens.LI, name=name),))
        for name in names
    ]
    alone = [typesetter.typeset(paper, at=specimens.AT) for paper in papers]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda paper: typesetter.typeset(paper, at=specimens.AT), papers))
    assert together == alone
    assert len({made.pdf for made in alone}) == len(names)


def test_a_folder_without_the_fonts_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(FontMissing, match="Noto Serif CJK SC"):
        Typesetter(fonts=tmp_path)


def test_a_paper_speaks_english_only_when_asked(typesetter: Typesetter, tmp_path: Path) -> None:
    plain = text(typesetter.typeset(specimens.receipt(), at=specimens.AT).pdf, tmp_path)
    both = typesetter.typeset(specimens.receipt(bilingual=True), at=specimens.AT).pdf
    assert "Recipient" not in plain
    assert "Recipient" in text(both, tmp_path)


def test_office_time_is_printed_wherever_the_server_stands(
    typesetter: Typesetter, tmp_path: Path
) -> None:
    made = typesetter.typeset(specimens.receipt(), at=specimens.AT).pdf
    assert "2026年11月22日10:05" in text(made, tmp_path)  # 02:05 UTC


@pytest.mark.parametrize(
    "office", ["昆明市示范公证处", "中华人民共和国云南省昆明市示范公证处", "处"]
)
def test_the_stamp_of_an_office_bears_its_name(
    typesetter: Typesetter, office: str, tmp_path: Path
) -> None:
    stamp = typesetter.seal_stamp(office, at=specimens.AT)
    assert stamp == Typesetter().seal_stamp(office, at=specimens.AT)
    printed = run("pdftotext", "-raw", pdf=stamp, folder=tmp_path)
    assert sorted(printed.replace("\n", "").replace(" ", "").strip("\f")) == sorted(office)
    size = re.search(r"Page size:\s+([\d.]+) x", run("pdfinfo", pdf=stamp, folder=tmp_path))
    assert size
    assert float(size[1]) == pytest.approx(42 / 25.4 * 72, abs=0.01)


def test_the_stamp_can_be_drawn_on_a_page(typesetter: Typesetter) -> None:
    assert typesetter.seal_stamp("昆明市示范公证处", at=specimens.AT, image="svg").startswith(
        b"<svg"
    )
