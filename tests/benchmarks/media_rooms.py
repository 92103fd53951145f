"""What a room of live video costs the server, recorded, beside aiortc's own way and Janus.

Run ``python -m tests.benchmarks.media_rooms [seconds [rounds]]``. Rooms of two and of four,
everybody sends 640 by 480 at 15 pictures a second with sound and watches everybody else, and all is
recorded. Each engine of `tests.benchmarks.media_servers` is a process of its own, and so are
the people (`tests.benchmarks.media_clients`), who send what was encoded before and decode
nothing: what they cost is not counted. Janus is Debian's, as our worker drives it and records what
it passes on; without its package there is no row of it. In turns, in one run; medians; writes
``build/bench/media_rooms.json`` and a plot.

A server without enough of the machine delivers less. What is compared is therefore CPU
for each second of picture that arrived, times the pictures that a room is owed: a room
that all arrives in costs just that.

aiortc's MediaRecorder records no picture where sound came first (it sets the width of a
stream that is open by then); what that spares it is not added.

Bars: at most `SHARE` of what aiortc's MediaRelay and MediaRecorder take; after 50 more people
came and left no descriptor and no thread more than before, and less than `GROWTH` of
memory. It ends with 1 where one is missed. From click to first picture is told and not
judged: it is waited for on the wall, with two browsers on this machine.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from playwright.sync_api import sync_playwright

from server.embedded.janus import PROGRAM
from tests.benchmarks.bars import draw_bars
from tests.benchmarks.spent import PROC, family, machine, said_of_the_machine, spent_s, versions
from tests.media.tickets import ticket

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Page

OURS, THEIRS, JANUS = "feigui", "aiortc relay", "janus"
ENGINES: Final = (OURS, THEIRS, *((JANUS,) if PROGRAM.exists() else ()))
SIZES: Final = (2, 4)
ROUNDS: Final = 3
SECONDS: Final = 10.0
SETTLE_S: Final = 2.0
SHARE: Final = 1 / 5
JOINS: Final = 50
GROWTH: Final = 8 << 20
"""Bytes: of what a process keeps for itself once fifty have left."""

ENOUGH: Final = 0.9
"""Of the pictures: with fewer, the machine had not enough left to measure on."""

EMPTY_S: Final = 60.0
"""As `server.media.worker` has it, which only the server's process may import."""

CLICKS: Final = 5
PICTURES_A_SECOND: Final = 15
PACKAGES: Final = ("aiortc", "av", "aiohttp", "playwright")
OUTPUT: Final = Path("build/bench/media_rooms.json")
PAGE: Final = Path(__file__).parents[1] / "media"
CHROMIUM: Final = "/usr/bin/chromium"
CAMERA: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-features=LocalNetworkAccessChecks",
)

_SEEN: Final = ("-f", "lavfi", "-i", "testsrc2=size=640x480:rate=15", "-t", "20")
_HEARD: Final = ("-f", "lavfi", "-i", "sine=frequency=440")
_VIDEO: Final = ("-c:v", "libvpx", "-b:v", "600k", "-g", "30", "-deadline", "realtime")
_AUDIO: Final = ("-c:a", "libopus", "-b:a", "32k", "-frame_duration", "20")
_ENCODED: Final = ("ffmpeg", "-v", "error", *_HEARD, *_SEEN, *_VIDEO, *_AUDIO, "-shortest", "-y")
_CLICK: Final = """async ([url, token]) => {
  const began = performance.now();
  const seen = new Promise((done) => document.getElementById("other")
    .requestVideoFrameCallback(() => done(performance.now())));
  await watch(url, token);
  return (await seen) - began;
}"""


