"""A couple before one telephone: each signs in, acts and signs alone, at the page of everybody."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect, sync_playwright

from server.ceremony.chain import verify_chain
from tests.media.conftest import CAMERA, CHROMIUM
from tests.media.sitting import Guest, House, sit
from tests.media.test_ceremony_pages import (
    ANSWERS,
    LAPTOP,
    OVERFLOW,
    PATIENCE_MS,
    PHONE,
    ask_everything,
    newest_code,
    pictures_come,
    sign_in_by_code,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator

    from server.wiring.launching import Running
    from tests.media.test_ceremony_pages import Seat

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif("FEIGUI_SEATS" not in os.environ, reason="make seats"),
]
SPOUSE: Final = "spouse"
NAME: Final = "李小红"
IDENTIFY: Final = "我已核实其身份"
PRESENT: Final = "本人在场并愿意签署"


@pytest.fixture
def couple(running: Running) -> Iterator[House]:
    # 委托人: whose deed it is as well, so that both sign.
    house = House.opened(running, guests={SPOUSE: Guest(NAME, "principal")})
    think_again_of_being_recorded(house)
    yield house
    house.close()


@pytest.fixture
def seats(couple: House, small_camera: str) -> Iterator[tuple[Seat, Seat]]:
    """Return the notary's page, and the one telephone, where nobody is signed in yet."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*CAMERA, small_camera])
        notary = couple.people["notary"]
        yield (
            sit(browser, couple, notary, language="zh-CN", viewport=LAPTOP),
            sit(browser, couple, None, language="en", viewport=PHONE),
        )
        browser.close()


def think_again_of_being_recorded(house: House) -> None:
    """So that the page has to ask before the camera takes this person in."""
    stage, api = house.stage, house.api(SPOUSE)
    given = [each for each in stage.read(api)["consents"] if each["purpose"] == "recording"]
    stage.change(api, api.post, f"/consents/{given[-1]['id']}/withdrawal")


def test_a_couple_holds_a_ceremony_at_one_telephone(
    couple: House, seats: tuple[Seat, Seat]
) -> None:
    notary, phone = seats
    sign_in_by_code(phone, couple.running, couple.people["party"].phone)
    come_in(notary, phone)
    sit_down_beside(phone, couple)
    pictures_come(notary)
    # Both names stand in the one picture.
    expect(notary.page.locator(".tile:not(.own) b")).to_have_count(2, timeout=PATIENCE_MS)
    notary.press("开始并录制")
    phone.sees("The notary talks with you")
    identify_each(notary)
    inform_and_ask_each(couple, notary, phone)
    keep_record(notary, phone)
    come_back_together(phone)
    sign_each(notary, phone)
    notary.press("完成面签")
    notary.sees("面签已完成")
    phone.sees("存证链完整")
    for seat in seats:
        seat.hears_nothing_bad()
        assert seat.complaints == []
    it_is_on_record(couple)


def come_in(notary: Seat, phone: Seat) -> None:
    # Others of the office's cases may wait for their ceremonies as well.
    own = notary.page.locator(".list li", has_text=NAME)
    own.get_by_role("button", name="安排面签").click()
    own.get_by_role("button", name="进入").click()
    notary.sees("摄像头正常。")
    notary.press("进入房间")
    phone.press("Look again")
    phone.press("Go in")
    phone.sees("The camera works.")
    phone.press("Go into the room")
    notary.press("开放等候室")
    phone.sees("You are in the waiting room")


def sit_down_beside(phone: Seat, couple: House) -> None:
    phone.press("Another person at this device")
    card = phone.page.locator('[data-card="beside"]')
    phone.press("中文")
    phone.sees("坐在您身边的人")
    phone.press("English")
    contact = couple.people[SPOUSE].phone
    card.get_by_label("Telephone").fill(contact)
    card.get_by_role("button", name="Send me a code").click()
    code = card.get_by_label("Code from the message")
    expect(code).to_be_visible(timeout=PATIENCE_MS)
    code.fill(newest_code(couple.running, contact))
    card.get_by_role("button", name="Sign in", exact=True).click()
    card.get_by_role("button", name="I have read it and agree").click()
    phone.sees("Who acts now:")


def act_as(phone: Seat, hand: int) -> None:
    """Hand the telephone over: 0 is whose it is."""
    button = phone.page.locator(".hand").nth(hand)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert phone.page.evaluate(OVERFLOW) <= 0


def waits(seat: Seat, name: str) -> Locator:
    return seat.page.get_by_role("button", name=name)


def identify_each(notary: Seat) -> None:
    expect(waits(notary, IDENTIFY)).to_have_count(2, timeout=PATIENCE_MS)
    # Nobody is offered to have faces compared by machine before a camera that is shared.
    expect(waits(notary, "比对人脸")).to_have_count(0)
    for left in (1, 0):
        notary.press(IDENTIFY)
        expect(waits(notary, IDENTIFY)).to_have_count(left, timeout=PATIENCE_MS)
    notary.press("确认身份核实完成")


def inform_and_ask_each(couple: House, notary: Seat, phone: Seat) -> None:
    for hand in (1, 0):
        act_as(phone, hand)
        phone.press("I have read and understood it")
        expect(waits(phone, "I have read and understood it")).to_have_count(0, timeout=PATIENCE_MS)
    for who in ("party", SPOUSE):
        account = couple.people[who].account
        ask_everything(notary.page.locator(f'[data-card="ask-{account}"]'))


def keep_record(notary: Seat, phone: Seat) -> None:
    for nth, answer in enumerate(ANSWERS):
        notary.fill("答", answer, nth=nth)
    for answer in ANSWERS:
        phone.sees(answer)
    notary.press("笔录已宣读")
    for hand in (0, 1):
        act_as(phone, hand)
        phone.press("The record is right")
        phone.sees("You have confirmed the record.")


def come_back_together(phone: Seat) -> None:
    """The tab is loaded anew: both sessions are still there, and both are in again."""
    phone.page.reload()
    phone.press("Go in")
    phone.press("Go into the room")
    phone.sees("Who acts now:")


def sign_each(notary: Seat, phone: Seat) -> None:
    notary.press_until("进入签署", PRESENT)
    for hand in (0, 1):
        # For the second the word is given anew: the file has a signature more.
        expect(waits(notary, PRESENT)).to_have_count(2 - hand, timeout=PATIENCE_MS)
        notary.press(PRESENT)
        notary.sees("您已确认本人在场并愿意签署。")
        act_as(phone, hand)
        phone.press_until("Sign this deed", "Yes, sign with this device")
        phone.press("Yes, sign with this device")
        phone.sees("You have signed.")
    phone.press("中文")
    phone.sees("现在由谁操作：")


def it_is_on_record(couple: House) -> None:
    ceremony, case = couple.on_record()
    verify_chain(ceremony.links)
    came = {each.body["by"] for each in ceremony.links if each.body.get("device_of")}
    agreed = {each.body["by"] for each in ceremony.links if each.kind == "deed_confirmed"}
    assert came == {couple.people[SPOUSE].account}
    assert agreed == came | {couple.people["party"].account}
    # Of the companion there is no recording but the carrier's.
    assert not came & {each.participant for each in ceremony.segments}
    assert case.deed is not None
    assert set(case.deed.signed_by) == {couple.stage.party, couple.guests[SPOUSE]}
