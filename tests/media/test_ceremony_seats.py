"""Everybody beside notary and party, by the pages: what each is shown, asked and spared."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.media.conftest import CAMERA, CHROMIUM
from tests.media.sitting import Guest, House, sit
from tests.media.test_ceremony_pages import ANSWERS, LAPTOP, PATIENCE_MS, PHONE, ask_everything

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playwright.sync_api import Browser, Locator, Page, Route

    from server.wiring.launching import Running
    from tests.media.test_ceremony_pages import Seat

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif("FEIGUI_SEATS" not in os.environ, reason="make seats"),
]
GUESTS: Final = {
    "witness": Guest("证人甲", "witness", agrees=False),
    "interpreter": Guest("Interprète Dupont", "interpreter"),
    "agent": Guest("委托人丙", "principal"),
    "observer": Guest("旁听丁", "related_person"),
}
LATER: Final = "consular_witness"
LANGUAGES: Final = {"interpreter": "en", "party": "en", "agent": "en"}
WORDS: Final = {
    "zh-CN": {
        "in": "进入",
        "room": "进入房间",
        "camera": "摄像头正常。",
        "confirm": "笔录无误，我确认",
    },
    "en": {
        "in": "Go in",
        "room": "Go into the room",
        "camera": "The camera works.",
        "confirm": "The record is right, I confirm it",
    },
}
NOT_SURE: Final = "机器比对：不能确定。"
SIGN: Final = {"zh-CN": "签署这份文书", "en": "Sign this deed"}
RIGHT: Final = "委托弟弟代办，是本人自愿的。"


@dataclass
class Assembly:
    house: House
    browser: Browser
    seats: dict[str, Seat]

    def card(self, who: str, key: str) -> Locator:
        return self.seats[who].page.locator(f'[data-card="{key}"]')

    def page_of(self, who: str) -> Page:
        return self.seats[who].page

    def account(self, who: str) -> str:
        return str(self.house.people[who].account)

    def word(self, who: str, code: str) -> str:
        return WORDS[LANGUAGES.get(who, "zh-CN")][code]

    def press(self, who: str, code: str) -> None:
        self.seats[who].press(self.word(who, code))


@pytest.fixture
def assembly(running: Running, small_camera: str) -> Iterator[Assembly]:
    house = House.opened(running, guests=GUESTS)
    house.plan()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*CAMERA, small_camera])
        seats = {who: _down(browser, house, who) for who in ("notary", "party", *GUESTS)}
        yield Assembly(house, browser, seats)
        browser.close()
    house.close()


def _down(browser: Browser, house: House, who: str) -> Seat:
    viewport: Mapping[str, int] = LAPTOP if who == "notary" else PHONE
    language = LANGUAGES.get(who, "zh-CN")
    seat = sit(browser, house, house.people[who], language=language, viewport=viewport)
    if who != "notary":
        # All of them at each other's picture would be forty connections on two cores.
        seat.page.route("**/media-tickets", _sends_only)
    return seat


def _sends_only(route: Route) -> None:
    if "watches" in (route.request.post_data or ""):
        route.abort()
    else:
        route.continue_()


def enter(held: Assembly, who: str) -> None:
    held.press(who, "in")
    if who != "observer":
        held.seats[who].sees(held.word(who, "camera"))
        held.press(who, "room")


def come_in(held: Assembly) -> None:
    """Everybody comes in; whoever only watches is asked for no camera."""
    for who in held.seats:
        enter(held, who)
    held.seats["notary"].press("开放等候室")
    held.seats["observer"].sees("您已进入等候室")
    assert held.seats["observer"].page.locator(".tile.own video").count() == 0


def find_somebody_later(held: Assembly) -> None:
    """Who was not planned is bound to the case and seated by the notary, in the room."""
    person = held.house.people[LATER] = held.house.edge.applicant()
    card = held.card("notary", "later")
    card.get_by_text("增加见证人或翻译").click()
    card.get_by_label("身份").select_option(LATER)
    card.get_by_label("姓名").fill("领事乙")
    card.get_by_label("此人的手机号或邮箱").fill(person.phone)
    card.get_by_role("button", name="登记并安排席位").click()
    held.seats["notary"].sees("席位已安排")
    held.seats[LATER] = _down(held.browser, held.house, LATER)
    enter(held, LATER)
    expect(held.card(LATER, "consent-recording")).to_be_visible(timeout=PATIENCE_MS)


def go_on_at_another_device(held: Assembly) -> None:
    """Another device of the party asks before it takes over; the first stays without a line."""
    house, first = held.house, held.seats["party"]
    again = house.edge.again(house.people["party"])
    second = sit(held.browser, house, again, language="en", viewport=PHONE)
    second.page.route("**/media-tickets", _sends_only)
    second.press("Go in")
    second.sees("The camera works.")
    second.press("Go into the room")
    second.sees("You are in this ceremony already, at another device")
    expect(held.card("party", "taken-over")).to_have_count(0)
    second.press("Go on at this device")
    second.sees("You are in the waiting room")
    first.sees("You have gone on at another device")
    first.press("Go on at this device")
    second.sees("You have gone on at another device")
    expect(held.card("party", "taken-over")).to_have_count(0)
    second.page.context.close()
    came = [e for e in house.ceremony().links if e.kind == "joined"]
    assert [e.body["by"] for e in came].count(house.people["party"].account) == 3


def consent_to_be_recorded(held: Assembly) -> None:
    """Nobody is recorded before everybody has agreed, which the page asks for."""
    notary = held.seats["notary"]
    start = notary.page.get_by_role("button", name="开始并录制")
    expect(start).to_be_disabled(timeout=PATIENCE_MS)
    expect(held.card("observer", "consent-recording")).to_have_count(0)
    for who in ("witness", LATER):
        held.seats[who].press("我已阅读并同意")
    expect(start).to_be_enabled(timeout=PATIENCE_MS)
    start.click()


def identify(held: Assembly) -> None:
    """The notary knows each, and is told of each what is known; the observer is nobody to know."""
    notary = held.seats["notary"]
    notary.sees("尚未核实。")
    held.seats["observer"].sees("您在旁听")
    expect(held.card("notary", f"identify-{held.account('observer')}")).to_have_count(0)
    answer_a_challenge(held)
    for who in ("party", "witness", "interpreter", "consular_witness", "agent"):
        card = held.card("notary", f"identify-{held.account(who)}")
        card.get_by_role("button", name="我已核实其身份").click()
        expect(card).to_have_count(0, timeout=PATIENCE_MS)
    notary.press("确认身份核实完成")


def answer_a_challenge(held: Assembly) -> None:
    """The party is shown what to do, step by step; a picture without a face identifies nobody."""
    asked = held.card("notary", f"identify-{held.account('party')}")
    asked.get_by_role("button", name="请对方做动作").click()
    party, shown = held.seats["party"], held.page_of("party").locator('[data-card^="challenge-"]')
    expect(shown).to_contain_text("Show your face", timeout=PATIENCE_MS)
    expect(asked).to_contain_text("等待对方开始", timeout=PATIENCE_MS)
    veil = held.page_of("party").locator(".veil")
    expect(veil).to_have_count(0)
    party.press("I am ready")
    # Words that say what to do, and then light in colours.
    expect(veil.locator(".says")).not_to_be_empty(timeout=PATIENCE_MS)
    lit = re.compile(r"background: rgb")
    expect(veil).to_have_attribute("style", lit, timeout=PATIENCE_MS)
    expect(veil).to_have_count(0, timeout=PATIENCE_MS)
    # Once it was looked at the card is gone, and the notary is told what was seen.
    expect(shown).to_have_count(0, timeout=PATIENCE_MS)
    expect(asked).to_contain_text(NOT_SURE, timeout=PATIENCE_MS)
    links = held.house.ceremony().links
    begun = [each.body["by"] for each in links if each.kind == "challenge_begun"]
    assert begun == [held.account("party")]


def inform_and_ask(held: Assembly) -> None:
    """Who acts is informed and asked; who was found later is informed; nobody else."""
    for who in ("party", "agent"):
        held.seats[who].press("I have read and understood it")
    held.seats[LATER].press("我已阅读并理解")
    for who in ("witness", "interpreter", "observer"):
        expect(held.card(who, "notice")).to_have_count(0)
    for who in ("party", "agent"):
        ask_everything(held.card("notary", f"ask-{held.account(who)}"))


def keep_record(held: Assembly) -> None:
    """Typed, read back, corrected, countersigned by whose answer it is, and confirmed by all."""
    notary = held.seats["notary"]
    for nth, answer in enumerate(ANSWERS):
        notary.fill("答", answer, nth=nth)
    for who in ("witness", "observer"):
        held.seats[who].sees(ANSWERS[-1])
    notary.press("笔录已宣读")
    held.press("interpreter", "confirm")
    correct(held)
    for who in ("party", "witness", "interpreter", "consular_witness", "agent"):
        held.press(who, "confirm")
    for who in ("observer", "notary"):
        button = held.seats[who].page.get_by_role("button", name=held.word(who, "confirm"))
        expect(button).to_have_count(0)


def correct(held: Assembly) -> None:
    notary = held.seats["notary"]
    card = held.card("notary", "correct")
    card.get_by_label("哪一项").select_option("1")
    card.get_by_label("谁的回答").select_option(held.house.stage.party)
    card.get_by_label("更正后的回答").fill(RIGHT)
    card.get_by_role("button", name="提交更正").click()
    notary.sees("第 2 项更正待")
    party = held.seats["party"]
    party.sees(RIGHT)
    party.sees(ANSWERS[1])
    # It is the party's to countersign, and nobody else's.
    held.seats["witness"].sees(RIGHT)
    assert held.seats["witness"].page.get_by_role("button", name="确认第 2 项的更正").count() == 0
    party.press("Countersign the correction of answer 2")
    expect(notary.page.get_by_text("第 2 项更正待")).to_have_count(0, timeout=PATIENCE_MS)
    card.get_by_role("button", name="笔录已宣读").click()
    # What was confirmed before the correction does not count for it.
    held.seats["interpreter"].sees(held.word("interpreter", "confirm"))


def sign(held: Assembly) -> None:
    """The deed lies open before everybody; two may sign it, the others see its pages."""
    held.seats["notary"].press_until("进入签署", "完成面签")
    for who, seat in held.seats.items():
        expect(seat.page.locator(".deed img")).to_be_visible(timeout=PATIENCE_MS)
        offered = seat.page.get_by_role("button", name=SIGN[LANGUAGES.get(who, "zh-CN")])
        expect(offered).to_have_count(int(who in {"party", "agent"}), timeout=PATIENCE_MS)


def test_everybody_beside_notary_and_party_does_what_the_seat_is_for(assembly: Assembly) -> None:
    come_in(assembly)
    find_somebody_later(assembly)
    go_on_at_another_device(assembly)
    consent_to_be_recorded(assembly)
    identify(assembly)
    inform_and_ask(assembly)
    keep_record(assembly)
    sign(assembly)
    for seat in assembly.seats.values():
        seat.hears_nothing_bad()
        assert seat.complaints == []
    told = [each.kind for each in assembly.house.ceremony().links]
    assert told.count("correction_countersigned") == 1
