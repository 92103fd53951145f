"""A whole case over the public API, its ceremony held in two browsers, recorded by the platform."""

from __future__ import annotations

import hashlib
import itertools
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from server.cases.ids import CaseId, OfficeId
from server.ceremony.ceremony import Ceremony, CeremonyId
from server.ceremony.gaps import GAP, UNNOTICED_MS
from server.ceremony.verifying import verify_recording
from server.demo.api import CallRefused
from server.demo.journey.applying import apply_for_it, consent
from server.demo.journey.handling import conclude_it, issue_it, review_it, take_it_in
from server.demo.journey.meeting import meet
from server.demo.journey.room import once_recorded
from server.demo.journey.stage import Guest, Specimens, Stage
from server.demo.running import CAST
from server.demo.signing_in import as_applicant, as_staff, fictional_phone
from server.demo.timeline import Timeline
from server.transaction import Scope
from server.wiring.commands import PHOTOGRAPHS
from server.wiring.parts import Parts, now
from storage.objects import Digest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from playwright.sync_api import Browser, Page

    from server.demo.api import Api
    from server.demo.seeding import Credentials
    from server.wiring.launching import Running

pytestmark = [pytest.mark.browser, pytest.mark.slow]
OFFICE = OfficeId("kunming-demo")
PATIENCE_S = 60.0
SEAT = Path(__file__).with_name("page.html").read_text("utf-8")


@dataclass
class LiveRecording:
    """People at their browsers, sending and watching; the platform records."""

    open_seat: Callable[[], Page]
    running: Running
    pages: dict[str, Page] = field(default_factory=dict)
    in_the_middle: Callable[[], None] = lambda: None
    camera: dict[str, int] | None = None
    """What each is asked for; the page's own picture otherwise."""

    def begin(self, stage: Stage) -> None:
        seats = seated(stage)
        for who, api in seats.items():
            self.pages[who] = self.open_seat()
            if self.camera is not None:
                self.pages[who].evaluate("(camera) => { window.camera = camera; }", self.camera)
            assert self.leg(who, "publish", _ticket(stage, api))["status"] == 201
        accounts = _accounts(stage)
        self.until(lambda: len(_line(self.running, stage, "line_published")) == len(seats))
        for who, api in seats.items():
            # Everybody sees the notary; the notary sees everybody.
            for other in seats.keys() - {"notary"} if who == "notary" else {"notary"}:
                ticket = _ticket(stage, api, watches=accounts[other])
                assert self.leg(who, "watch", ticket)["status"] == 201
        for page in self.pages.values():
            self.until(lambda page=page: page.evaluate("framesSeen()") > 15)  # type: ignore[misc]  # bound at once
        self.in_the_middle()

    def end(self, stage: Stage) -> None:
        accounts = set(_accounts(stage).values())
        self.until(
            lambda: {e.participant for e in _ceremony(self.running, stage).segments} == accounts
        )
        notary = stage.staff["notary"]
        path = stage.path(f"/ceremonies/{stage.ceremony}")
        with pytest.raises(CallRefused) as refusal:
            notary.post(f"{path}/steps", {"step": "complete"})
        assert refusal.value.code == "recording_under_way"

        def handed_over() -> bool:
            closing = once_recorded(lambda: notary.post(f"{path}/media-room/close"))
            return closing["handed_over"] is True

        self.until(handed_over)

    def leg(self, who: str, act: str, ticket: dict[str, Any]) -> Any:  # noqa: ANN401  # JSON
        return self.pages[who].evaluate(
            "([act, url, token, ways]) => window[act](url, token, ways)",
            [act, ticket["url"], ticket["token"], self.ways(who, ticket)],
        )

    def ways(self, who: str, ticket: dict[str, Any]) -> dict[str, Any]:  # others differ
        """Return what `RTCPeerConnection` is told by a ticket."""
        servers, policy = ticket["ice_servers"], ticket["ice_transport_policy"]
        return {"iceServers": servers, "iceTransportPolicy": policy}

    def until(self, holds: Callable[[], bool]) -> None:
        ends = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < ends, "it never came to this"
            self.pages["party"].wait_for_timeout(300)


