"""The page tells the truth in words, in both languages, without scripts or cookies."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
import yaml

from server.register.generations import sm3_of
from server.web.verification_form import LARGEST_FILE
from server.web.verification_wording import LANGUAGES, TEXTS
from tests.browser.conftest import CODE, follow, number_text, public_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A phone without scripts, set to Chinese."""
    visitor = chromium.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", java_script_enabled=False
    )
    yield visitor.new_page()
    assert visitor.cookies() == []
    visitor.close()


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return site.app.test_client()


def headline(page: Page) -> str:
    return page.locator("h1").inner_text()


@pytest.mark.parametrize(
    ("sequence", "words"),
    [
        # It stands.
        (1, ("有效", "Valid")),
        # It was corrected and issued again.
        (2, ("已换发", "Superseded")),
        # A part of it is void from the start.
        (3, ("部分撤销", "Revoked in part")),
        # It is void from the start.
        (4, ("已撤销", "Revoked")),
        # The number was never used.
        (5, ("未曾出具", "Never issued")),
        # There is no such code.
        (9, ("查无此证", "Unknown")),
    ],
)
def test_the_qr_code_leads_to_the_state_in_words(
    sequence: int, words: tuple[str, str], page: Page, site: Site
) -> None:
    chinese, english = words
    page.goto(f"{site.url}/verify/{public_id(sequence)}")
    assert headline(page) == chinese
    assert page.title().startswith(chinese)
    page.goto(f"{site.url}/verify/{public_id(sequence)}?lang=en")
    assert headline(page) == english
    assert page.locator("html").get_attribute("lang") == "en"


def test_every_state_has_a_shape_of_its_own(page: Page, site: Site) -> None:
    shapes = set()
    for sequence in (1, 2, 3, 4, 9):
        page.goto(f"{site.url}/verify/{public_id(sequence)}")
        shapes.add(page.locator(".verdict use").get_attribute("href"))
    assert len(shapes) == 5


