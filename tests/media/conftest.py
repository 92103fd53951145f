"""Chromium with a made-up camera and microphone, and a seat that it can take."""

from __future__ import annotations

import shutil
import tempfile
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from playwright.sync_api import sync_playwright

from server.embedded.account import server_account
from server.embedded.janus import API_SECRET, ROOM_KEY, start_janus
from server.embedded.state import opened_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from server.embedded.supervisor import Supervised

CHROMIUM = "/usr/bin/chromium"
CAMERA = (
    "--no-sandbox",
    "--disable-gpu",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    # A page that the test hands in has no address; Chromium then asks before it may reach
    # this machine, and nobody is there to answer.
    "--disable-features=LocalNetworkAccessChecks",
)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        pass


@pytest.fixture(scope="module")
def seat() -> Iterator[str]:
    """Where the page of a seat is served."""

    class Seat(_Quiet):
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, directory=str(Path(__file__).parent), **kwargs)  # type: ignore[arg-type]  # as the base class hands them on

    server = ThreadingHTTPServer(("127.0.0.1", 0), Seat)
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture
def camera() -> Iterator[Callable[..., Browser]]:
    """Return what opens one more browser: each participant sits at a device of his own.

    It takes further arguments of Chromium's, such as another camera.
    """
    with sync_playwright() as playwright:
        browsers = []

        def opened(*more: str) -> Browser:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*CAMERA, *more])
            browsers.append(browser)
            return browser

        yield opened
        for browser in browsers:
            browser.close()


@pytest.fixture
def small_camera(tmp_path: Path) -> str:
    """A camera so small that seven of them cost next to nothing."""
    picture = np.full((96, 128, 3), 140, np.uint8)
    cv2.circle(picture, (64, 48), 30, (90, 120, 170), -1)
    film = b"YUV4MPEG2 W128 H96 F5:1\nFRAME\n"
    path = tmp_path / "small.y4m"
    path.write_bytes(film + cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420).tobytes())
    return f"--use-file-for-fake-video-capture={path}"


@pytest.fixture
def take_seat(seat: str, camera: Callable[[], Browser]) -> Callable[[], Page]:
    def taken() -> Page:
        page = camera().new_page()
        page.goto(f"{seat}/page.html")
        return page

    return taken


@pytest.fixture(scope="module")
def janus() -> Iterator[tuple[Supervised, str]]:
    """Return a Janus server, and what a worker is told of it: address, secret, room key."""
    # Not pytest's own folder: the servers' user has to get there.
    folder = Path(tempfile.mkdtemp(prefix="feigui-janus-"))
    with opened_state(folder) as state:
        server, url = start_janus(state, server_account())
        try:
            yield server, f"{url} {state.secret(API_SECRET)} {state.secret(ROOM_KEY)}"
        finally:
            server.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(CAMERA))
        yield opened
        opened.close()


@pytest.fixture
def sit_down(seat: str, browser: Browser) -> Iterator[Callable[[], Page]]:
    pages: list[Page] = []

    def sat_down() -> Page:
        page = browser.new_context().new_page()
        page.goto(f"{seat}/page.html")
        pages.append(page)
        return page

    yield sat_down
    for page in pages:
        page.context.close()