def seated(stage: Stage) -> dict[str, Api]:
    """Return everybody's device by the seat."""
    guests = {each.seat: each.api for each in stage.guests}
    return {"party": stage.applicant, "notary": stage.staff["notary"], **guests}


def _ticket(stage: Stage, api: Api, **wish: str) -> dict[str, Any]:
    path = stage.path(f"/ceremonies/{stage.ceremony}/media-tickets")
    ticket: dict[str, Any] = api.post(path, wish).body
    return ticket


def _accounts(stage: Stage) -> dict[str, str]:
    seen = stage.staff["notary"].get(stage.path(f"/ceremonies/{stage.ceremony}"))
    return {each["seat"]: each["account"] for each in seen["participants"]}


def _ceremony(running: Running, stage: Stage) -> Ceremony:
    parts = Parts(running.settings)
    with parts.open_transaction(Scope(office=OFFICE, case=CaseId(stage.case))) as tx:
        found = tx.ceremonies.get(CeremonyId(stage.ceremony))
    parts.engine.dispose()
    return found


def _line(running: Running, stage: Stage, kind: str) -> list[str]:
    return [str(e.body["by"]) for e in _ceremony(running, stage).links if e.kind == kind]


@pytest.fixture
def open_seat(running: Running, camera: Callable[[], Browser]) -> Callable[[], Page]:
    return seats_at(running, camera)


def seats_at(running: Running, camera: Callable[[], Browser]) -> Callable[[], Page]:
    """Return what opens a device of its own for each, where the platform's own page would be."""

    def opened() -> Page:
        page = camera().new_page()
        page.route(
            f"{running.base_url}/seat",
            lambda route: route.fulfill(body=SEAT, content_type="text/html"),
        )
        page.goto(f"{running.base_url}/seat")
        return page

    return opened


@pytest.fixture
def stage(running: Running, people: Mapping[str, Credentials]) -> Stage:
    return taken_to_the_ceremony(running, people)


def taken_to_the_ceremony(
    running: Running, people: Mapping[str, Credentials], *, guests: Sequence[str] = ()
) -> Stage:
    """Take a case up to its ceremony, everybody at a device of their own.

    ``guests``: seats of others who are in it.
    """
    photographs = (PHOTOGRAPHS / name for name in ("obama.jpg", "obama2.jpg", "biden.jpg"))
    portrait, live, stranger = (each.read_bytes() for each in photographs)
    stage = Stage(
        timeline=Timeline(tell=lambda _: None),
        applicant=as_applicant(running.base_url, fictional_phone(), running.outbox),
        staff={role: as_staff(running.base_url, people[f"km.{role}"]) for role in CAST},
        specimens=Specimens(portrait=portrait, live=live, stranger=stranger),
    )
    apply_for_it(stage)
    take_it_in(stage)
    stage.guests = [_guest(running, stage, seat) for seat in guests]
    review_it(stage)
    return stage


def _guest(running: Running, stage: Stage, seat: str) -> Guest:
    """Bind somebody to the case who has signed in and agreed to what everybody agrees to."""
    phone = fictional_phone()
    api = as_applicant(running.base_url, phone, running.outbox)
    bound = stage.staff["assistant"].post(
        stage.path("/witnesses"), {"name": "见证人", "nationality": "CN", "phone": phone}
    )
    mine = replace(stage, applicant=api, party=bound["id"])
    consent(mine, api)
    return Guest(party=bound["id"], seat=seat, api=api)


