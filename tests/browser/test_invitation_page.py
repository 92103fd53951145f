"""From the link of an invitation to the seat, on a telephone, on the platform as it runs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.conftest import CHROMIUM
from tests.functional.case.platform import new_id
from tests.functional.case.staging import good
from tests.functional.case.test_invitations import Guest, planned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from tests.servers.whole import Whole

pytestmark = pytest.mark.browser

PHONE: Final = {"width": 390, "height": 844}
PATIENCE_MS: Final = 20_000
OVERFLOW: Final = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-features=LocalNetworkAccessChecks",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)
PICTURES: Final = os.environ.get("FEIGUI_SCREENSHOTS")
"""Where pictures of the page are left for people to look at."""

WORDS: Final = {
    "en": ("You are invited", "Telephone or e-mail that was invited", "Send me a code",
           "Code from the message", "Take my seat", "Check of your device"),
    "zh-CN": ("邀请您参加面签", "收到邀请的手机号或者电子邮箱", "发送验证码",
              "验证码", "入席", "设备检测"),
}  # fmt: skip


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visits(chromium: Browser) -> Iterator[Callable[[str], tuple[Page, list[str]]]]:
    contexts = []

    def come(language: str) -> tuple[Page, list[str]]:
        context = chromium.new_context(viewport=PHONE, locale=language)  # type: ignore[arg-type]  # a ViewportSize by its names
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        addresses: list[str] = []
        page.on("request", lambda asked: addresses.append(asked.url))
        return page, addresses

    yield come
    for context in contexts:
        context.close()


def picture(page: Page, name: str) -> None:
    assert page.evaluate(OVERFLOW) <= 0  # nobody scrolls sideways
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def link_of(guest: Guest, whole: Whole, language: str) -> str:
    return f"{whole.platform.running.base_url}/ceremony?lang={language}#invitation={guest.token}"


def invited(whole: Whole, language: str) -> Guest:
    guest = planned(whole.case())
    guest.contact = {"email": f"li.{new_id()}@example.com"}
    body = {"party": guest.party, "seat": "witness", "language": language, **guest.contact}
    good(guest.case.notary.post(guest.case.room("/invitations"), body))
    assert guest.case.worker.run()[-1] == "ceremony.invitation.send"
    guest.token = guest.case.worker.sent[-1][1].partition("#invitation=")[2]
    return guest


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_witness_comes_from_the_message_to_the_seat(
    whole: Whole, visits: Callable[[str], tuple[Page, list[str]]], language: str
) -> None:
    title, contact, send, code, take, check = WORDS[language]
    guest, (page, addresses) = invited(whole, language), visits(language)
    page.goto(link_of(guest, whole, language))
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    page.get_by_label(contact).fill(guest.address.upper())
    page.get_by_role("button", name=send).click()
    typed = page.get_by_label(code, exact=True)
    expect(typed).to_be_visible()
    picture(page, f"invitation-{language}")
    outbox = whole.platform.running.outbox.read_text("utf-8").splitlines()
    sent = [each for each in map(json.loads, outbox) if each["to"] == guest.address]
    typed.fill(sent[-1]["code"])
    page.get_by_role("button", name=take).click()
    expect(page.get_by_role("heading", name=check)).to_be_visible()
    picture(page, f"seat-{language}")
    assert guest.token not in page.url
    seated = good(guest.case.notary.get(guest.case.room()))["participants"]
    assert "witness" in {each["seat"] for each in seated}
    logs = "".join(
        path.read_text("utf-8", "replace")
        for path in whole.platform.running.state.rglob("*.log")
        if path.is_file()
    )
    assert "accept_invitation" in logs
    for canary in (guest.token, guest.address):
        assert canary not in logs
        assert [each for each in addresses if canary in each.partition("#")[0]] == []
    # The same link once more says what to do, and whom to ask.
    again, _ = visits(language)
    again.goto(link_of(guest, whole, language))
    expect(again.get_by_role("status")).to_be_visible()
    expect(again.get_by_text("+86 871 0000 0000")).to_be_visible()
    expect(again.get_by_role("alert")).to_have_count(0)
    picture(again, f"spent-{language}")
