"""The client asks a gateway over HTTP; whatever the gateway does, only a match is a match."""

from __future__ import annotations

import itertools
import json
import logging
import secrets
import socket
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest
import urllib3
from werkzeug.serving import make_server

from identity.registers.judging import judge_register, register_rules_2026
from identity.registers.questions import (
    Agreement,
    NetworkCredential,
    QuestionKind,
    ThreeElements,
    TwoElements,
    Unavailable,
)
from server.partners import identity_register_protocol as protocol
from server.partners.identity_register import (
    HttpIdentityRegister,
    RegisterAccount,
    RegisterMisconfigured,
)
from server.partners.identity_register_simulator import (
    IdentityRegisterSimulator,
    KnownPeople,
    Misbehaviour,
)
from storage.errors import NotForProduction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from identity.registers.questions import RegisterQuestion

NOW: Final = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
KEY: Final = b"an agreed key of thirty-two bytes"
NAME, NUMBER = "欧阳明", "11010119710804123X"
PEOPLE: Final = KnownPeople(names={NUMBER: NAME}, tokens={"good": True, "used": False})
RIGHT: Final = TwoElements(name=NAME, number=NUMBER)


@dataclass(frozen=True, slots=True)
class Gateway:
    simulator: IdentityRegisterSimulator
    account: RegisterAccount

    def client(
        self,
        *,
        key: bytes = KEY,
        now: datetime = NOW,
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
        patience: urllib3.Timeout | None = None,
    ) -> HttpIdentityRegister:
        return HttpIdentityRegister(
            replace(self.account, key=key),
            now=lambda: now,
            new_nonce=nonce,
            patience=patience or urllib3.Timeout(total=10.0),
        )


