"""Everybody beside notary and party, by the pages: what each is shown, asked and spared."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.media.conftest import CAMERA, CHROMIUM
from tests.media.sitting import Guest, House, sit
from tests.media.test_ceremony_pages import ANSWERS, LAPTOP, PATIENCE_MS, PHONE, ask_everything

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playwright.sync_api import Browser, Locator, Route

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
    "consular_witness": Guest("领事乙", "consular_witness"),
    "agent": Guest("委托人丙", "principal"),
    "observer": Guest("旁听丁", "related_person"),
}
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
SIGN: Final = {"zh-CN": "签署这份文书", "en": "Sign this deed"}
RIGHT: Final = "委托弟弟代办，是本人自愿的。"


@dataclass
class Assembly:
    house: House
    seats: dict[str, Seat]

    def card(self, who: str, key: str) -> Locator:
        return self.seats[who].page.locator(f'[data-card="{key}"]')

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
        yield Assembly(house, seats)
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


def come_in(held: Assembly) -> None:
    """Everybody comes in; whoever only watches is asked for no camera."""
    for who, seat in held.seats.items():
        held.press(who, "in")
        if who != "observer":
            seat.sees(held.word(who, "camera"))
            held.press(who, "room")
    held.seats["notary"].press("开放等候室")
    held.seats["observer"].sees("您已进入等候室")
    assert held.seats["observer"].page.locator(".tile.own video").count() == 0


def consent_to_be_recorded(held: Assembly) -> None:
    """Nobody is recorded before the witness has agreed, which the page asks for."""
    notary, witness = held.seats["notary"], held.seats["witness"]
    start = notary.page.get_by_role("button", name="开始并录制")
    expect(start).to_be_disabled(timeout=PATIENCE_MS)
    expect(held.card("observer", "consent-recording")).to_have_count(0)
    witness.press("我已阅读并同意")
    expect(start).to_be_enabled(timeout=PATIENCE_MS)
    start.click()


def identify(held: Assembly) -> None:
    """The notary knows each, and is told of each what is known; the observer is nobody to know."""
    notary = held.seats["notary"]
    notary.sees("尚未核实。")
    held.seats["observer"].sees("您在旁听")
    expect(held.card("notary", f"identify-{held.account('observer')}")).to_have_count(0)
    for who in ("party", "witness", "interpreter", "consular_witness", "agent"):
        card = held.card("notary", f"identify-{held.account(who)}")
        card.get_by_role("button", name="我已核实其身份").click()
        expect(card).to_have_count(0, timeout=PATIENCE_MS)
    notary.press("确认身份核实完成")


def inform_and_ask(held: Assembly) -> None:
    """Who signs is informed and asked; nobody else."""
    for who in ("party", "agent"):
        held.seats[who].press("I have read and understood it")
    for who in ("witness", "interpreter", "consular_witness", "observer"):
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
