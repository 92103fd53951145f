"""Two and more at real cameras: who is let in, what is seen, what is kept.

The worker is the real one, in a thread of its own; the desk stands for the platform
and keeps in memory what it is given.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from server.media.rooms import EmbeddedEngine
from server.media.web import application
from server.media.worker import MediaWorker, RoomState, Standing, WorkerPorts
from tests.media.tickets import KEY, ticket
from tests.playing import played

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from playwright.sync_api import Page

    from server.ceremony.lines import Line
    from server.media.engine import Engine
    from server.media.spool import Entry
    from server.media.worker import RoomName

pytestmark = pytest.mark.browser
PATIENCE_S = 40.0


@dataclass
class DeskInMemory:
    state: RoomState = RoomState.OPEN
    delivered: list[tuple[Entry, bytes]] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    away: bool = False
    lines: dict[str, Line] = field(default_factory=dict)

    def hold(self, room: RoomName) -> Standing:
        if self.away:
            raise OSError
        return Standing(state=self.state)

    def deliver(self, room: RoomName, entry: Entry, content: bytes) -> None:
        if self.away:
            raise OSError
        self.delivered.append((entry, content))

    def happened(self, room: RoomName, what: str, participant: str) -> None:
        if self.away:
            raise OSError
        self.told.append((what, participant))

    def measured(self, room: RoomName, lines: Sequence[Line]) -> None:
        if self.away:
            raise OSError
        self.lines = {each.participant: each for each in lines}

    def release(self, room: RoomName) -> None:
        self.released.append(room.ceremony)


@dataclass
class Running:
    url: str
    desk: DeskInMemory
    worker: MediaWorker
    loop: asyncio.AbstractEventLoop
    runner: web.AppRunner
    thread: threading.Thread

    def end(self) -> None:
        """As SIGTERM ends it: segments are closed, what is not delivered stays."""
        self.soon(self.worker.stop())
        self.soon(self.runner.cleanup())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def soon(self, asked: Any) -> None:  # noqa: ANN401  # any coroutine
        asyncio.run_coroutine_threadsafe(asked, self.loop).result(timeout=20)


def start(spool: Path, desk: DeskInMemory, *, engine: Engine | None = None) -> Running:
    loop = asyncio.new_event_loop()
    ports = WorkerPorts(
        desk=desk,
        spool=spool,
        boot=secrets.token_hex(4),
        seconds=time.time,
        engine=engine or EmbeddedEngine(),
    )
    worker = MediaWorker(ports)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def up() -> tuple[web.AppRunner, int]:
        runner = web.AppRunner(application(worker, key=KEY, seconds=time.time, origin="*"))
        await runner.setup()
        await worker.start()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return runner, runner.addresses[0][1]

    runner, port = asyncio.run_coroutine_threadsafe(up(), loop).result(timeout=20)
    return Running(f"http://127.0.0.1:{port}", desk, worker, loop, runner, thread)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    started = start(tmp_path / "spool", DeskInMemory())
    yield started
    started.end()


@pytest.fixture
def at_a_seat(running: Running, take_seat: Callable[[], Page]) -> tuple[Running, Page]:
    return running, take_seat()


def publish(page: Page, running: Running, token: str, leg: str = "whip") -> Any:  # noqa: ANN401  # JSON
    return page.evaluate("([url, token]) => publish(url, token)", [f"{running.url}/{leg}", token])


def watch(page: Page, running: Running, token: str, leg: str = "whep") -> Any:  # noqa: ANN401  # JSON
    return page.evaluate("([url, token]) => watch(url, token)", [f"{running.url}/{leg}", token])


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait for something that the network brings about; the page goes on meanwhile."""
    ends = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < ends, "it never came to this"
        page.wait_for_timeout(100)


