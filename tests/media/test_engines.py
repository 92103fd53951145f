"""What every engine has to do, however it speaks WebRTC: the embedded one, and Janus.

The worker is the real one and so are its engines; the cameras are Chromium's.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from server.ceremony.lines import Picture
from server.embedded.janus import PROGRAM
from server.embedded.state import CLONE
from server.media.worker import RoomState, Standing
from tests.media.test_rooms import DeskInMemory, Running, publish, start, until, watch
from tests.media.tickets import KEY, ticket
from tests.media.worker_process import DeskFolder, engine_of
from tests.playing import played

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from playwright.sync_api import Page

    from server.ceremony.lines import Line
    from server.media.spool import Entry
    from server.media.worker import RoomName

pytestmark = pytest.mark.browser
ENGINES = (
    "embedded",
    pytest.param(
        "janus",
        marks=pytest.mark.skipif(not PROGRAM.exists(), reason="needs Debian's package janus"),
    ),
)
ENDED = {"disconnected", "failed", "closed"}
OFFER = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 X 0\r\n"


@dataclass
class DeskOfManyRooms(DeskInMemory):
    """Each test has a room of its own at the same worker."""

    standings: dict[str, Standing] = field(default_factory=dict)
    rooms: dict[str, DeskInMemory] = field(default_factory=dict)

    def of(self, room: str) -> DeskInMemory:
        return self.rooms.setdefault(room, DeskInMemory())

    def hold(self, room: RoomName) -> Standing:
        return self.standings.get(room.ceremony, Standing(state=RoomState.OPEN))

    def deliver(self, room: RoomName, entry: Entry, content: bytes) -> None:
        self.of(room.ceremony).deliver(room, entry, content)

    def happened(self, room: RoomName, what: str, participant: str) -> None:
        self.of(room.ceremony).happened(room, what, participant)

    def measured(self, room: RoomName, lines: Sequence[Line]) -> None:
        self.of(room.ceremony).measured(room, lines)

    def release(self, room: RoomName) -> None:
        self.of(room.ceremony).release(room)


@dataclass
class AtHand:
    """One engine with a room that nobody has been in."""

    running: Running
    desks: DeskOfManyRooms
    room: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def desk(self) -> DeskInMemory:
        return self.desks.of(self.room)

    def say(
        self,
        state: RoomState,
        *,
        removed: frozenset[str] = frozenset(),
        key_frames: frozenset[str] = frozenset(),
    ) -> None:
        self.desks.standings[self.room] = Standing(
            state=state, removed=removed, key_frames=key_frames
        )

    def ticket(self, who: str, *, watches: str | None = None, key: bytes = KEY, s: int = 60) -> str:
        return ticket(who, room=self.room, watches=watches, key=key, lasts_s=s)


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "embedded":
        return "embedded"
    told: str = request.getfixturevalue("janus")[1]
    return told


@pytest.fixture(scope="module")
def carried(
    engine: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Running, DeskOfManyRooms]]:
    desks = DeskOfManyRooms()
    running = start(tmp_path_factory.mktemp("spool"), desks, engine=engine_of(engine))
    yield running, desks
    running.end()


@pytest.fixture
def tested(carried: tuple[Running, DeskOfManyRooms]) -> AtHand:
    return AtHand(*carried)


def test_what_is_published_is_seen_recorded_in_order_and_handed_over(
    tested: AtHand, sit_down: Callable[[], Page], tmp_path: Path
) -> None:
    desk, worker, running = tested.desk, tested.running.worker, tested.running
    party, notary = sit_down(), sit_down()
    tested.say(RoomState.RECORDING)
    assert publish(party, running, tested.ticket("party"))["status"] == 201
    until(party, lambda: ("published", "party") in desk.told)
    times = [worker.room_time()]
    assert watch(notary, running, tested.ticket("notary", watches="party"))["status"] == 201
    until(notary, lambda: notary.evaluate("framesSeen()") > 10)
    # A picture that needs none before it, when the platform asks for one.
    before = notary.evaluate("keyFramesSeen()")
    tested.say(RoomState.RECORDING, key_frames=frozenset({"party"}))
    until(notary, lambda: notary.evaluate("keyFramesSeen()") > before)
    tested.say(RoomState.RECORDING)
    until(
        party,
        lambda: any(
            (each.picture, each.is_recorded) == (Picture.MOVING, True)
            for each in [desk.lines.get("party")]
            if each is not None
        ),
    )
    line = desk.lines["party"]
    assert line.is_heard
    assert line.bits_per_second > 50_000
    assert line.loss_up < 200
    until(party, lambda: len(desk.delivered) == 1)
    times.append(worker.room_time())
    # Silence is noticed, and what came before it is whole; the line itself stands.
    party.evaluate("fallSilent()")
    until(party, lambda: ("silent", "party") in desk.told and len(desk.delivered) == 2)
    assert worker.publishing(tested.room) == ["party"]
    tested.say(RoomState.CLOSING)
    until(party, lambda: desk.released == [tested.room])
    assert worker.publishing(tested.room) == []
    times.append(worker.room_time())
    assert times == sorted(times)
    assert times[-1] == pytest.approx(time.time() * 1000, abs=2000)
    (first, _), (second, _) = desk.delivered
    assert (first.index, first.prev_sha256) == (0, "0" * 64)
    assert (second.index, second.prev_sha256) == (1, first.sha256)
    assert second.starts_ms >= first.ends_ms
    for entry, content in desk.delivered:
        assert hashlib.sha256(content).hexdigest() == entry.sha256
        assert times[0] - 2000 <= entry.starts_ms < entry.ends_ms <= times[-1]
        (segment := tmp_path / "segment.webm").write_bytes(content)
        frames = played(segment)
        length = entry.ends_ms - entry.starts_ms
        assert frames["vp8"] == pytest.approx(length * 15 / 1000, rel=0.2, abs=4)
        assert frames["opus"] == pytest.approx(length / 20, rel=0.1, abs=6)


def asked(tested: AtHand, leg: str, token: str, offer: str = OFFER) -> int:
    """POST an offer as anybody can, and return what is said to it."""
    head = {"Authorization": f"Bearer {token}", "Content-Type": "application/sdp"}
    request = urllib.request.Request(  # noqa: S310  # our own worker
        f"{tested.running.url}/{leg}", offer.encode(), head, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310  # our own worker
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code


def test_whoever_has_no_right_to_it_is_refused(tested: AtHand) -> None:
    refused = {
        "a stranger's": asked(tested, "whip", tested.ticket("party", key=bytes(32))),
        "expired": asked(tested, "whip", tested.ticket("party", s=-1)),
        "a watcher's, to publish": asked(tested, "whip", tested.ticket("x", watches="y")),
        "a publisher's, to watch": asked(tested, "whep", tested.ticket("x")),
    }
    assert set(refused.values()) == {401}
    assert asked(tested, "whep", tested.ticket("x", watches="nobody")) == 404
    # Of what opens the door once, the second use is refused, whatever came of the first.
    once = tested.ticket("party")
    assert asked(tested, "whip", once, "v=0") == 422
    assert asked(tested, "whip", once) == 401
    for offer in ("", "v=0\r\nm=nonsense", "\x00" * 100, OFFER):
        assert asked(tested, "whip", tested.ticket("party"), offer) == 422
    assert tested.desk.told == []


def test_who_comes_back_is_seen_again_and_who_is_put_out_is_not(
    tested: AtHand, sit_down: Callable[[], Page]
) -> None:
    first, second, notary = sit_down(), sit_down(), sit_down()
    running, desk = tested.running, tested.desk
    publish(first, running, tested.ticket("party"))
    until(first, lambda: ("published", "party") in desk.told)
    watch(notary, running, tested.ticket("notary", watches="party"))
    until(notary, lambda: notary.evaluate("framesSeen()") > 5)
    publish(second, running, tested.ticket("party"))
    until(second, lambda: desk.told.count(("published", "party")) == 2)
    seen: Any = notary.evaluate("framesSeen()")
    until(notary, lambda: notary.evaluate("framesSeen()") > seen + 10)
    # It never looked as if nobody were there.
    assert ("left", "party") not in desk.told
    unused = tested.ticket("party")
    tested.say(RoomState.OPEN, removed=frozenset({"party"}))
    until(second, lambda: ("left", "party") in desk.told)
    assert running.worker.publishing(tested.room) == []
    # Neither a ticket from before nor a new one lets in, to send or to watch.
    assert asked(tested, "whip", unused) == 401
    assert asked(tested, "whip", tested.ticket("party")) == 401
    assert asked(tested, "whep", tested.ticket("party", watches="notary")) == 401
    tested.say(RoomState.OPEN)
    until(second, lambda: publish(second, running, tested.ticket("party"))["status"] == 201)
    until(second, lambda: desk.told.count(("published", "party")) == 3)


def comes_again(page: Page, tested: AtHand) -> bool:
    """Do as a page does: where the line has ended, ask for another; say whether pictures come."""
    if page.evaluate("window.watching.connectionState") in ENDED:
        watch(page, tested.running, tested.ticket("notary", watches="party"))
        return False
    before: int = page.evaluate("framesSeen()")
    page.wait_for_timeout(500)
    return int(page.evaluate("framesSeen()")) > before


def test_who_left_and_comes_back_is_seen_again_by_whoever_stayed(
    tested: AtHand, sit_down: Callable[[], Page]
) -> None:
    party, notary = sit_down(), sit_down()
    running, desk = tested.running, tested.desk
    token = tested.ticket("party")
    session = publish(party, running, token)["session"]
    until(party, lambda: ("published", "party") in desk.told)
    watch(notary, running, tested.ticket("notary", watches="party"))
    until(notary, lambda: notary.evaluate("framesSeen()") > 5)
    head = {"Authorization": f"Bearer {token}"}
    assert party.request.delete(f"{running.url}{session}", headers=head).status == 200
    until(party, lambda: ("left", "party") in desk.told)
    publish(party, running, tested.ticket("party"))
    until(party, lambda: desk.told.count(("published", "party")) == 2)
    until(notary, lambda: comes_again(notary, tested))


def test_a_picture_that_comes_after_sound_alone_is_seen(
    tested: AtHand, sit_down: Callable[[], Page]
) -> None:
    party, notary = sit_down(), sit_down()
    running, desk = tested.running, tested.desk
    party.evaluate("() => { window.camera = false; }")
    publish(party, running, tested.ticket("party"))
    until(party, lambda: ("published", "party") in desk.told)
    watch(notary, running, tested.ticket("notary", watches="party"))
    party.evaluate("() => { window.camera = undefined; }")
    publish(party, running, tested.ticket("party"))
    until(party, lambda: desk.told.count(("published", "party")) == 2)

    until(notary, lambda: comes_again(notary, tested))


def test_a_killed_worker_loses_no_closed_segment_and_saves_the_open_one(
    engine: str, tmp_path: Path, sit_down: Callable[[], Page]
) -> None:
    desk, party = DeskFolder(tmp_path), sit_down()
    desk.say(RoomState.RECORDING, away=True)
    worker, url = begin(tmp_path, engine)
    try:
        assert publish_at(party, url)["status"] == 201
        until(party, lambda: "published" in desk.happened_to("party"))
        until(party, lambda: any(each.stat().st_size > 20_000 for each in tmp_path.rglob("*.part")))
        # What is not recorded ends the segment.
        desk.say(RoomState.OPEN, away=True)
        until(party, lambda: len(list(tmp_path.rglob("*.webm"))) == 1)
        desk.say(RoomState.RECORDING, away=True)
        until(party, lambda: any(each.stat().st_size > 20_000 for each in tmp_path.rglob("*.part")))
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    (tmp_path / "address").unlink()
    assert desk.given() == []
    desk.say(RoomState.CLOSING)
    worker, url = begin(tmp_path, engine)
    try:
        until(party, lambda: desk.is_released)
        (closed, _), (saved, content) = desk.given()
        assert (closed.index, saved.index) == (0, 1)
        assert saved.prev_sha256 == closed.sha256
        (kept := tmp_path / "saved.webm").write_bytes(content)
        assert played(kept)["vp8"] > 0
    finally:
        worker.terminate()
        worker.wait()


def begin(folder: Path, engine: str) -> tuple[subprocess.Popen[bytes], str]:
    arguments = [sys.executable, "-m", "tests.media.worker_process", str(folder), engine]
    with (folder / "log").open("ab") as log:
        worker = subprocess.Popen(arguments, cwd=CLONE, stdout=log, stderr=log)
    ends = time.monotonic() + 30
    while not (folder / "address").exists():
        assert worker.poll() is None, (folder / "log").read_text()
        assert time.monotonic() < ends, "it did not start"
        time.sleep(0.05)
    return worker, (folder / "address").read_text().split()[1]


def publish_at(page: Page, url: str) -> Any:  # noqa: ANN401  # JSON
    return page.evaluate("([url, token]) => publish(url, token)", [f"{url}/whip", ticket("party")])
