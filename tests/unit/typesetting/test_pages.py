"""Pages break where people can still read them, and boxes lie where they are said to lie."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from PIL import Image

from server.typesetting.typesetter import Anchor
from tests.unit.typesetting import specimens
from tests.unit.typesetting.reading import pages, text

if TYPE_CHECKING:
    from pathlib import Path

    from server.typesetting.typesetter import Typesetter

SENTENCE = "委托人在此授权受托人办理与上述事项有关的一切手续，包括提交材料、签署文件、领取证书。"
A4 = (595.28, 841.89)


def lines_of(page: str) -> list[str]:
    return [line for line in page.splitlines() if line.strip()]


@pytest.mark.parametrize("paragraphs", range(1, 40, 3))
def test_no_signature_of_a_certificate_stands_alone(
    typesetter: Typesetter, paragraphs: int, tmp_path: Path
) -> None:
    paper = replace(specimens.certificate(), paragraphs=(SENTENCE,) * paragraphs)
    made = typesetter.typeset(paper, at=specimens.AT)
    last = pages(made.pdf, tmp_path)[made.anchors["notary_signature"].page - 1]
    assert SENTENCE[:6] in last
    assert "公证员" in last
    assert "二〇二六年十一月二十二日" in last
    assert "查验码" in last
    assert {anchor.page for anchor in made.anchors.values()} == {len(pages(made.pdf, tmp_path))}


@pytest.mark.parametrize("matters", range(1, 40, 3))
def test_no_signature_of_a_deed_stands_alone_and_no_heading_ends_a_page(
    typesetter: Typesetter, matters: int, tmp_path: Path
) -> None:
    paper = replace(specimens.power_of_attorney(), matters=(SENTENCE,) * matters)
    made = typesetter.typeset(paper, at=specimens.AT)
    printed = pages(made.pdf, tmp_path)
    last = printed[made.anchors["signer_1"].page - 1]
    assert "由此产生的法律后果由委托人承担" in last.replace("\n", "")
    assert "委托人（签名）" in last
    for page in printed:
        # The very last line of a page is its number.
        assert lines_of(page)[-2] not in {"委托原因", "委托事项和权限", "委托期限"}


def test_one_paragraph_longer_than_a_page_still_prints(
    typesetter: Typesetter, tmp_path: Path
) -> None:
    paper = replace(specimens.certificate(), paragraphs=(SENTENCE * 60,))
    made = typesetter.typeset(paper, at=specimens.AT)
    printed = pages(made.pdf, tmp_path)
    assert len(printed) > 1
    # Without the last line of each page, its number, the whole paragraph is there.
    body = "".join("".join(lines_of(page)[:-1]) for page in printed)
    assert body.count(SENTENCE) == 60


def test_question_and_answer_stay_together(typesetter: Typesetter, tmp_path: Path) -> None:
    made = typesetter.typeset(specimens.interview_record(rounds=15), at=specimens.AT)
    for page in pages(made.pdf, tmp_path):
        assert page.count("问：") == page.count("答：")


def test_pages_are_counted_in_chinese(typesetter: Typesetter, tmp_path: Path) -> None:
    made = typesetter.typeset(specimens.interview_record(rounds=15), at=specimens.AT)
    printed = pages(made.pdf, tmp_path)
    assert len(printed) > 2
    for number, page in enumerate(printed, start=1):
        footer = lines_of(page)[-1].replace(" ", "")
        assert footer == f"第{number}页共{len(printed)}页"


def test_every_signer_has_a_box_of_their_own(typesetter: Typesetter) -> None:
    signers = (specimens.LI, specimens.WANG, specimens.LI)
    paper = replace(specimens.power_of_attorney(), principals=signers)
    anchors = typesetter.typeset(paper, at=specimens.AT).anchors
    assert set(anchors) == {"signer_1", "signer_2", "signer_3"}
    assert len(set(anchors.values())) == 3


@pytest.mark.parametrize("bilingual", [False, True])
def test_every_box_is_on_the_paper_and_empty(
    typesetter: Typesetter, bilingual: bool, tmp_path: Path
) -> None:
    for paper in specimens.every_paper(bilingual=bilingual):
        made = typesetter.typeset(paper, at=specimens.AT)
        assert made.anchors
        for anchor in made.anchors.values():
            assert is_blank(made.pdf, anchor, tmp_path), paper.template


def test_the_emptiness_check_notices_ink(typesetter: Typesetter, tmp_path: Path) -> None:
    made = typesetter.typeset(specimens.certificate(), at=specimens.AT)
    inked = Anchor(page=1, x=80, y=500, width=200, height=150)
    assert not is_blank(made.pdf, inked, tmp_path)


def is_blank(pdf: bytes, anchor: Anchor, folder: Path) -> bool:
    path = folder / "paper.pdf"
    path.write_bytes(pdf)
    number = str(anchor.page)
    subprocess.run(
        ["pdftoppm", "-r", "72", "-png", "-f", number, "-singlefile", str(path), str(folder / "p")],
        check=True,
    )
    with Image.open(folder / "p.png") as page:
        left, top = anchor.x, A4[1] - anchor.y - anchor.height
        assert left > 0
        assert left + anchor.width < A4[0]
        # Two points inside the edge: the line to sign on belongs to the neighbour below.
        inside = page.convert("L").crop(
            (left + 2, top + 2, left + anchor.width - 2, top + anchor.height - 2)
        )
        return inside.getextrema() == (255, 255)


def test_a_signature_box_sits_right_of_its_label(typesetter: Typesetter, tmp_path: Path) -> None:
    """The box is found again by an independent reader: the label's own position."""
    made = typesetter.typeset(specimens.certificate(), at=specimens.AT)
    box = made.anchors["notary_signature"]
    path = tmp_path / "certificate.pdf"
    path.write_bytes(made.pdf)
    done = subprocess.run(
        ["pdftotext", "-bbox", str(path), "-"], check=True, capture_output=True, text=True
    )
    (word,) = [line for line in done.stdout.splitlines() if ">公证员<" in line]
    place = dict(part.split("=") for part in word.split()[1:5])
    right = float(place["xMax"].strip('"'))
    middle = A4[1] - (float(place["yMin"].strip('"')) + float(place["yMax"].split('"')[1])) / 2
    assert 0 < box.x - right < 15
    assert box.y < middle < box.y + box.height


