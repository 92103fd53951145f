"""The control channel over real HTTP: nothing lost, nothing twice, and nobody starved by it."""

from __future__ import annotations

import itertools
import json
import os
import signal
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import urllib3

from server.cases.roles import Role
from server.ceremony.ceremony import CeremonyId, Participant, Seat
from server.ceremony.chain import Link, verify_chain
from server.transaction import Scope
from server.wiring.launching import EVENT_STREAMS
from tests.eventually import eventually
from tests.functional.case.platform import HEKOU, KUNMING, new_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.functional.case.platform import Person
    from tests.functional.case.staging import Staging
    from tests.servers.whole import Whole

PATIENCE_S = 60.0
POOL = urllib3.PoolManager(retries=False, timeout=30, maxsize=200)


@dataclass(frozen=True)
class Told:
    event: str
    data: Any
    id: int | None


@dataclass
class Channel:
    """What a page does: it reads, remembers the last id, and comes back with it."""

    base: str
    path: str
    person: Person
    last: int | None = None

    def stream(self, wait: int = 20) -> urllib3.BaseHTTPResponse:
        headers = {} if self.last is None else {"Last-Event-ID": str(self.last)}
        return self.ask(f"/event-stream?wait={wait}", headers)

    def ask(self, rest: str, headers: dict[str, str] | None = None) -> urllib3.BaseHTTPResponse:
        return POOL.request(
            "GET",
            f"{self.base}/v1{self.path}{rest}",
            headers={"Authorization": f"Bearer {self.person.token}", **(headers or {})},
            preload_content=False,
        )

    def read(self, answer: urllib3.BaseHTTPResponse) -> Iterator[Told]:
        """Yield events as they come, and end where the line does."""
        event, place, rest = "", None, ""
        try:
            for piece in answer.stream(1 << 16, decode_content=False):
                *lines, rest = (rest + piece.decode()).split("\n")
                for line in lines:
                    name, _, value = line.partition(": ")
                    if name == "event":
                        event = value
                    elif name == "id":
                        place = int(value)
                    elif name == "data":
                        self.last = self.last if place is None else place
                        yield Told(event, json.loads(value), place)
                    elif not name:
                        event, place = "", None
        except (urllib3.exceptions.HTTPError, OSError):
            return


@pytest.fixture(scope="module")
def meeting(whole: Whole) -> Staging:
    return whole.case().start_ceremony()


@pytest.fixture
def channel(whole: Whole, meeting: Staging) -> Callable[[Person], Channel]:
    base = whole.platform.running.base_url
    return lambda person: Channel(base=base, path=meeting.room(), person=person)


def happen(meeting: Staging) -> int:
    """Put something on record and return its position."""
    added = meeting.notary.post(meeting.room("/events"), {"kind": "question_asked"})
    return int(added["index"])


def test_a_stream_tells_every_link_once_across_resumes_and_a_killed_api(
    whole: Whole, meeting: Staging, channel: Callable[[Person], Channel]
) -> None:
    page, told = channel(meeting.applicant), []
    web = whole.platform.running.processes["web"]

    def follow(wait: int, last: int) -> None:
        with closing(page.stream(wait)) as answer:
            assert answer.status == 200
            for each in page.read(answer):
                told.append(each)
                if each.id == last:
                    return

    # What was before, and something that happens while the stream is open.
    with closing(page.stream()) as answer:
        news = page.read(answer)
        told.extend(itertools.takewhile(lambda each: each.event != "room", news))
        happened = happen(meeting)
        told.append(next(each for each in news if each.id is not None))
    assert told[-1].id == happened
    # Between two streams.
    happen(meeting)
    follow(20, happen(meeting))
    # The API is killed while a stream is open.
    with closing(page.stream()) as answer:
        news = page.read(answer)
        killed = web.wait_until_ready()
        os.kill(killed, signal.SIGKILL)
        told.extend(news)
    web.wait_until_ready(other_than=killed)
    follow(20, happen(meeting))
    # A stream that has had its time ends by itself.
    with closing(page.stream(0)) as answer:
        told.extend(page.read(answer))
    links = [each for each in told if each.event == "link"]
    assert [each.id for each in links] == list(range(len(links)))
    assert verify_chain([Link(**each.data) for each in links]) == links[-1].data["hash"]
    assert all(each.id is None for each in told if each.event == "room")


