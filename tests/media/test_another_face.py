"""Somebody else before the camera half-way: whole ceremonies, by the pages and the real engines.

The camera of the party is a file that the test writes; everything behind it is real: what
Chromium encodes, what the platform receives, keeps, decodes and compares. `make faces`: it
takes three minutes.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from server.demo.api import CallRefused
from server.demo.journey.room import (
    inform_and_ask,
    keep_record,
    once_recorded,
    show_pages,
    take_step,
)
from server.wiring.parts import now
from tests.media.puppet import Answer, Puppet, on_a_card, sitter_of
from tests.media.sitting import House, sit
from tests.media.test_ceremony_pages import LAPTOP, PATIENCE_MS, PHONE, pictures_come
from tests.simulated.photographs import public_photographs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from server.wiring.launching import Running
    from tests.functional.case.platform import Person
    from tests.media.test_ceremony_pages import Seat

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif("FEIGUI_FACES" not in os.environ, reason="make faces"),
]
TRIES = 3


@pytest.fixture
def house(running: Running) -> Iterator[House]:
    made = House.opened(running, portrait=on_a_card(public_photographs()[0]))
    made.plan()
    yield made
    made.close()


@pytest.fixture
def puppets(tmp_path: Path) -> Iterator[tuple[Puppet, Puppet]]:
    """The cameras of the person on the card and of somebody else."""
    pictures = public_photographs()[:2]
    made = [
        Puppet(tmp_path / f"camera-{n}.y4m", sitter_of(each)) for n, each in enumerate(pictures)
    ]
    yield (made[0], made[1])
    for each in made:
        each.close()


class Act:
    """The notary at one browser, the party at another with a camera of the test's."""

    def __init__(self, house: House, launch: Callable[..., Browser], camera: Puppet) -> None:
        self.house, self._launch, self.camera = house, launch, camera
        self.notary = self._sit("notary", house.people["notary"], "zh-CN", LAPTOP)
        self.party = self.comes(house.people["party"], camera)

    def comes(self, person: Person, camera: Puppet) -> Seat:
        """Let ``person`` sit down at a device whose camera is ``camera``."""
        return self._sit("party", person, "en", PHONE, *camera.arguments)

    def _sit(
        self, who: str, person: Person, language: str, viewport: dict[str, int], *more: str
    ) -> Seat:
        seat = sit(self._launch(*more), self.house, person, language=language, viewport=viewport)
        seat.press("进入" if who == "notary" else "Go in")
        seat.sees("摄像头正常。" if who == "notary" else "The camera works.")
        seat.press("进入房间" if who == "notary" else "Go into the room")
        return seat

    def takes_over(self) -> None:
        """Go on at this device, where the page asks: the other one was there a moment ago."""
        page = self.party.page
        asked = page.get_by_role("button", name="Go on at this device")
        expect(asked.or_(page.locator(".room"))).to_be_visible(timeout=PATIENCE_MS)
        if asked.is_visible():
            asked.click()

    def leaves(self) -> None:
        """Let the party go, device and all."""
        browser = self.party.page.context.browser
        if browser is not None:
            browser.close()

    def begin(self) -> None:
        self.notary.press("开放等候室")
        self.party.sees("You are in the waiting room")
        for seat in (self.notary, self.party):
            pictures_come(seat)
        self.notary.press("开始并录制")
        self.party.sees("The notary talks with you")

    def is_known_by_the_face(self) -> None:
        """Have the notary ask for a live face until the platform has seen it, as people do."""
        for seed in range(1, TRIES + 1):
            self._answers(seed)
            if self.house.of("party")["identified_by"] == "face":
                return
        raise AssertionError(self.house.of("party"))

    def _answers(self, seed: int) -> None:
        looked = len(self._looks())
        self.notary.press("请对方做动作")
        self.party.sees("Show your face")
        asked = self._challenge()
        answer = Answer.to(bytes.fromhex(asked["nonce"]), self.camera.sitter, seed=seed)
        with self.party.page.expect_response(lambda said: said.url.endswith("/events")):
            self.party.press("I am ready")
        answer.given_by(self.camera)
        # The notary's page has it looked at by itself.
        self.until(lambda: len(self._looks()) > looked)

    def _challenge(self) -> dict[str, str]:
        links = [each for each in self.house.ceremony().links if each.kind == "challenge_set"]
        return {name: str(value) for name, value in links[-1].body.items()}

    def _looks(self) -> list[object]:
        return [each for each in self.house.ceremony().links if each.kind == "face_looked"]

    def until(self, holds: Callable[[], bool]) -> None:
        ends = time.monotonic() + PATIENCE_MS / 1000
        while not holds():
            assert time.monotonic() < ends, "it never came to this"
            self.notary.page.wait_for_timeout(300)

    def looks(self) -> str:
        """Let the platform look at the party now; return what it saw."""
        notary = self.house.notary
        account = self.house.of("party")["account"]
        notary.wait(notary.post(self.house.room("/looks"), {"account": account}))
        return str(self.house.of("party")["last_seen"])

    def recorded_anew(self) -> None:
        """Wait until what the camera shows now is in the evidence store."""
        account = self.house.of("party")["account"]

        def segments() -> int:
            return sum(e.participant == account for e in self.house.ceremony().segments)

        had = segments()
        self.until(lambda: segments() >= had + 2)

    def to_signing(self) -> None:
        """Go on to where the deed lies open, every page of it seen."""
        stage = self.house.stage
        stage.staff = {**stage.staff, "notary": self.house.notary}
        take_step(stage, "confirm_identities")
        inform_and_ask(stage)
        keep_record(stage, at=now())
        take_step(stage, "open_signing")
        show_pages(stage)

    def signs(self) -> list[str]:
        """Let the party's own device agree to the deed; return for what it was refused."""
        party, path = self.house.api("party"), self.house.stage.path
        agreed = party.agree(self.house.stage.case, "sign_deed", party.content(path("/deed")))
        deed = party.get(self.house.room("/act"))["deed"]["sha256"]
        body = {"ceremony_id": self.house.stage.ceremony, "deed_sha256": deed, "step_up": agreed}
        try:
            party.wait(once_recorded(lambda: party.post(path("/deed/signatures"), body)))
        except CallRefused as refused:
            return list(refused.reasons)
        return []