def test_the_code_leads_to_the_certificate_and_nothing_is_printed_over_it(
    typesetter: Typesetter, tmp_path: Path
) -> None:
    made = typesetter.typeset(specimens.certificate(), at=specimens.AT)
    path = tmp_path / "certificate.pdf"
    path.write_bytes(made.pdf)
    subprocess.run(
        ["pdftoppm", "-r", "144", "-png", "-singlefile", str(path), str(tmp_path / "p")], check=True
    )
    with Image.open(tmp_path / "p.png") as page:
        found, corners, _ = cv2.QRCodeDetector().detectAndDecode(np.asarray(page.convert("RGB")))
    assert found == specimens.URL
    xs, ys = [[float(corner[axis]) / 2 for corner in corners[0]] for axis in (0, 1)]
    for word in words(path):
        apart = word[2] < min(xs) or word[0] > max(xs) or word[3] < min(ys) or word[1] > max(ys)
        assert apart
    for anchor in made.anchors.values():
        assert A4[1] - anchor.y < min(ys)


def test_a_very_long_name_breaks_and_never_runs_off_the_paper(
    typesetter: Typesetter, tmp_path: Path
) -> None:
    name = "Wolfeschlegelsteinhausenbergerdorff" * 4
    person = replace(specimens.LI, name=name, address=name)
    paper = replace(specimens.declaration(), declarants=(person,), statements=(name,))
    made = typesetter.typeset(paper, at=specimens.AT)
    assert text(made.pdf, tmp_path).count(name) == 3
    path = tmp_path / "declaration.pdf"
    path.write_bytes(made.pdf)
    assert max(word[2] for word in words(path)) < A4[0] - 70  # the right margin is 26 mm


def words(path: Path) -> list[list[float]]:
    """Return the box of every printed word: left, top, right, bottom."""
    done = subprocess.run(
        ["pdftotext", "-bbox", str(path), "-"], check=True, capture_output=True, text=True
    )
    boxes = re.findall(r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)"', done.stdout)
    assert boxes
    return [[float(edge) for edge in box] for box in boxes]


def test_a_draft_shows_that_it_is_none(typesetter: Typesetter, tmp_path: Path) -> None:
    made = typesetter.typeset(specimens.certificate(draft=True), at=specimens.AT)
    printed = text(made.pdf, tmp_path)
    assert "（待编号）" in printed
    assert "查验码" not in printed


def test_the_second_language_has_pages_of_its_own(typesetter: Typesetter, tmp_path: Path) -> None:
    made = typesetter.typeset(specimens.certificate(bilingual=True), at=specimens.AT)
    chinese, english = pages(made.pdf, tmp_path)
    assert "兹证明" in chinese
    assert "This is to certify" in english
    assert "The Chinese text prevails" in english