def test_asking_again_and_again_tells_the_same_events(
    meeting: Staging, channel: Callable[[Person], Channel]
) -> None:
    page = channel(meeting.notary)
    everything = json.loads(page.ask("/events").data)
    with closing(page.stream(0)) as answer:
        streamed = [each.data for each in page.read(answer) if each.id is not None]
    assert everything["links"] == streamed
    last = streamed[-1]["index"]
    nothing = page.ask(f"/events?after={last}")
    assert (json.loads(nothing.data)["links"], nothing.headers["Retry-After"]) == ([], "2")
    happened = happen(meeting)
    (new,) = json.loads(page.ask(f"/events?after={last}&wait=20").data)["links"]
    assert (new["index"], new["kind"], new["body"]["by"]) == (
        happened,
        "question_asked",
        meeting.notary.account,
    )


def test_whoever_follows_is_there_for_the_others(
    meeting: Staging, channel: Callable[[Person], Channel]
) -> None:
    with closing(channel(meeting.applicant).stream()) as answer:
        assert answer.status == 200
        room = json.loads(channel(meeting.notary).ask("/events?after=1000").data)["room"]
    people = {each["seat"]: each for each in room["people"]}
    assert (people["party"]["here"], people["notary"]["here"]) == (True, True)
    assert people["party"]["joined"]
    assert room["status"] == "recording"
    assert room["room_ms"] >= 0


def test_who_has_no_seat_follows_nothing(
    whole: Whole, meeting: Staging, channel: Callable[[Person], Channel]
) -> None:
    platform = whole.platform
    for person, status, code in (
        # Of the office, and not in the room.
        (platform.staff(Role.NOTARY), 403, "not_taking_part"),
        # Of another office.
        (platform.staff(Role.NOTARY, office=HEKOU), 404, "case_not_found"),
        # Somebody else who applied for something.
        (platform.applicant(), 404, "case_not_found"),
    ):
        for rest in ("/event-stream?wait=20", "/events?wait=20"):
            refused = channel(person).ask(rest)
            assert (refused.status, json.loads(refused.data)["code"]) == (status, code)
    address = f"{platform.running.base_url}/v1{meeting.room('/event-stream')}"
    assert POOL.request("GET", address).status == 401
    in_address = POOL.request("GET", f"{address}?access_token={meeting.notary.token}")
    assert in_address.status == 401


def test_one_person_takes_three_streams_and_no_more(
    meeting: Staging, channel: Callable[[Person], Channel]
) -> None:
    page = channel(meeting.notary)
    with ExitStack() as lines:
        answers = [lines.enter_context(closing(page.stream())) for _ in range(5)]
        assert [each.status for each in answers].count(503) >= 2


def test_the_same_command_again_is_one_event(
    meeting: Staging, channel: Callable[[Person], Channel]
) -> None:
    key = new_id()
    first, again = (
        meeting.notary.post(meeting.room("/events"), {"kind": "statement_made"}, key=key)
        for _ in range(2)
    )
    assert first.body == again.body
    links = json.loads(channel(meeting.notary).ask("/events").data)["links"]
    assert [each["hash"] for each in links].count(first["hash"]) == 1


def seated(whole: Whole, meeting: Staging, count: int) -> list[Person]:
    """Give that many people of the office a seat in the room."""
    people = [whole.platform.staff(Role.SECOND_HANDLER) for _ in range(count)]
    with whole.platform.open_transaction(Scope(office=KUNMING)) as tx:
        ceremony = tx.ceremonies.get(CeremonyId(meeting.ceremony), lock=True)
        ceremony.participants += [
            Participant(account=each.account, seat=Seat.SECOND_HANDLER) for each in people
        ]
        tx.ceremonies.save(ceremony)
    return people


def test_more_followers_than_streams_leave_the_api_to_the_others(
    whole: Whole, meeting: Staging, channel: Callable[[Person], Channel]
) -> None:
    pages = [channel(each) for each in seated(whole, meeting, 12)]
    with ExitStack() as lines:
        answers = [(page, page.stream(25)) for page in pages for _ in range(3)]
        for _, each in answers:
            lines.callback(each.close)
        standing = [(page, each) for page, each in answers if each.status == 200]
        refused = [each for _, each in answers if each.status != 200]
        assert (len(standing), len(refused)) == (EVENT_STREAMS, len(answers) - EVENT_STREAMS)
        for each in refused:
            assert (each.status, each.headers["Retry-After"]) == (503, "1")
            assert json.loads(each.data)["code"] == "followers_full"
        # Those who got none ask instead, and whoever does something else is served.
        for page in pages:
            assert json.loads(page.ask("/events?after=1000").data)["links"] == []
        happened = happen(meeting)
        # Nobody's stream was cut for it, and each of them is told.
        for page, each in standing:
            assert any(told.id == happened for told in page.read(each))
    # Whoever is gone gives the place back.
    eventually(lambda: 200 in {_status(page) for page in pages[:4]}, within_s=PATIENCE_S)


def _status(page: Channel) -> int:
    with closing(page.stream(0)) as answer:
        return answer.status
