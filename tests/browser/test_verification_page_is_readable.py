"""Everybody can read it: large, in strong colours, on a phone, in the dark, on paper."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pikepdf
import pytest

from tests.browser.conftest import follow, public_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

READABILITY = Path(__file__).with_name("readability.js").read_text("utf-8")
PHONE, DESK = 390, 1280


@pytest.fixture(
    params=[
        # Each width in each language, and each of them in light and in dark.
        (PHONE, "zh-CN", "light"),
        (PHONE, "en", "dark"),
        (DESK, "zh-CN", "dark"),
        (DESK, "en", "light"),
    ],
    ids=lambda seen: "-".join(str(each) for each in seen),
)
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """The page as one kind of visitor sees it, without scripts."""
    width, language, colours = request.param
    visitor = chromium.new_context(
        viewport={"width": width, "height": 844},
        locale=language,
        color_scheme=colours,
        java_script_enabled=False,
    )
    yield visitor.new_page()
    visitor.close()


@pytest.mark.parametrize(
    "path",
    [
        # The forms.
        "",
        # A certificate that stands, with everything the register knows.
        f"/{public_id(1)}",
        # Superseded, revoked and voided have colours of their own.
        f"/{public_id(2)}",
        f"/{public_id(3)}",
        f"/{public_id(4)}",
        # There is no such certificate.
        f"/{public_id(9)}",
    ],
    ids=["start", "valid", "superseded", "revoked", "voided", "unknown"],
)
def test_nothing_is_small_pale_unlabelled_or_off_the_screen(
    path: str, page: Page, site: Site
) -> None:
    page.goto(f"{site.url}/verify{path}")
    assert page.evaluate(READABILITY) == []


def test_a_file_with_all_its_evidence_stays_readable(page: Page, site: Site) -> None:
    """Digests and serial numbers are long words without a place to break."""
    page.goto(f"{site.url}/verify")
    page.set_input_files("#document", site.sealed)
    follow(page, "form[enctype] button")
    assert page.locator(".checks li").count() == 13
    assert page.evaluate(READABILITY) == []


def test_a_refusal_stays_readable(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/verify")
    page.set_input_files("#document", site.tampered)
    follow(page, "form[enctype] button")
    assert page.evaluate(READABILITY) == []


def test_dark_colours_are_really_dark(chromium: Browser, site: Site) -> None:
    """Or the contrast above was measured on the light page twice."""
    grounds = []
    for colours in ("light", "dark"):
        visitor = chromium.new_context(color_scheme=colours)
        page = visitor.new_page()
        page.goto(f"{site.url}/verify")
        grounds.append(page.evaluate("() => getComputedStyle(document.body).backgroundColor"))
        visitor.close()
    assert grounds == ["rgb(247, 244, 238)", "rgb(23, 20, 18)"]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_it_prints_on_one_page_and_says_that_paper_proves_nothing(
    language: str, chromium: Browser, site: Site
) -> None:
    page = chromium.new_page(locale=language)
    page.goto(f"{site.url}/verify/{public_id(1)}")
    with pikepdf.open(BytesIO(page.pdf(format="A4"))) as printed:
        assert len(printed.pages) == 1
    page.emulate_media(media="print")
    assert page.locator(".printed").is_visible()
    assert not page.locator(".languages").is_visible()
    page.close()