def held(running: Running, stage: Stage) -> list[bytes]:
    """Check the ceremony as it was left, and return its segments as they were stored."""
    ceremony, parts = _ceremony(running, stage), Parts(running.settings)
    verify_recording(ceremony)
    kept = [parts.get(OFFICE, Digest(each.sha256)) for each in ceremony.segments]
    parts.engine.dispose()
    for segment, content in zip(ceremony.segments, kept, strict=True):
        assert hashlib.sha256(content).hexdigest() == segment.sha256
        assert len(content) == segment.size
    began = next(e.at for e in ceremony.links if e.kind == "start_recording")
    for account in {each.participant for each in ceremony.segments}:
        own = [each for each in ceremony.segments if each.participant == account]
        assert all(a.ends_ms <= b.starts_ms for a, b in itertools.pairwise(own))
        # What happened falls into what was recorded: the deed was confirmed on video.
        (signed,) = [e.at for e in ceremony.links if e.kind == "deed_confirmed"]
        since = datetime.fromisoformat(signed) - datetime.fromisoformat(began)
        at = since.total_seconds() * 1000
        assert any(each.starts_ms <= at <= each.ends_ms for each in own)
    return kept


def plays(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    said = subprocess.run(
        ["ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames", path],
        check=True,
        capture_output=True,
    )
    assert said.stderr == b""


def test_a_ceremony_of_two_ends_in_a_certificate(
    running: Running, stage: Stage, open_seat: Callable[[], Page], tmp_path: Path
) -> None:
    meet(stage, at=now(), recording=LiveRecording(open_seat, running))
    for content in held(running, stage):
        plays(content, tmp_path / "segment.webm")
    conclude_it(stage)
    issue_it(stage)
    assert stage.read(stage.staff["notary"])["status"] == "issued"


def test_a_ceremony_of_four_ends_in_a_certificate(
    running: Running,
    people: Mapping[str, Credentials],
    camera: Callable[[], Browser],
    tmp_path: Path,
) -> None:
    stage = taken_to_the_ceremony(running, people, guests=("witness", "interpreter"))
    browser = camera()
    opened = seats_at(running, lambda: browser)
    # Four small pictures: two cores encode and decode all of them.
    recording = LiveRecording(opened, running, camera={"width": 160, "height": 120, "frameRate": 8})
    meet(stage, at=now(), recording=recording)
    kept = held(running, stage)
    accounts = [each.participant for each in _ceremony(running, stage).segments]
    assert set(accounts) == set(_accounts(stage).values())
    assert len(set(accounts)) == 4  # the notary, the party and both guests
    for content in kept:
        plays(content, tmp_path / "segment.webm")
    conclude_it(stage)
    issue_it(stage)
    assert stage.read(stage.staff["notary"])["status"] == "issued"


def test_a_killed_worker_is_back_and_what_it_recorded_is_there(
    running: Running, stage: Stage, open_seat: Callable[[], Page], tmp_path: Path
) -> None:
    recording = LiveRecording(open_seat, running)

    def kill() -> None:
        recording.pages["party"].wait_for_timeout(6000)
        worker = running.processes["media"]
        killed = worker.wait_until_ready()
        os.kill(killed, signal.SIGKILL)
        worker.wait_until_ready(other_than=killed)
        for who, api in (("party", stage.applicant), ("notary", stage.staff["notary"])):
            assert recording.leg(who, "publish", _ticket(stage, api))["status"] == 201
        # The act goes on when both are recorded again, and not before.
        recording.until(lambda: len(_line(running, stage, "line_published")) == 4)
        recording.pages["party"].wait_for_timeout(4000)

    recording.in_the_middle = kill
    meet(stage, at=now(), recording=recording)
    kept = held(running, stage)
    ceremony = _ceremony(running, stage)
    for account in _accounts(stage).values():
        own = [each for each in ceremony.segments if each.participant == account]
        ((before, after),) = [
            (a, b) for a, b in itertools.pairwise(own) if b.starts_ms - a.ends_ms > UNNOTICED_MS
        ]
        # Of at least six seconds that were recorded, at most two are lost.
        assert before.ends_ms - own[0].starts_ms >= 4000
        # The gap is on record: the next segment begins where pictures came again.
        gap = next(e.body for e in ceremony.links if e.kind == GAP and e.body["by"] == account)
        assert (gap["from_ms"], gap["to_ms"]) == (before.ends_ms, after.starts_ms)
        assert account in _line(running, stage, "line_left")
    for content in kept:
        plays(content, tmp_path / "segment.webm")