def test_two_see_each_other_and_all_of_it_is_kept(
    running: Running, take_seat: Callable[[], Page], tmp_path: Path
) -> None:
    desk, party, notary = running.desk, take_seat(), take_seat()
    assert publish(party, running, ticket("party"))["status"] == 201
    assert publish(notary, running, ticket("notary"))["status"] == 201
    until(party, lambda: {("published", "party"), ("published", "notary")} <= set(desk.told))
    assert watch(notary, running, ticket("notary", watches="party"))["status"] == 201
    assert watch(party, running, ticket("party", watches="notary"))["status"] == 201
    until(party, lambda: party.evaluate("framesSeen()") > 15)
    until(notary, lambda: notary.evaluate("framesSeen()") > 15)
    # How the lines are is told while people wait, too; and nothing was kept before recording.
    until(party, lambda: all(each.rtt_ms is not None for each in desk.lines.values()))
    assert {(e.is_heard, e.is_recorded, e.picture) for e in desk.lines.values()} == {
        (True, False, "moving")
    }
    assert all(each.bits_per_second > 100_000 for each in desk.lines.values())
    assert all((each.loss_up, each.loss_down) <= (100, 100) for each in desk.lines.values())
    assert desk.delivered == []
    desk.state = RoomState.RECORDING
    until(party, lambda: all(each.is_recorded for each in desk.lines.values()))
    until(party, lambda: len(desk.delivered) >= 3)
    desk.state = RoomState.CLOSING
    until(party, lambda: desk.released == ["room-1"])
    for who in ("party", "notary"):
        own = [(entry, content) for entry, content in desk.delivered if entry.participant == who]
        assert [entry.index for entry, _ in own] == list(range(len(own)))
        for (before, _), (after, _) in itertools.pairwise(own):
            assert after.prev_sha256 == before.sha256
            # Segments follow each other without a gap: a frame is 67 ms.
            assert 0 <= after.starts_ms - before.ends_ms <= 200
        for entry, content in own:
            length = entry.ends_ms - entry.starts_ms
            (segment := tmp_path / "segment.webm").write_bytes(content)
            frames = played(segment)
            assert frames["vp8"] == pytest.approx(length * 15 / 1000, rel=0.15, abs=3)
            assert frames["opus"] == pytest.approx(length / 20, rel=0.1, abs=5)


@pytest.mark.parametrize(
    ("token", "leg", "status"),
    [
        (lambda: ticket("party") + "A", "whip", 401),
        (lambda: "", "whip", 401),
        (lambda: ticket("party", lasts_s=-1), "whip", 401),
        (lambda: ticket("party", watches="notary"), "whip", 401),
        (lambda: ticket("party"), "whep", 401),
        (lambda: ticket("party", watches="notary"), "whep", 404),
    ],
    ids=[
        "a stranger's ticket",
        "no ticket at all",
        "a ticket that was good a minute ago",
        "a subscriber who publishes",
        "a publisher who subscribes",
        "somebody who watches nobody",
    ],
)
def test_whoever_has_no_right_to_it_is_not_let_in(
    token: Callable[[], str], leg: str, status: int, at_a_seat: tuple[Running, Page]
) -> None:
    running, page = at_a_seat
    act = publish if leg == "whip" else watch
    assert act(page, running, token(), leg)["status"] == status
    assert running.desk.told == []


def test_a_ticket_opens_one_door_once(running: Running, take_seat: Callable[[], Page]) -> None:
    here, elsewhere, token = take_seat(), take_seat(), ticket("party")
    assert publish(here, running, token)["status"] == 201
    assert publish(elsewhere, running, token) == {"status": 401, "code": "ticket_refused"}


def test_what_is_no_session_description_is_refused(
    running: Running, take_seat: Callable[[], Page]
) -> None:
    page = take_seat()
    for offer in ("", "v=0", "v=0\r\nm=nonsense", "\x00" * 100):
        asked = page.request.post(
            f"{running.url}/whip",
            data=offer,
            headers={
                "Authorization": f"Bearer {ticket('party')}",
                "Content-Type": "application/sdp",
            },
        )
        assert (asked.status, asked.json()["code"]) == (422, "offer_refused")
    asked = page.request.post(
        f"{running.url}/whip",
        data={},
        headers={"Authorization": f"Bearer {ticket('party')}"},
    )
    assert asked.status == 422


def test_coming_back_retires_the_old_line_and_continues_the_chain(
    running: Running, take_seat: Callable[[], Page]
) -> None:
    desk = running.desk
    desk.state = RoomState.RECORDING
    first, second = take_seat(), take_seat()
    publish(first, running, ticket("party"))
    until(first, lambda: ("published", "party") in desk.told)
    first.wait_for_timeout(3000)
    publish(second, running, ticket("party"))
    until(second, lambda: desk.told.count(("published", "party")) == 2)
    second.wait_for_timeout(3000)
    # It never looked as if nobody were there.
    assert ("left", "party") not in desk.told
    desk.state = RoomState.CLOSING
    until(second, lambda: desk.released == ["room-1"])
    assert [entry.index for entry, _ in desk.delivered] == [0, 1]
    assert desk.delivered[1][0].prev_sha256 == desk.delivered[0][0].sha256