class Server:
    """One engine, serving."""

    def __init__(self, engine: str, folder: Path) -> None:
        asked = [sys.executable, "-m", "tests.benchmarks.media_servers", engine, str(folder)]
        self.process = _started(asked)
        self.url = f"http://127.0.0.1:{int(_line(self.process))}"

    def spent_s(self) -> float:
        return spent_s(self.process.pid)

    def holds(self) -> dict[str, int]:
        """Return bytes, threads and descriptors of the engine and all that it began."""
        found = {"memory": 0, "threads": 0, "descriptors": 0}
        for pid in family(self.process.pid):
            told = (PROC / str(pid) / "status").read_text().splitlines()
            stated = dict(line.split(":", 1) for line in told)
            found["memory"] += int(stated["RssAnon"].split()[0]) << 10
            found["threads"] += int(stated["Threads"])
            found["descriptors"] += len(list((PROC / str(pid) / "fd").iterdir()))
        return found


class People:
    """Whoever sits in the rooms."""

    def __init__(self, clip: Path) -> None:
        self.process = _started([sys.executable, "-m", "tests.benchmarks.media_clients", str(clip)])

    def told(self, do: str, **order: object) -> int:
        """Give an order, and return how many pictures have arrived so far."""
        stdin = self.process.stdin
        if stdin is None:
            raise SystemExit("the people cannot be told anything")
        stdin.write(json.dumps({"do": do, **order}) + "\n")
        stdin.flush()
        return int(json.loads(_line(self.process))["frames"])


@contextmanager
def serving(engine: str) -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="feigui-media-") as folder:
        server = Server(engine, Path(folder))
        try:
            yield server
        finally:
            _ended(server.process)


@contextmanager
def people(clip: Path) -> Iterator[People]:
    made = People(clip)
    try:
        yield made
    finally:
        _ended(made.process)


@dataclass(frozen=True, slots=True)
class Room:
    """One room for one second."""

    cpu_ms: float
    """Of the server, for all the pictures that the room is owed."""

    arrived: float
    """Part of them that came."""


def one_room(engine: str, clip: Path, size: int, seconds: float) -> Room:
    with serving(engine) as server, people(clip) as those:
        those.told("fill", url=server.url, rooms=1, people=size)
        time.sleep(SETTLE_S)
        began, frames, spent = time.monotonic(), those.told("count"), server.spent_s()
        time.sleep(seconds)
        frames, spent = those.told("count") - frames, server.spent_s() - spent
        owed = size * (size - 1) * PICTURES_A_SECOND * (time.monotonic() - began)
        those.told("leave")
    seconds_of_picture = frames / PICTURES_A_SECOND
    return Room(spent * 1000 * size * (size - 1) / seconds_of_picture, frames / owed)


def after_joins(clip: Path) -> dict[str, dict[str, int]]:
    """Return what our worker holds after `JOINS` people came and left, and after as many more.

    The first fill what a process keeps for good: threads of its pool, arenas of its memory.
    """
    with serving(OURS) as server, people(clip) as those:
        held = {}
        for when in ("before", "after"):
            for _ in range(JOINS // 2):
                those.told("fill", url=server.url, rooms=1, people=2)
                those.told("leave")
            # An empty room is kept for a minute, for whoever connects again.
            time.sleep(EMPTY_S + 10)
            held[when] = server.holds()
        return held


def clicks(number: int) -> list[float]:
    """Return milliseconds from a click until somebody else is seen, in Chromium."""
    waited = []
    with serving(OURS) as server, _pages() as address, sync_playwright() as playwright:
        for each in range(number):
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(CAMERA))
            sender, watcher = _seat(browser.new_page(), address), _seat(browser.new_page(), address)
            token = ticket("party", room=f"room-{each}")
            sender.evaluate("([u, t]) => publish(u, t)", [f"{server.url}/whip", token])
            sender.wait_for_timeout(2000)
            token = ticket("notary", room=f"room-{each}", watches="party")
            waited.append(float(watcher.evaluate(_CLICK, [f"{server.url}/whep", token])))
            browser.close()
    return waited


def _seat(page: Page, address: str) -> Page:
    page.goto(f"{address}/page.html")
    return page


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


@contextmanager
def _pages() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(PAGE)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _started(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sys.stderr, text=True
    )


def _line(process: subprocess.Popen[str]) -> str:
    said = process.stdout.readline() if process.stdout else ""
    if not said:
        raise SystemExit(f"{process.args!r} ended before it answered")
    return said