def test_a_superseded_certificate_names_the_new_one(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/verify/{public_id(2)}")
    assert number_text(9) in page.locator("main").inner_text()


def test_a_number_alone_does_not_claim_that_signatures_were_checked(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/verify/{public_id(1)}?lang=en")
    marks = page.locator(".checks .mark").all_inner_texts()
    assert marks == ["Passed", "Not checked", "For you", "Passed"]


def test_a_made_up_office_is_marked_in_both_languages(page: Page, site: Site) -> None:
    for language, mark in (("zh-CN", "演示"), ("en", "DEMO")):
        page.goto(f"{site.url}/verify/{public_id(1)}?lang={language}")
        assert page.locator(".demo strong").inner_text() == mark


def test_the_switch_keeps_the_certificate(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/verify")
    page.fill("#number", number_text(1))
    page.fill("#check-code", CODE)
    follow(page, "form:not([enctype]) button")
    assert headline(page) == "有效"
    follow(page, "text=English")
    assert headline(page) == "Valid"
    assert number_text(1) in page.locator("main").inner_text()


@pytest.mark.parametrize(
    ("typed", "state"),
    [
        # As printed.
        ((number_text(1), CODE), "有效"),
        # As typed on a keyboard without Chinese brackets, in small letters.
        (("(2026)云昆示外证字第1号", "7k3q xm29"), "有效"),
        (("〔2026〕 云昆示外证字第 1 号", "7K3Q-XM29"), "有效"),
        # The code of another certificate, or none that exists.
        ((number_text(1), "AAAAAAAA"), "查无此证"),
        ((number_text(8), CODE), "查无此证"),
    ],
)
def test_number_and_code_are_found_as_people_type_them(
    typed: tuple[str, str], state: str, page: Page, site: Site
) -> None:
    number, code = typed
    page.goto(f"{site.url}/verify")
    page.fill("#number", number)
    page.fill("#check-code", code)
    follow(page, "form:not([enctype]) button")
    assert headline(page) == state
    # A code in an address would stay in histories and logs.
    assert code not in page.url
    assert "2026" not in page.url


def upload(page: Page, site: Site, file: Path) -> str:
    page.goto(f"{site.url}/verify?lang=en")
    page.set_input_files("#document", file)
    follow(page, "form[enctype] button")
    return headline(page)


def test_the_sealed_file_passes_every_step_and_is_in_the_register(page: Page, site: Site) -> None:
    assert upload(page, site, site.sealed) == "Valid"
    assert set(page.locator(".checks .mark").all_inner_texts()) == {"Passed"}
    told = page.locator("main").inner_text()
    assert "B-LTA" in told
    assert "1 March 2026, 17:30:05 (Beijing time, UTC+8)" in told
    # The notary who sealed it, by the name in the signature.
    assert "王公证" not in page.content()


def test_one_flipped_bit_is_called_altered(page: Page, site: Site) -> None:
    assert upload(page, site, site.tampered) == "Altered"
    marks = page.locator(".checks .mark").all_inner_texts()
    # The step that failed, those that were not reached, and a register that never saw it.
    assert marks == ["Passed"] * (len(marks) - len(rest := marks[marks.index("Failed") :])) + rest
    assert rest[-2:] == ["Failed", "Not checked"]
    assert set(rest[1:-2]) == {"Not checked"}
    assert "never kept such a file" in page.locator(".checks").inner_text()


def test_both_digests_are_shown_so_that_anybody_can_compare(page: Page, site: Site) -> None:
    upload(page, site, site.sealed)
    content = site.sealed.read_bytes()
    told = page.locator(".checks").inner_text()
    assert sha256(content).hexdigest() in told
    assert sm3_of(content) in told


def test_an_earlier_copy_is_the_same_certificate_and_names_the_step_that_lapsed(
    page: Page, site: Site
) -> None:
    assert upload(page, site, site.earlier) == "Valid"
    told = page.locator("main").inner_text()
    assert "an earlier copy" in told
    assert number_text(7) in told
    assert page.locator(".checks .mark").all_inner_texts().count("Failed") == 1


def test_a_copy_whose_proof_lapsed_is_neither_valid_nor_called_altered(
    page: Page, site: Site
) -> None:
    assert upload(page, site, site.lapsed) == "Proof lapsed"
    assert page.locator(".verdict use").get_attribute("href") == "#icon-lapsed"
    assert "ended before it was renewed" in page.locator(".checks").inner_text()


@pytest.mark.parametrize("name", ["unsigned", "picture"])
def test_what_is_not_ours_is_unknown_and_not_called_altered(
    name: str, page: Page, site: Site
) -> None:
    assert upload(page, site, getattr(site, name)) == "Unknown"


def test_a_file_that_is_too_large_is_refused_in_words(
    page: Page, site: Site, tmp_path: Path
) -> None:
    large = tmp_path / "film.pdf"
    large.write_bytes(b"%PDF-" + bytes(LARGEST_FILE + 1))
    upload(page, site, large)
    assert "larger than 20 MB" in page.locator("[role=alert]").inner_text()


def test_it_fetches_nothing_from_anywhere_else(page: Page, site: Site) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site.url}/verify/{public_id(1)}")
    assert asked
    assert [url for url in asked if not url.startswith(site.url)] == []


def test_nothing_on_the_page_breaks_its_own_policy(chromium: Browser, site: Site) -> None:
    page, complaints = chromium.new_page(), list[str]()
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for path in ("", f"/{public_id(1)}", f"/{public_id(3)}"):
        page.goto(f"{site.url}/verify{path}")
    page.close()
    assert complaints == []


def test_answers_are_not_kept_and_may_run_nothing(client: FlaskClient) -> None:
    for path in ("/verify", f"/verify/{public_id(1)}"):
        headers = client.get(path).headers
        assert headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "script-src" not in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "Set-Cookie" not in headers


@pytest.mark.parametrize("made_up", ["x", "number", "a" * 41, "..%2f..%2fetc", "1'--"])
def test_an_address_that_no_qr_code_holds_is_unknown_too(made_up: str, client: FlaskClient) -> None:
    answer = client.get(f"/verify/{made_up}?lang=en")
    assert answer.status_code == 404
    assert "%2f" in made_up or '<h1 id="state">Unknown</h1>' in answer.text


@pytest.mark.parametrize(
    ("form", "text"),
    [
        # Nothing was entered.
        ({}, "Enter the certificate number."),
        # Half was entered.
        ({"number": "1"}, "Enter the verification code."),
        # The file form was sent without a file, or with an empty one.
        ({"document": (BytesIO(), "")}, "Choose a PDF file first."),
        ({"document": (BytesIO(), "empty.pdf")}, "Choose a PDF file first."),
    ],
)
def test_a_form_that_is_not_filled_in_says_what_is_missing(
    form: dict[str, object], text: str, client: FlaskClient
) -> None:
    answer = client.post("/verify?lang=en", data=form, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert text in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_what_was_entered_comes_back_as_text_and_not_as_page(client: FlaskClient) -> None:
    answer = client.post("/verify", data={"number": '"><script>alert(1)</script>'})
    assert "<script" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_both_languages_have_every_text() -> None:
    texts = [yaml.safe_load((TEXTS / f"{code}.yaml").read_text("utf-8")) for code in LANGUAGES]
    assert texts[0].keys() == texts[1].keys()
    assert all(isinstance(text, str) and text for each in texts for text in each.values())