def test_a_killed_page_falls_silent_and_its_last_seconds_are_kept(
    running: Running, take_seat: Callable[[], Page]
) -> None:
    desk = running.desk
    desk.state = RoomState.RECORDING
    party, notary = take_seat(), take_seat()
    publish(party, running, ticket("party"))
    until(party, lambda: ("published", "party") in desk.told)
    party.wait_for_timeout(4000)
    party.close()
    until(notary, lambda: any(entry.participant == "party" for entry, _ in desk.delivered))
    assert {("silent", "party"), ("left", "party")} & set(desk.told)


@pytest.mark.skipif(
    "FEIGUI_NETWORKS" not in os.environ,
    reason="FEIGUI_NETWORKS is not set: `make networks` runs it",
)
def test_what_cannot_be_written_is_told_once_and_written_again_when_it_can(
    running: Running, take_seat: Callable[[], Page], tmp_path: Path
) -> None:
    desk, page = running.desk, take_seat()
    desk.state = RoomState.RECORDING
    publish(page, running, ticket("party"))
    until(page, lambda: "party" in desk.lines and desk.lines["party"].is_recorded)
    (folder,) = (tmp_path / "spool").glob("*/*/*")
    gone = tmp_path / "gone"
    folder.rename(gone)
    until(page, lambda: ("recording_failed", "party") in desk.told)
    until(page, lambda: not desk.lines["party"].is_recorded)
    assert desk.lines["party"].is_heard
    gone.rename(folder)
    until(page, lambda: desk.lines["party"].is_recorded)
    assert desk.told.count(("recording_failed", "party")) == 1
    desk.state = RoomState.CLOSING
    until(page, lambda: desk.released == ["room-1"])
    # What had been written until then is the first segment, in its place.
    kept = [entry for entry, _ in desk.delivered]
    assert [entry.index for entry in kept] == list(range(len(kept)))
    assert kept[0].ends_ms - kept[0].starts_ms > 8000
    assert kept[1].starts_ms > kept[0].ends_ms


def test_whoever_holds_the_ticket_can_leave_and_nobody_else(
    running: Running, take_seat: Callable[[], Page]
) -> None:
    page, token = take_seat(), ticket("party")
    session = publish(page, running, token)["session"]
    until(page, lambda: ("published", "party") in running.desk.told)
    for other in (ticket("party"), "", token + "A"):
        refused = page.request.delete(
            f"{running.url}{session}", headers={"Authorization": f"Bearer {other}"}
        )
        assert refused.status == 401
    left = page.request.delete(
        f"{running.url}{session}", headers={"Authorization": f"Bearer {token}"}
    )
    assert left.status == 200
    until(page, lambda: ("left", "party") in running.desk.told)


def test_while_the_platform_is_away_people_go_on_and_nothing_is_lost(
    running: Running, take_seat: Callable[[], Page]
) -> None:
    desk, page = running.desk, take_seat()
    desk.state = RoomState.RECORDING
    publish(page, running, ticket("party"))
    until(page, lambda: ("published", "party") in desk.told)
    desk.away = True
    page.wait_for_timeout(13_000)
    assert desk.delivered == []
    came_meanwhile = take_seat()
    publish(came_meanwhile, running, ticket("notary"))
    until(page, lambda: "notary" in running.worker.publishing("room-1"))
    desk.away = False
    until(page, lambda: len(desk.delivered) == 1)
    # Nor is what happened meanwhile.
    until(page, lambda: ("published", "notary") in desk.told)
    desk.state = RoomState.CLOSING
    until(page, lambda: desk.released == ["room-1"])
    own = [entry.index for entry, _ in desk.delivered if entry.participant == "party"]
    assert own == [0, 1]


def test_the_next_run_hands_over_what_the_last_one_could_not(
    tmp_path: Path, take_seat: Callable[[], Page]
) -> None:
    desk = DeskInMemory(state=RoomState.RECORDING)
    first, page = start(tmp_path, desk), take_seat()
    publish(page, first, ticket("party"))
    until(page, lambda: ("published", "party") in desk.told)
    page.wait_for_timeout(4000)
    desk.away = True
    first.end()
    assert desk.delivered == []
    # The platform is still away when the worker comes back.
    second = start(tmp_path, desk)
    page.wait_for_timeout(1500)
    desk.away = False
    until(page, lambda: len(desk.delivered) == 1)
    desk.state = RoomState.CLOSING
    until(page, lambda: desk.released == ["room-1"])
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    second.end()
