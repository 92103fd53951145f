"""Whoever's network lets nothing else through reaches the worker by our relay, and it alone."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any

import pytest

from server.ceremony.relays import LIFETIME_S, Relay
from server.media.rooms import EmbeddedEngine
from server.media.ways import relayed
from tests.media.test_rooms import DeskInMemory, start, until
from tests.media.tickets import ticket
from tests.servers.coturn import coturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.media.test_rooms import Running
    from tests.servers.coturn import Coturn

pytestmark = pytest.mark.browser
SECRET = secrets.token_hex(32)
NOBODY = "192.0.2.1"


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coturn]:
    with coturn(tmp_path_factory.mktemp("coturn"), secret=SECRET) as running:
        yield running


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    started = start(tmp_path / "spool", DeskInMemory())
    yield started
    started.end()


def ways(relay: Coturn, *, secret: str = SECRET, now: float | None = None) -> dict[str, Any]:
    known = Relay(urls=(relay.url,), secret=secret, only=True)
    at = int(time.time() if now is None else now)
    return {
        "iceServers": known.ice_servers(room="room-1", participant="party", now=at),
        "iceTransportPolicy": known.policy,
    }


def leg(page: Page, running: Running, act: str, *asked: object) -> Any:  # noqa: ANN401  # JSON
    path = "whip" if act == "publish" else "whep"
    return page.evaluate(
        "([act, ...rest]) => window[act](...rest)", [act, f"{running.url}/{path}", *asked]
    )


def chosen(page: Page, connection: str) -> list[str]:
    """Return the kinds of the page's own candidates on whose pair it is connected."""
    kinds: list[str] = page.evaluate(
        """async (name) => {
             const all = await window[name].getStats();
             return [...all.values()]
               .filter((each) => each.type === "candidate-pair" && each.nominated)
               .map((each) => all.get(each.localCandidateId).candidateType);
           }""",
        connection,
    )
    return kinds


def test_a_page_that_may_only_be_relayed_sends_and_sees(
    running: Running, relay: Coturn, take_seat: Callable[[], Page]
) -> None:
    party, notary = take_seat(), take_seat()
    assert leg(party, running, "publish", ticket("party"), ways(relay))["status"] == 201
    assert leg(notary, running, "publish", ticket("notary"))["status"] == 201
    until(
        party, lambda: {("published", "party"), ("published", "notary")} <= set(running.desk.told)
    )
    watching = ticket("party", watches="notary")
    assert leg(party, running, "watch", watching, ways(relay))["status"] == 201
    until(party, lambda: party.evaluate("framesSeen()") > 15)
    assert chosen(party, "sending") == ["relay"]
    assert chosen(party, "watching") == ["relay"]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda relay: ways(relay, secret=secrets.token_hex(32)),
        lambda relay: ways(relay, now=time.time() - LIFETIME_S - 60),
    ],
    ids=["made with another secret", "over since a minute ago"],
)
def test_the_relay_serves_nobody_whose_name_is_not_good(
    wrong: Callable[[Coturn], dict[str, Any]],
    relay: Coturn,
    take_seat: Callable[[], Page],
) -> None:
    page = take_seat()
    refused, candidates = page.evaluate(
        """async (ways) => {
             const connection = new RTCPeerConnection(ways), codes = [];
             connection.onicecandidateerror = (event) => codes.push(event.errorCode);
             connection.addTransceiver("audio");
             await connection.setLocalDescription(await connection.createOffer());
             await new Promise((done) => {
               connection.onicegatheringstatechange = () =>
                 connection.iceGatheringState === "complete" && done();
             });
             return [codes, (connection.localDescription.sdp.match(/typ relay/g) || []).length];
           }""",
        wrong(relay),
    )
    assert set(refused) == {401}
    assert candidates == 0


def test_the_relay_leads_to_the_worker_and_nowhere_else(
    running: Running, tmp_path: Path, take_seat: Callable[[], Page]
) -> None:
    page, again = take_seat(), take_seat()
    assert leg(page, running, "publish", ticket("party"))["status"] == 201
    until(page, lambda: ("published", "party") in running.desk.told)
    with coturn(tmp_path, secret=SECRET, worker=NOBODY) as elsewhere:
        assert leg(again, running, "publish", ticket("party"), ways(elsewhere))["status"] == 201
        until(page, lambda: "Forbidden IP" in elsewhere.said())
    # A connection that never stands retires none that does.
    until(page, lambda: running.desk.lines["party"].is_heard)
    assert running.desk.told == [("published", "party")]


def test_a_worker_that_is_reached_from_nowhere_goes_through_the_relay_too(
    relay: Coturn, tmp_path: Path, take_seat: Callable[[], Page]
) -> None:
    known = Relay(urls=(relay.url,), secret=SECRET, only=True)
    hidden = start(
        tmp_path / "spool",
        DeskInMemory(),
        engine=EmbeddedEngine(
            ways=lambda: relayed(
                known.ice_servers(room="", participant="media-worker", now=int(time.time()))
            )
        ),
    )
    page = take_seat()
    assert leg(page, hidden, "publish", ticket("party"), ways(relay))["status"] == 201
    until(page, lambda: ("published", "party") in hidden.desk.told)
    hidden.end()
