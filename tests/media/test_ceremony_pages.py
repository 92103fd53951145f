"""A whole ceremony in two browsers, by the pages that everybody has, and nothing beside them."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyotp
import pytest
from playwright.sync_api import expect

from server.cases.ids import AccountId, CaseId, OfficeId
from server.ceremony.chain import verify_chain
from server.demo.api import Api
from server.demo.journey.applying import apply_for_it
from server.demo.journey.handling import review_it, take_it_in
from server.demo.journey.stage import Specimens, Stage
from server.demo.signing_in import STEP_S, as_staff
from server.demo.timeline import Timeline
from server.transaction import NOBODY, Scope
from server.wiring.commands import PHOTOGRAPHS
from server.wiring.parts import Parts
from tests.eventually import eventually
from tests.servers.whole import WholePlatform

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from playwright.sync_api import Browser, Locator, Page, Response

    from server.cases.case import Case
    from server.ceremony.ceremony import Ceremony
    from server.demo.seeding import Credentials
    from server.wiring.launching import Running

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENCE_MS = 60_000
OFFICE = ("assistant", "notary", "cashier")
ANSWERS = ("欧阳明，现住法国巴黎。", "委托妹妹代办，是本人自愿的。", "清楚，没有异议。")
PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1280, "height": 860}
PICTURES = """[...document.querySelectorAll('.tile:not(.own) video')]
    .some((each) => each.videoWidth > 0 && each.currentTime > 0.5)"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Meeting:
    """A case that waits for its ceremony, and the two people whom it needs."""

    running: Running
    case: str
    phone: str
    notary: Credentials
    spent: int
    """The TOTP step that the notary has used last."""


@pytest.fixture(scope="module")
def meeting(running: Running, people: Mapping[str, Credentials]) -> Meeting:
    portrait, live, stranger = (
        (PHOTOGRAPHS / name).read_bytes() for name in ("obama.jpg", "obama2.jpg", "biden.jpg")
    )
    parts = Parts(running.settings)
    # Signed in once without a message: the only code of this minute is the page's.
    edge = WholePlatform(open_transaction=parts.open_transaction, parts=parts, running=running)
    applicant = edge.applicant()
    stage = Stage(
        timeline=Timeline(tell=lambda _: None),
        applicant=Api(base=running.base_url, token=applicant.token),
        staff={role: as_staff(running.base_url, people[f"km.{role}"]) for role in OFFICE},
        specimens=Specimens(portrait=portrait, live=live, stranger=stranger),
    )
    spent = int(time.time()) // STEP_S
    apply_for_it(stage)
    take_it_in(stage)
    review_it(stage)
    parts.engine.dispose()
    return Meeting(
        running=running,
        case=stage.case,
        phone=applicant.phone,
        notary=people["km.notary"],
        spent=spent,
    )


@dataclass
class Seat:
    """Somebody at a device; everything that the page fetched and complained about is kept."""

    page: Page
    addresses: list[str]
    complaints: list[str]

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).first.click()

    def press_until(self, name: str, comes: str) -> None:
        """Press, and again where the platform was not ready for it yet, as people do."""
        ends = time.monotonic() + PATIENCE_MS / 1000
        while not self.page.get_by_text(comes).first.is_visible():
            assert time.monotonic() < ends, f"{comes} never came"
            button = self.page.get_by_role("button", name=name).first
            if button.is_visible() and button.is_enabled():
                button.click()
            self.page.wait_for_timeout(1500)

    def fill(self, label: str, text: str, *, nth: int = 0) -> None:
        self.page.get_by_label(label, exact=True).nth(nth).fill(text)

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=PATIENCE_MS)
        # Nobody scrolls sideways, whatever the screen.
        assert self.page.evaluate(OVERFLOW) <= 0

    def hears_nothing_bad(self) -> None:
        expect(self.page.get_by_role("alert")).to_have_count(0)


@pytest.fixture
def sit(meeting: Meeting, camera: Callable[[], Browser]) -> Callable[..., Seat]:
    def down(language: str, viewport: Mapping[str, int]) -> Seat:
        context = camera().new_context(viewport=dict(viewport), locale=language)  # type: ignore[arg-type]  # a ViewportSize by its names
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        seat = Seat(page, [], [])
        page.on("response", lambda answer: seat.addresses.append(_address(answer)))
        page.on("pageerror", lambda error: seat.complaints.append(str(error)))
        page.on(
            "console",
            lambda said: (
                seat.complaints.append(said.text)
                if "Content Security Policy" in said.text
                else None
            ),
        )
        page.goto(f"{meeting.running.base_url}/ceremony")
        return seat

    return down


