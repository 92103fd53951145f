"""A passport's chip proves over HTTP that it is no copy; the app only relays."""

from __future__ import annotations

import http.client
import json
import secrets
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.serving import make_server

from identity.chips.chip_authentication import ChipQuestion
from identity.chips.refusal import ChipFile
from tests.functional.case.looking import (
    application_of,
    blank_page,
    files_of,
    judging,
    passport,
)
from tests.functional.case.staging import APPLICATION, Staging
from tests.unit.identity.chips import answering, making
from tests.unit.identity.chips.signing import ec_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from identity.chips.files import ChipFiles
    from tests.functional.case.platform import Person, Platform
    from tests.functional.case.worker import Worker


@dataclass(frozen=True, slots=True)
class Line:
    """A telephone: HTTP over a socket, and the chip against its back."""

    port: int
    person: Person

    def send(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {
            "Authorization": f"Bearer {self.person.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": secrets.token_hex(16),
            "Accept-Language": "en",
        }
        line.request(method, f"/v1{path}", json.dumps(body) if body else None, headers)
        answer = line.getresponse()
        told = json.loads(answer.read())
        line.close()
        return answer.status, told


@pytest.fixture
def case(platform: Platform, worker: Worker, children: Any) -> Iterator[Staging]:  # noqa: ANN401
    worker.judge = judging(children, platform.clock)
    staged = Staging(platform=platform, worker=worker, application=application_of(APPLICATION))
    yield staged.open()
    worker.run()
    worker.judge = None


@pytest.fixture
def line(case: Staging, platform: Platform) -> Iterator[Line]:
    server = make_server("127.0.0.1", 0, platform.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Line(server.server_port, case.applicant)
    server.shutdown()
    thread.join()
    server.server_close()


def challenge(case: Staging, line: Line, dg14: bytes | None) -> tuple[int, Any]:
    body = {"by": "chip"} | ({} if dg14 is None else {"dg14": dg14.hex()})
    return line.send("POST", case.path(f"/parties/{case.party}/identity-challenges"), body)


def relayed(told: Any) -> ChipQuestion:  # noqa: ANN401  # JSON
    asked = told["chip_authentication"]
    return ChipQuestion(
        key_id=asked["key_id"],
        public_point=bytes.fromhex(asked["public_point"]),
        command=bytes.fromhex(asked["command"]),
    )


def check(case: Staging, line: Line, chip: ChipFiles, **answers: Any) -> Any:  # noqa: ANN401
    me = case.applicant
    files = me.upload(case.case, files_of(chip), purpose="chip")
    page = me.upload(case.case, blank_page(), purpose="document")
    body = {"document": "passport", "front": page, "chip": {"upload": files, **answers}}
    status, told = line.send("POST", case.path(f"/parties/{case.party}/identity-checks"), body)
    if status != 202:
        return told
    case.worker.run()
    (*_, newest) = case.read(case.notary)["identity_checks"]
    return case.notary.get(case.path(f"/identity-checks/{newest['id']}")).body


def test_a_chip_that_holds_its_key_is_no_copy(case: Staging, line: Line) -> None:
    groups = making.groups()
    status, asked = challenge(case, line, groups[ChipFile.DG14])
    assert (status, asked["expires_s"]) == (201, 900)
    response = answering.answer(ec_key("chip"), relayed(asked))
    told = check(
        case,
        line,
        passport(groups),
        chip_authentication={"challenge": asked["id"], "response": response.hex()},
    )
    assert told["chip"]["outcome"] == "proven"
    assert [s["step"] for s in told["chip"]["evidence"]][-1] == "chip_authentication"
    # No face was compared: that stays for a person.
    assert (told["state"], told["doubts"]) == ("person_decides", ["face_not_compared"])


def test_both_answers_may_be_to_one_challenge(case: Staging, line: Line) -> None:
    groups = making.groups()
    _, asked = challenge(case, line, groups[ChipFile.DG14])
    signed = answering.sign_plainly(ec_key("active"), bytes.fromhex(asked["chip_challenge"]))
    response = answering.answer(ec_key("chip"), relayed(asked))
    told = check(
        case,
        line,
        passport(groups),
        active_authentication={"challenge": asked["id"], "response": signed.hex()},
        chip_authentication={"challenge": asked["id"], "response": response.hex()},
    )
    steps = [s["step"] for s in told["chip"]["evidence"]]
    assert steps[-2:] == ["active_authentication", "chip_authentication"]


def test_a_copy_cannot_answer_without_the_key(case: Staging, line: Line) -> None:
    groups = making.groups()
    _, asked = challenge(case, line, groups[ChipFile.DG14])
    response = answering.answer(ec_key("chip"), relayed(asked))
    forged = response[:-3] + bytes([response[-3] ^ 1]) + response[-2:]
    told = check(
        case,
        line,
        passport(groups),
        chip_authentication={"challenge": asked["id"], "response": forged.hex()},
    )
    assert (told["state"], told["chip"]["fault"]) == ("refused", "chip_response_wrong")


def test_a_copy_cannot_have_another_key_asked_in_its_place(case: Staging, line: Line) -> None:
    # The thief has the genuine files, and a chip key of his own to ask with.
    thiefs = making.security_infos(ec_key("thief"))
    _, asked = challenge(case, line, thiefs)
    response = answering.answer(ec_key("thief"), relayed(asked))
    told = check(
        case,
        line,
        passport(),
        chip_authentication={"challenge": asked["id"], "response": response.hex()},
    )
    assert (told["state"], told["chip"]["fault"]) == ("refused", "chip_response_wrong")


def test_the_answer_to_one_challenge_is_none_to_another(case: Staging, line: Line) -> None:
    dg14 = making.groups()[ChipFile.DG14]
    (_, first), (_, second) = challenge(case, line, dg14), challenge(case, line, dg14)
    response = answering.answer(ec_key("chip"), relayed(first)).hex()
    answer = {"challenge": second["id"], "response": response}
    told = check(case, line, passport(), chip_authentication=answer)
    assert told["chip"]["fault"] == "chip_response_wrong"
    assert check(case, line, passport(), chip_authentication=answer)["code"] == "challenge_spent"


def test_a_chip_that_was_here_once_does_not_answer_later(
    case: Staging, line: Line, platform: Platform
) -> None:
    dg14 = making.groups()[ChipFile.DG14]
    _, asked = challenge(case, line, dg14)
    response = answering.answer(ec_key("chip"), relayed(asked)).hex()
    platform.clock.at += timedelta(minutes=16)
    answer = {"challenge": asked["id"], "response": response}
    assert check(case, line, passport(), chip_authentication=answer)["code"] == "challenge_spent"


@pytest.mark.parametrize(
    "dg14",
    [
        # No file of a chip.
        b"\x00\x01\x02",
        # A chip without a key to ask.
        making.security_infos(),
        # A key with a number that no chip has.
        making.security_infos(ec_key("chip"), key_id=2**31),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_way_on(
    case: Staging, line: Line, dg14: bytes
) -> None:
    status, told = challenge(case, line, dg14)
    assert (status, told["code"]) == (422, "chip_cannot_be_asked")
    assert "another way" in told["detail"]
    assert "chip_authentication" not in challenge(case, line, None)[1]


def test_an_answer_without_the_file_that_it_is_about_is_refused(case: Staging, line: Line) -> None:
    groups = making.groups()
    _, asked = challenge(case, line, groups.pop(ChipFile.DG14))
    response = answering.answer(ec_key("chip"), relayed(asked))
    told = check(
        case,
        line,
        passport(groups),
        chip_authentication={"challenge": asked["id"], "response": response.hex()},
    )
    assert told["chip"]["fault"] == "chip_key_missing"