def test_a_camera_that_shows_somebody_else_half_way_stops_the_signing(
    house: House, camera: Callable[..., Browser], puppets: tuple[Puppet, Puppet]
) -> None:
    own, stranger = puppets
    act = Act(house, camera, own)
    act.begin()
    act.is_known_by_the_face()
    act.to_signing()
    own.becomes(stranger.sitter)
    act.recorded_anew()
    assert act.looks() == "other"
    assert act.signs() == ["face_of_somebody_else"]
    act.notary.sees("画面中出现过他人面部")


def test_somebody_else_who_comes_back_on_another_device_is_nobody_who_was_identified(
    house: House, camera: Callable[..., Browser], puppets: tuple[Puppet, Puppet]
) -> None:
    own, stranger = puppets
    act = Act(house, camera, own)
    act.begin()
    act.recorded_anew()
    assert act.looks() == "same"
    act.notary.press("我已核实其身份")
    act.until(lambda: bool(house.of("party")["identified"]))
    act.to_signing()
    act.leaves()
    # The same account, signed in once more where somebody else sits.
    act.party = act.comes(house.edge.again(house.people["party"]), stranger)
    act.takes_over()
    act.recorded_anew()
    assert "participant_to_identify_again" in act.signs()
    act.notary.sees("更换了设备，须重新核实。")
    assert act.looks() == "other"
    act.notary.sees("机器比对：不是同一人。")
    # The notary's word does not go over it before it was looked at three times.
    act.notary.press("我已核实其身份")
    act.notary.sees("视频中的面部与本人不符")
    assert "participant_to_identify_again" in act.signs()
    assert "deed_confirmed" not in {each.kind for each in house.ceremony().links}