def _address(answer: Response) -> str:
    return answer.url


def sign_in_as_notary(seat: Seat, meeting: Meeting) -> None:
    # A code is good once, and one step ahead of its time at most.
    step = max(meeting.spent + 1, int(time.time()) // STEP_S)
    eventually(lambda: step <= int(time.time()) // STEP_S + 1, within_s=STEP_S)
    meeting.spent = step
    seat.fill("账号", meeting.notary.login)
    seat.fill("密码", meeting.notary.password)
    code = pyotp.TOTP(meeting.notary.totp_secret).generate_otp(step)
    seat.fill("动态口令（六位）", code)
    seat.page.get_by_role("button", name="登录", exact=True).last.click()
    seat.sees("我的面签")


def sign_in_by_code(seat: Seat, running: Running, phone: str) -> None:
    seat.fill("Telephone or e-mail", phone)
    seat.press("Send me a code")
    code = seat.page.get_by_label("Code from the message")
    expect(code).to_be_visible(timeout=PATIENCE_MS)
    code.fill(newest_code(running, phone))
    seat.page.get_by_role("button", name="Sign in", exact=True).first.click()
    seat.sees("Your ceremonies")


def newest_code(running: Running, phone: str) -> str:
    sent = [json.loads(line) for line in running.outbox.read_text("utf-8").splitlines()]
    codes = [str(each["code"]) for each in sent if each["to"] == phone and "code" in each]
    return codes[-1]


def pictures_come(seat: Seat) -> None:
    # Asked from outside: the page's policy lets nobody evaluate a text, a test neither.
    ends = time.monotonic() + PATIENCE_MS / 1000
    while not seat.page.evaluate(PICTURES):
        assert time.monotonic() < ends, "no pictures came"
        seat.page.wait_for_timeout(300)


def test_a_ceremony_is_held_in_two_browsers_from_waiting_room_to_signed_deed(
    meeting: Meeting, sit: Callable[..., Seat]
) -> None:
    notary, party = sit("zh-CN", LAPTOP), sit("en", PHONE)
    sign_in_as_notary(notary, meeting)
    sign_in_by_code(party, meeting.running, meeting.phone)
    notary.press("安排面签")
    notary.press("进入")
    notary.sees("摄像头正常。")
    notary.press("进入房间")
    party.press("Look again")
    party.press("Go in")
    party.sees("The camera works.")
    party.press("Go into the room")
    notary.press("开放等候室")
    party.sees("You are in the waiting room")
    for seat in (notary, party):
        pictures_come(seat)
    notary.press("开始并录制")
    party.sees("The notary talks with you")
    notary.press("我已核实其身份")
    notary.press("确认身份核实完成")
    party.press("I have read and understood it")
    ask_everything(notary.page)
    # What is typed is seen on the other side as it is typed.
    for nth, answer in enumerate(ANSWERS):
        notary.fill("答", answer, nth=nth)
    for answer in ANSWERS:
        party.sees(answer)
    notary.press("笔录已宣读")
    party.press("The record is right")
    party.sees("You have confirmed the record.")
    come_back_after_a_lost_api(meeting, notary, party)
    a_dead_line_is_dead_in_either_language(party)
    come_back_after_a_reload(party)
    notary.press_until("进入签署", "本人在场并愿意签署")
    notary.press("本人在场并愿意签署")
    party.press_until("Sign this deed", "Yes, sign with this device")
    party.press("Yes, sign with this device")
    party.sees("You have signed.")
    notary.press_until("完成面签", "面签已完成")
    # Each page has checked for itself that the chain which it was told holds to its end.
    notary.sees("存证链完整")
    party.sees("The chain holds")
    for seat in (notary, party):
        seat.hears_nothing_bad()
        assert seat.complaints == []
    nothing_personal_was_in_an_address(meeting, notary, party)
    it_is_on_record(meeting)
    signing_in_again_leaves_one_key(notary, meeting)


def ask_everything(where: Page | Locator) -> None:
    """Read every question out, and put down that it was answered as it has to be."""
    yes = where.get_by_label("回答符合要求")
    expect(yes.first).to_be_visible(timeout=PATIENCE_MS)
    for nth in range(yes.count()):
        yes.nth(nth).check()
    where.get_by_role("button", name="记入存证").click()
    expect(yes).to_have_count(0, timeout=PATIENCE_MS)


def come_back_after_a_lost_api(meeting: Meeting, *seats: Seat) -> None:
    """Kill the API in the middle: the pages take up their channel again by themselves."""
    web = meeting.running.processes["web"]
    killed = web.wait_until_ready()
    os.kill(killed, signal.SIGKILL)
    web.wait_until_ready(other_than=killed)
    for seat, word in zip(seats, ("已连接", "Connected"), strict=True):
        seat.sees(word)


def come_back_after_a_reload(seat: Seat) -> None:
    """The tab is loaded anew: the session and the device's key are still there."""
    seat.page.reload()
    seat.sees("Your ceremonies")
    seat.press("Go in")
    seat.press("Go into the room")
    pictures_come(seat)
    seat.sees("You have confirmed the record.")


def signing_in_again_leaves_one_key(seat: Seat, meeting: Meeting) -> None:
    """Its key was replaced by the next one, so that it could sign nothing any longer."""
    before = keys_of_browsers(meeting)
    seat.press("退出登录")
    sign_in_as_notary(seat, meeting)
    after = keys_of_browsers(meeting)
    assert (len(before), len(after)) == (1, 1)
    assert before != after


def keys_of_browsers(meeting: Meeting) -> list[str]:
    parts = Parts(meeting.running.settings)
    with parts.open_transaction(NOBODY) as tx:
        kept = tx.devices.of(AccountId(meeting.notary.account))
    parts.engine.dispose()
    return [each.id for each in kept if each.name == "browser" and each.revoked_at is None]


def a_dead_line_is_dead_in_either_language(seat: Seat) -> None:
    """The channel is refused for good, as to somebody who was put out."""
    channel = re.compile(r"/event-stream\?")
    refusal = {"code": "not_taking_part", "title": "You do not take part in it."}
    seat.page.route(channel, lambda route: route.fulfill(status=403, json=refusal))
    seat.page.reload()
    seat.press("Go in")
    seat.press("Go into the room")
    seat.sees("Not connected")
    seat.press("中文")
    seat.sees("您已确认笔录。")
    expect(seat.page.locator(".line")).to_have_text("⚠ 未连接")
    own = seat.page.locator(".tile.own video")
    expect(own).to_have_attribute("aria-label", re.compile("（您）"))
    seat.press("English")
    expect(seat.page.locator(".line")).to_have_text("⚠ Not connected")
    seat.page.unroute(channel)


def nothing_personal_was_in_an_address(meeting: Meeting, *seats: Seat) -> None:
    for address in (each for seat in seats for each in seat.addresses):
        assert meeting.phone not in address
        assert not re.search(r"token|code=|eyJ", address)


def it_is_on_record(meeting: Meeting) -> None:
    parts = Parts(meeting.running.settings)
    ends = time.monotonic() + PATIENCE_MS / 1000
    # The office's own step comes right after the ceremony's.
    while _looked(parts, meeting)[1].status != "interviewed":
        assert time.monotonic() < ends, "the case did not go on"
    ceremony, case = _looked(parts, meeting)
    parts.engine.dispose()
    verify_chain(ceremony.links)
    kinds = [each.kind for each in ceremony.links]
    assert ceremony.status == "completed"
    assert {"page_shown", "presence_confirmed", "deed_confirmed", "deed_signed"} <= set(kinds)
    tried = [each.body for each in ceremony.links if each.kind == "tech_checked"]
    assert {each["loss_permille"] for each in tried} == {None}
    assert {each.participant for each in ceremony.segments} == {
        each.account for each in ceremony.participants
    }
    assert case.deed is not None
    assert len(case.deed.signed_by) == 1


def _looked(parts: Parts, meeting: Meeting) -> tuple[Ceremony, Case]:
    scope = Scope(office=OfficeId("kunming-demo"), case=CaseId(meeting.case))
    with parts.open_transaction(scope) as tx:
        (held,) = tx.ceremonies.of_case(meeting.case)
        return held, tx.cases.get(CaseId(meeting.case))