def _ended(process: subprocess.Popen[str]) -> None:
    try:
        process.communicate(timeout=20)
    except (subprocess.TimeoutExpired, ValueError):
        process.kill()
        process.wait()


def main(arguments: Sequence[str]) -> None:
    seconds = float(arguments[0]) if arguments else SECONDS
    rounds = int(arguments[1]) if len(arguments) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.webm"
        subprocess.run([*_ENCODED, str(clip)], check=True)
        rooms: dict[str, dict[str, list[Room]]] = {}
        for _ in range(rounds):
            for size in SIZES:
                for engine in ENGINES:
                    kind = rooms.setdefault(f"{size} people", {})
                    kind.setdefault(engine, []).append(one_room(engine, clip, size, seconds))
        held = after_joins(clip)
    waited = clicks(CLICKS)
    _tell(rooms, held, waited, (seconds, rounds))


def _tell(
    rooms: dict[str, dict[str, list[Room]]],
    held: dict[str, dict[str, int]],
    waited: list[float],
    asked: tuple[float, int],
) -> None:
    seconds, rounds = asked
    costs = {
        size: {name: statistics.median(each.cpu_ms for each in those) for name, those in by.items()}
        for size, by in rooms.items()
    }
    arrived = {
        size: {
            name: statistics.median(each.arrived for each in those) for name, those in by.items()
        }
        for size, by in rooms.items()
    }
    missed = [
        f"a room of {size}: {cost[OURS] / cost[THEIRS]:.0%} of aiortc's own way"
        for size, cost in costs.items()
        if not cost[OURS] <= SHARE * cost[THEIRS]
    ]
    missed += _grown(held)
    told: dict[str, Any] = {
        "unit": "ms of the server's CPU for one room for one second, median",
        "seconds": seconds,
        "rounds": rounds,
        "rooms": costs,
        "arrived": arrived,
        "rooms_per_core": {s: {n: 1000 / ms for n, ms in c.items()} for s, c in costs.items()},
        "after_joins": held,
        "click_to_first_picture_ms": waited,
        "machine": machine(),
        "versions": versions(PACKAGES),
        "missed": missed,
    }
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(told, indent=2))
    draw_bars(
        costs,
        title="A room at 640 by 480, 15 pictures a second, recorded",
        unit="ms of the server's CPU a second",
        into=OUTPUT.with_suffix(".png"),
    )
    say = sys.stdout.write
    columns = ("CPU of a core", "rooms a core", "arrived")
    say(f"{'a room, recorded':18}{'engine':16}{''.join(f'{each:>15}' for each in columns)}\n")
    for size, cost in costs.items():
        for name, ms in cost.items():
            part = arrived[size][name]
            say(f"{size:18}{name:16}{ms / 1000:>15.1%}{1000 / ms:>15.1f}{part:>15.0%}\n")
        say(f"{'':18}{OURS} / {THEIRS}: {cost[OURS] / cost[THEIRS]:.1%}\n")
    for when, holds in held.items():
        say(
            f"{when} {JOINS} more people came and left: {holds['memory'] / 2**20:.1f} MiB,"
            f" {holds['threads']} threads, {holds['descriptors']} descriptors\n"
        )
    say(
        f"from click to first picture: median {statistics.median(waited):.0f} ms of {len(waited)}\n"
    )
    say(f"{said_of_the_machine(PACKAGES)}\n")
    if any(part[OURS] < ENOUGH for part in arrived.values()):
        say("others needed this machine too much: measure again when it is quiet\n")
    if missed:
        sys.exit("".join(f"MISSED: {each}\n" for each in missed))


def _grown(held: dict[str, dict[str, int]]) -> list[str]:
    before, after = held["before"], held["after"]
    found = [
        f"{after[name] - before[name]} {name} more after {JOINS} people"
        for name in ("threads", "descriptors")
        if after[name] > before[name]
    ]
    more = after["memory"] - before["memory"]
    return found if more < GROWTH else [*found, f"{more >> 20} MiB more after {JOINS} people"]


if __name__ == "__main__":
    main(sys.argv[1:])
