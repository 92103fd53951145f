"""Take the pictures of the README anew: ``python -m tools.screenshots``.

Plays the demonstration, starts the same platform again and looks at it with a
browser, so that no picture shows what the code no longer does.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image
from playwright.sync_api import sync_playwright

from server.wiring.launching import Wishes, launched

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Browser, Page

ROOT: Final = Path(__file__).resolve().parent.parent
CHROMIUM: Final = "/usr/bin/chromium"
PDFTOPPM: Final = "/usr/bin/pdftoppm"
LARGEST: Final = 300 * 1024
PHONE, DESK = (390, 844), (1200, 800)
LANGUAGES: Final = ("zh-CN", "en")
# Nobody's: it only has the form of an id.
NOWHERE: Final = "a" * 26
# The photographs are fetched for the demonstration and not published with it.
BLURRED: Final = "img { max-height: 190px; width: auto; filter: blur(6px); }"
GAP: Final = 24
GROUND: Final = (203, 196, 186)


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--into", type=Path, default=ROOT / "docs" / "pictures")
    wanted.add_argument("--run", type=Path, default=ROOT / "build" / "run")
    options = wanted.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    play(options.run)
    take_papers(options.run, options.into)
    with launched(Wishes(name="run", tell=tell), os.environ) as running, chromium() as browser:
        take_verification(browser, running.base_url, options)
        take_timeline(browser, options)
        if "FEIGUI_API_PAGE" in running.environment:
            take_api_page(browser, running.base_url, options.into)
        else:
            tell("no picture of the API page: run `make setup` first")


def tell(line: str) -> None:
    print(f"  … {line}")


def play(into: Path) -> None:
    command = ["-m", "flask", "--app", "server.wiring", "notary", "demo", "run", "--into"]
    subprocess.run([sys.executable, *command, str(into)], cwd=ROOT, check=True)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@contextmanager
def visitor(
    browser: Browser, size: tuple[int, int], *, language: str, scale: float = 1.5
) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale=language,
        device_scale_factor=scale,
    )
    yield context.new_page()
    context.close()


def take_verification(browser: Browser, base_url: str, options: argparse.Namespace) -> None:
    page_url, certificate = f"{base_url}/verify", options.run / "certificate.pdf"
    for language in LANGUAGES:
        with visitor(browser, DESK, language=language) as page:
            found = _upload(page, page_url, certificate)
            keep(
                options.into / f"verification-file.{language}.png", page.screenshot(full_page=True)
            )
            page.goto(found)
            keep(
                options.into / f"verification-valid.{language}.png", page.screenshot(full_page=True)
            )
            page.goto(f"{page_url}/{NOWHERE}")
            keep(
                options.into / f"verification-unknown.{language}.png",
                page.screenshot(full_page=True),
            )
        with visitor(browser, PHONE, language=language) as page:
            shots = [_seen(page, url) for url in (page_url, found, f"{page_url}/{NOWHERE}")]
        keep(options.into / f"verification-phone.{language}.png", side_by_side(shots))


def _upload(page: Page, page_url: str, certificate: Path) -> str:
    """Verify the file; returns where the same certificate is found by its QR code."""
    page.goto(page_url)
    page.set_input_files("#document", certificate)
    page.click("form[enctype] button")
    language = page.locator("html").get_attribute("lang")
    link = page.locator(f".languages a[lang='{language}']").get_attribute("href")
    return f"{page_url.removesuffix('/verify')}{link}"


def _seen(page: Page, url: str) -> bytes:
    page.goto(url)
    return page.screenshot()


def take_timeline(browser: Browser, options: argparse.Namespace) -> None:
    with visitor(browser, (1200, 1400), language="en") as page:
        page.goto((options.run / "timeline.html").resolve().as_uri())
        page.add_style_tag(content=BLURRED)
        keep(options.into / "timeline.png", page.screenshot())


def take_api_page(browser: Browser, base_url: str, into: Path) -> None:
    with visitor(browser, (1360, 850), language="en") as page:
        page.goto(f"{base_url}/docs", wait_until="networkidle")
        page.wait_for_selector("h1")
        keep(into / "api.png", page.screenshot())


def take_papers(run: Path, into: Path) -> None:
    for paper in ("certificate", "deed"):
        stem = run / f"{paper}-page"
        subprocess.run(
            [PDFTOPPM, "-r", "90", "-png", str(run / f"{paper}.pdf"), str(stem)], check=True
        )
        pages = sorted(run.glob(f"{paper}-page-*.png"))
        keep(into / f"{paper}.png", side_by_side([page.read_bytes() for page in pages[:3]]))
        for page in pages:
            page.unlink()


def side_by_side(shots: Sequence[bytes]) -> bytes:
    pictures = [Image.open(BytesIO(shot)).convert("RGB") for shot in shots]
    width = sum(picture.width for picture in pictures) + GAP * (len(pictures) + 1)
    height = max(picture.height for picture in pictures) + 2 * GAP
    together = Image.new("RGB", (width, height), GROUND)
    left = GAP
    for picture in pictures:
        together.paste(picture, (left, GAP))
        left += picture.width + GAP
    return _png(together)


def keep(path: Path, shot: bytes) -> None:
    """Write the picture with few colours, and smaller until it is small enough."""
    picture = Image.open(BytesIO(shot)).convert("RGB")
    content = _png(picture.quantize(256, dither=Image.Dither.NONE))
    while not len(content) <= LARGEST:
        picture = picture.resize((picture.width * 4 // 5, picture.height * 4 // 5))
        content = _png(picture.quantize(256, dither=Image.Dither.NONE))
    path.write_bytes(content)
    tell(f"{path.name}: {picture.width} x {picture.height}, {len(content) // 1024} KiB")


def _png(picture: Image.Image) -> bytes:
    saved = BytesIO()
    picture.save(saved, "PNG", optimize=True)
    return saved.getvalue()


if __name__ == "__main__":
    main()