@pytest.fixture(scope="module")
def running() -> Iterator[Gateway]:
    simulator = IdentityRegisterSimulator(PEOPLE, clients={"office": KEY}, now=lambda: NOW)
    server = make_server("127.0.0.1", 0, simulator, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    yield Gateway(simulator, RegisterAccount(register="nia", url=url, client="office", key=KEY))
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def gateway(running: Gateway) -> Iterator[Gateway]:
    yield running
    running.simulator.control.next_ones.clear()
    running.simulator.control.released.set()


@pytest.mark.parametrize(
    ("question", "agreement", "score"),
    [
        # Name and number belong together.
        (RIGHT, Agreement.MATCH, None),
        # The number is somebody else's.
        (TwoElements(name="李娜", number=NUMBER), Agreement.NO_MATCH, None),
        # Nobody has it.
        (TwoElements(name=NAME, number="110101197108041248"), Agreement.UNKNOWN, None),
        # The face is compared as well.
        (ThreeElements(name=NAME, number=NUMBER, face=b"\xff\xd8"), Agreement.MATCH, 0.95),
        # The person's own app vouches for them.
        (NetworkCredential(token="good", face=None), Agreement.MATCH, None),
        # With their face.
        (NetworkCredential(token="good", face=b"\xff\xd8"), Agreement.MATCH, 0.95),
        # Its credential has been used before.
        (NetworkCredential(token="used", face=None), Agreement.NO_MATCH, None),
        # Nobody issued it.
        (NetworkCredential(token="made up", face=None), Agreement.UNKNOWN, None),
    ],
)
def test_a_register_answers_what_it_is_asked(
    question: RegisterQuestion, agreement: Agreement, score: float | None, gateway: Gateway
) -> None:
    answer = gateway.client()(question)

    assert (answer.agreement, answer.face_score) == (agreement, score)
    assert (answer.register, answer.answered_at) == ("nia", NOW)
    assert answer.why_unavailable is None
    assert answer.reference is not None
    assert answer.reference.startswith("SIM-")


@pytest.mark.parametrize(
    ("misbehaviour", "why"),
    [
        # It breaks, with a match in the error page.
        (Misbehaviour.FAILS, Unavailable.ANSWER_MALFORMED),
        # It has too much to do.
        (Misbehaviour.IS_BUSY, Unavailable.BUSY),
        # It sends us elsewhere, with what we know of the person.
        (Misbehaviour.REDIRECTS, Unavailable.ANSWER_MALFORMED),
        # It answers in no language of ours.
        (Misbehaviour.TALKS_GARBAGE, Unavailable.ANSWER_MALFORMED),
        # It does not stop.
        (Misbehaviour.TALKS_ENDLESSLY, Unavailable.ANSWER_MALFORMED),
        # Somebody else answers for it.
        (Misbehaviour.SIGNS_WRONGLY, Unavailable.ANSWER_NOT_AUTHENTIC),
        # Somebody repeats what it answered yesterday.
        (Misbehaviour.ANSWERS_ANOTHER, Unavailable.ANSWER_NOT_AUTHENTIC),
        # It says "probably".
        (Misbehaviour.USES_UNKNOWN_WORD, Unavailable.ANSWER_MALFORMED),
        # It matches with a score that is no number.
        (Misbehaviour.SCORES_NAN, Unavailable.ANSWER_MALFORMED),
        # It counts in per cent.
        (Misbehaviour.SCORES_TOO_HIGH, Unavailable.ANSWER_MALFORMED),
        # It writes the score as words.
        (Misbehaviour.SCORES_IN_WORDS, Unavailable.ANSWER_MALFORMED),
        # It answers with a list.
        (Misbehaviour.TALKS_IN_LISTS, Unavailable.ANSWER_MALFORMED),
        # Its number of the check would end a line of the log.
        (Misbehaviour.NAMES_TWO_LINES, Unavailable.ANSWER_MALFORMED),
        # It gives no number under which anybody could ask back.
        (Misbehaviour.NAMES_NOTHING, Unavailable.ANSWER_MALFORMED),
    ],
)
def test_a_gateway_that_misbehaves_is_unavailable_and_the_next_question_is_answered(
    misbehaviour: Misbehaviour, why: Unavailable, gateway: Gateway
) -> None:
    gateway.simulator.control.next_ones.append(misbehaviour)
    client = gateway.client()

    answer = client(RIGHT)

    assert (answer.agreement, answer.why_unavailable) == (Agreement.UNAVAILABLE, why)
    assert judge_register(answer, register_rules_2026(), now=NOW) == {"register_unavailable"}
    assert client(RIGHT).agreement is Agreement.MATCH


def test_a_gateway_that_does_not_answer_in_time_is_unavailable(gateway: Gateway) -> None:
    gateway.simulator.control.released.clear()
    gateway.simulator.control.next_ones.append(Misbehaviour.IS_SLOW)

    answer = gateway.client(patience=urllib3.Timeout(total=0.2))(RIGHT)

    assert answer.why_unavailable is Unavailable.TIMED_OUT


def test_an_answer_that_drips_is_not_waited_for(gateway: Gateway) -> None:
    times = itertools.count()

    client = HttpIdentityRegister(
        gateway.account,
        now=lambda: NOW + 6 * timedelta(seconds=next(times)),
        new_nonce=lambda: secrets.token_hex(16),
    )

    assert client(RIGHT).agreement is Agreement.MATCH
    slower = HttpIdentityRegister(
        gateway.account,
        now=lambda: NOW + 11 * timedelta(seconds=next(times)),
        new_nonce=lambda: secrets.token_hex(16),
    )
    assert slower(RIGHT).why_unavailable is Unavailable.TIMED_OUT


def test_a_gateway_that_hangs_up_is_unreachable(gateway: Gateway) -> None:
    with socket.create_server(("127.0.0.1", 0)) as rude:
        url = f"http://127.0.0.1:{rude.getsockname()[1]}"
        client = HttpIdentityRegister(
            replace(gateway.account, url=url), now=lambda: NOW, new_nonce=lambda: "0" * 32
        )

        def hang_up() -> None:
            rude.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()

        assert client(RIGHT).why_unavailable is Unavailable.UNREACHABLE
        thread.join()


def test_a_gateway_that_is_not_there_is_unavailable(gateway: Gateway) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        account = replace(gateway.account, url=url)
        client = HttpIdentityRegister(account, now=lambda: NOW, new_nonce=lambda: "0" * 32)

        assert client(RIGHT).why_unavailable is Unavailable.UNREACHABLE


@pytest.mark.parametrize(
    "client",
    [
        # Our key is not the agreed one.
        lambda gateway: gateway.client(key=bytes(32)),
        # Our clock is six minutes slow.
        lambda gateway: gateway.client(now=NOW - timedelta(minutes=6)),
        # We are nobody whom it knows.
        lambda gateway: HttpIdentityRegister(
            replace(gateway.account, client="stranger"),
            now=lambda: NOW,
            new_nonce=lambda: secrets.token_hex(16),
        ),
    ],
)
def test_a_gateway_that_does_not_know_us_says_so(
    client: Callable[[Gateway], HttpIdentityRegister], gateway: Gateway
) -> None:
    assert client(gateway)(RIGHT).why_unavailable is Unavailable.REFUSED_US


def test_a_recorded_request_cannot_be_sent_again(gateway: Gateway) -> None:
    same = secrets.token_hex(16)
    client = gateway.client(nonce=lambda: same)

    assert client(RIGHT).agreement is Agreement.MATCH
    assert client(RIGHT).why_unavailable is Unavailable.REFUSED_US


def test_a_request_for_anything_else_is_not_served(gateway: Gateway) -> None:
    address = gateway.account.url
    assert urllib3.request("GET", address + protocol.PATH, retries=False).status == 404
    assert urllib3.request("POST", address + "/v1/people", body=b"", retries=False).status == 404


def test_nothing_about_a_person_stands_in_an_address_a_log_or_an_answer(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    answer = gateway.client()(RIGHT)

    written = json.dumps([record.getMessage() for record in caplog.records]) + repr(answer)
    assert protocol.PATH in written
    assert NUMBER not in written
    assert NAME not in written


@pytest.mark.parametrize(
    ("url", "key"),
    [
        # In the clear over the network.
        ("http://register.example", KEY),
        # By another protocol altogether.
        ("ftp://127.0.0.1/", KEY),
        # With a key that can be guessed.
        ("https://register.example", b"secret"),
    ],
)
def test_personal_data_are_not_sent_without_protection(url: str, key: bytes) -> None:
    account = RegisterAccount(register="nia", url=url, client="office", key=key)
    with pytest.raises(RegisterMisconfigured):
        HttpIdentityRegister(account, now=lambda: NOW, new_nonce=lambda: "0" * 32)


def test_the_simulator_says_that_it_is_no_register() -> None:
    with pytest.warns(NotForProduction, match="stands in"):
        IdentityRegisterSimulator(PEOPLE, clients={}, now=lambda: NOW)


def test_two_questions_at_once_have_their_own_answers(gateway: Gateway) -> None:
    client = gateway.client()
    questions = [RIGHT, TwoElements(name="李娜", number=NUMBER)] * 4
    found: dict[int, Agreement] = {}

    def ask(place: int) -> None:
        found[place] = client(questions[place]).agreement

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(len(questions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    expected = [Agreement.MATCH, Agreement.NO_MATCH] * 4
    assert [found[place] for place in range(len(questions))] == expected


def test_the_face_is_asked_about_under_its_own_kind(gateway: Gateway) -> None:
    answer = gateway.client()(ThreeElements(name=NAME, number=NUMBER, face=b"\xff\xd8"))

    assert answer.kind is QuestionKind.THREE_ELEMENTS
