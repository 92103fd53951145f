"""A whole ceremony over a bad line, while everything breaks in the middle of the act.

All of the party's packets go by coturn and, before it, by a link of 200 ms there and back
that loses one in twenty. `make networks`; it takes minutes and prints a table.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import urllib3.exceptions

from server.demo.api import CallRefused
from server.demo.journey.handling import conclude_it, issue_it
from server.demo.journey.meeting import meet
from server.wiring.parts import now
from tests.media.test_live_ceremony import (
    LiveRecording,
    _accounts,
    _ceremony,
    _ticket,
    held,
    plays,
    seats_at,
    taken_to_the_ceremony,
)
from tests.servers.coturn import coturn, free_port
from tests.servers.platform import platform, with_people
from tests.servers.weak_link import weak_link

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

    from server.ceremony.ceremony import Segment
    from server.demo.journey.stage import Stage
    from server.wiring.launching import Running
    from tests.servers.weak_link import WeakLink

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        "FEIGUI_NETWORKS" not in os.environ,
        reason="FEIGUI_NETWORKS is not set: `make networks` runs it",
    ),
]
AWAY: Final = (CallRefused, urllib3.exceptions.HTTPError)
PATIENCE_S: Final = 150.0
OPEN_SEGMENT_MS: Final = 2000
TABLE: Final = Path(__file__).parents[2] / "build" / "networks.txt"


@dataclass(frozen=True)
class Found:
    what: str
    back_s: float
    """From when the cause ended, or the kill, until the party is recorded again."""

    gap_ms: int
    """That the chain says nobody recorded of the party."""

    lost_ms: int
    """Recorded before it broke, and not kept."""


@dataclass
class BadLine(LiveRecording):
    """The notary beside the relay, the party behind a weak link."""

    link: WeakLink | None = None
    found: list[Found] = field(default_factory=list)

    def ways(self, who: str, ticket: dict[str, Any]) -> dict[str, Any]:
        told = super().ways(who, ticket)
        if who == "party" and self.link is not None:
            for each in told["iceServers"]:
                each["urls"] = [f"turn:127.0.0.1:{self.link.port}?transport=udp"]
        return told

    def breaks(self, stage: Stage, what: str, cause: Callable[[], float]) -> None:
        """Let ``cause`` happen, which returns when it was over; wait until the act can go on."""
        for api in {id(each): each for each in (stage.applicant, *stage.staff.values())}.values():
            api.renew()
        party = _accounts(stage)["party"]
        self.settled(stage)
        self.pages["party"].wait_for_timeout(4000)
        before = _own(self.running, stage, party)
        broke_ms = self._room_ms(stage)
        over = cause()
        # The next segments come to the platform only when they are closed.
        back = self.settled(
            stage, until=lambda: _ends(self.running, stage, party) > broke_ms + OPEN_SEGMENT_MS
        )
        back_s = max(0.0, back - over)
        own = _own(self.running, stage, party)
        # Nothing that the platform had acknowledged is gone, or is different.
        assert own[: len(before)] == before
        kept_ms = max(e.ends_ms for e in own if e.starts_ms <= broke_ms)
        self.found.append(
            Found(what, back_s, _gap(self.running, stage, party, broke_ms), broke_ms - kept_ms)
        )

    def settled(self, stage: Stage, *, until: Callable[[], bool] = lambda: True) -> float:
        """Come back, as a page does by itself; return since when everybody is recorded."""
        ends, since = time.monotonic() + PATIENCE_S, None
        while since is None or not until():
            since = (since or time.monotonic()) if self._is_settled(stage) else None
            assert time.monotonic() < ends, "it never came to this"
            self.pages["party"].wait_for_timeout(250)
        return since

    def _is_settled(self, stage: Stage) -> bool:
        apis = {"party": stage.applicant, "notary": stage.staff["notary"]}
        try:
            for who, api in apis.items():
                state = self.pages[who].evaluate("sending.connectionState")
                if state in {"failed", "closed", "disconnected"}:
                    self.leg(who, "publish", _ticket(stage, api))
            lines = stage.staff["notary"].get(stage.path(f"/ceremonies/{stage.ceremony}"))["lines"]
        except AWAY:
            return False
        fresh = [e for e in lines if _age_s(e["measured_at"]) < 3]  # as the platform's own rule
        return len([e for e in fresh if e["heard"] and e["recorded"]]) == len(apis)

    def _room_ms(self, stage: Stage) -> int:
        began = next(
            e.at for e in _ceremony(self.running, stage).links if e.kind == "start_recording"
        )
        return round(_age_s(began) * 1000)


def _age_s(moment: str) -> float:
    return (now() - datetime.fromisoformat(moment)).total_seconds()


def _own(running: Running, stage: Stage, account: str) -> list[Segment]:
    return [e for e in _ceremony(running, stage).segments if e.participant == account]


def _ends(running: Running, stage: Stage, account: str) -> int:
    return max((e.ends_ms for e in _own(running, stage, account)), default=0)


def _gap(running: Running, stage: Stage, account: str, after_ms: int) -> int:
    told = [e.body for e in _ceremony(running, stage).links if e.kind == "line_gap"]
    after = [e for e in told if e["by"] == account and int(str(e["to_ms"])) > after_ms - 2000]
    return sum(int(str(e["ms"])) for e in after)


@pytest.fixture(scope="module")
def relay_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def running(relay_port: int) -> Iterator[Running]:
    settings = {
        "FEIGUI_TURN_URLS": f"turn:127.0.0.1:{relay_port}?transport=udp",
        "FEIGUI_TURN_ONLY": "on",
    }
    with platform(workers=1, **settings) as ready:
        yield ready


@pytest.fixture
def link(running: Running, relay_port: int, tmp_path: Path) -> Iterator[WeakLink]:
    secret = (running.settings.secrets / "turn-key").read_text().strip()
    with coturn(tmp_path, secret=secret, port=relay_port), weak_link(relay_port) as link:
        link.delay_s, link.loss = 0.1, 0.05
        yield link


def blackout(recording: BadLine, seconds: float) -> float:
    link = recording.link
    assert link is not None
    link.is_dead = True
    recording.pages["notary"].wait_for_timeout(seconds * 1000)
    link.is_dead = False
    return time.monotonic()


def killed(running: Running, name: str) -> float:
    process = {**running.processes, **running.servers.processes}[name]
    was = process.wait_until_ready()
    os.kill(was, signal.SIGKILL)
    at = time.monotonic()
    process.wait_until_ready(other_than=was)
    return at


def test_whatever_breaks_the_act_goes_on_and_the_gap_is_on_record(
    running: Running, link: WeakLink, camera: Callable[[], Browser], tmp_path: Path
) -> None:
    stage = taken_to_the_ceremony(running, with_people(running))
    open_seat = seats_at(running, camera)
    recording = BadLine(open_seat, running, link=link)

    def page_killed() -> float:
        recording.pages["party"].close()
        at = time.monotonic()
        recording.pages["party"] = open_seat()
        recording.leg("party", "publish", _ticket(stage, stage.applicant))
        return at

    def network_changed() -> float:
        link.change_address()
        return time.monotonic()

    causes: dict[str, Callable[[], float]] = {
        "8 s blackout": lambda: blackout(recording, 8),
        "network change": network_changed,
        "killed party page": page_killed,
        "kill -9 of the API": lambda: killed(running, "web"),
        "kill -9 of the store": lambda: killed(running, "seaweedfs"),
        "kill -9 of the worker": lambda: killed(running, "media"),
        "45 s blackout": lambda: blackout(recording, 45),
    }

    def everything_breaks() -> None:
        for what, cause in causes.items():
            recording.breaks(stage, what, cause)
            TABLE.write_text(table(recording.found))

    recording.in_the_middle = everything_breaks
    meet(stage, at=now(), recording=recording)
    for content in held(running, stage):
        plays(content, tmp_path / "segment.webm")
    assert max(each.lost_ms for each in recording.found) <= OPEN_SEGMENT_MS
    conclude_it(stage)
    issue_it(stage)
    assert stage.read(stage.staff["notary"])["status"] == "issued"


def table(found: list[Found]) -> str:
    rows = [f"{e.what:24} {e.back_s:8.1f} {e.gap_ms:8} {e.lost_ms:8}" for e in found]
    head = f"{'200 ms, 5 % loss':24} {'back s':>8} {'gap ms':>8} {'lost ms':>8}"
    return "\n".join([head, *rows, ""])
