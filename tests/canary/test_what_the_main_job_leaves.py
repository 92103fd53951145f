"""What the main job leaves: a package that verifies, and nothing personal where none may be.

No log line, URL or error has any: canaries in every personal field (PIPL Art. 51;
conventions.md D3 (j)). The main job and its refusals run first, so that the logs are those of
real work; then wrong requests of every kind. The package is accepted offline, under the root
that the job leaves. One file, so that the job is done once.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import pytest
import urllib3
from cryptography import x509

from esign.offline import verify
from identity.specimens.people import OU_YANGMING
from server.demo.journey import texts
from server.demo.people import STAFF
from server.wiring.parts import now
from tests.canary.spilling import MARK, TRACES, WORDS
from tests.functional.package.kit import unpacked
from tests.functional.package.verifying import isolated_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from server.demo.seeding import Credentials
    from server.wiring.launching import Running
    from tests.canary.conftest import Answered

SHORTEST: Final = 3
CODES: Final = frozenset({"route", "citizenship", "location_country", "use_country", "residence"})


def texts_of(value: Any) -> Iterator[str]:  # noqa: ANN401  # whatever the journey writes
    match value:
        case str() if len(value) >= SHORTEST:
            yield value
        case dict():
            for name, each in value.items():
                if name not in CODES:
                    yield from texts_of(each)
        case list() | tuple():
            for each in value:
                yield from texts_of(each)


def personal(running: Running, people: Mapping[str, Credentials]) -> set[str]:
    """Return everything of people that went into the platform so far."""
    person = OU_YANGMING
    sent = [json.loads(line) for line in running.outbox.read_text("utf-8").splitlines()]
    written = (
        texts.PURPOSE,
        texts.DEED,
        texts.TOLD,
        texts.EXCHANGES,
        texts.OPINIONS,
        texts.CERTIFICATE,
        texts.REPORT_OF_VERIFICATION,
    )
    return {
        *TRACES,
        *(each["to"].removeprefix("+") for each in sent),
        person.name,
        person.number,
        person.address,
        person.passport_number,
        *(staff.name for staff in STAFF),
        *(secret for p in people.values() for secret in (p.password, p.totp_secret, p.login)),
        *(text for value in written for text in texts_of(value) if not text.isascii()),
    }


def log_files(running: Running) -> list[Path]:
    """Return every log below the platform's folder, whoever writes it."""
    named = {path for path in running.state.rglob("log*") if path.is_file()}
    return sorted(named | {path for path in running.state.rglob("*.log") if path.is_file()})


@pytest.fixture(scope="module")
def logs(running: Running, main_job: dict[str, Any], spilled: list[Answered]) -> dict[str, str]:
    assert main_job["status"] == "archived"
    assert spilled
    pages = urllib3.PoolManager(timeout=30, retries=False)
    for query in (f"number={MARK}&check_code={MARK}", f"{MARK}={MARK}"):
        pages.request("GET", f"{running.base_url}/verify?{query}")
    return {
        str(path.relative_to(running.state)): path.read_bytes().decode("utf-8", "replace")
        for path in log_files(running)
    }


def test_no_log_line_of_any_process_holds_anything_personal(
    running: Running, people: Mapping[str, Credentials], logs: Mapping[str, str]
) -> None:
    sizes = {name: len(content.splitlines()) for name, content in logs.items()}
    print(f"\nlog lines: {sizes}")  # noqa: T201  # that there were any is part of the proof
    written = {"logs/web.log", "logs/worker-1.log", "logs/signer.log", "logs/tsa.log"}
    assert written | {"postgres/log", "seaweedfs/log"} <= set(logs)
    assert sizes["logs/web.log"] > 500
    sought = personal(running, people)
    assert len(sought) > 50
    leaks = {
        (name, value, next(line for line in content.splitlines() if value in line)[:200])
        for name, content in logs.items()
        for value in sought
        if value in content
    }
    assert leaks == set()


def test_no_error_repeats_what_was_sent(spilled: list[Answered]) -> None:
    problems = [answer for answer in spilled if answer.is_problem]
    statuses = Counter(answer.status for answer in spilled)
    print(f"\n{len(spilled)} requests, {len(problems)} problems: {dict(statuses)}")  # noqa: T201
    assert len(problems) > 1000
    assert {400, 401, 403, 404, 405, 409, 415, 422} <= set(statuses)
    assert [answer for answer in spilled if answer.status >= 500] == []
    leaks = [
        (answer.request, answer.status, answer.text)
        for answer in problems
        if any(trace in answer.text + json.dumps(dict(answer.headers)) for trace in TRACES)
    ]
    assert leaks == []


def test_no_url_that_is_handed_out_holds_anything_personal(spilled: list[Answered]) -> None:
    urls = [answer.headers["location"] for answer in spilled if "location" in answer.headers]
    assert urls
    assert not [url for url in urls if any(trace in url for trace in TRACES)]


def test_every_refusal_is_in_the_log_by_its_trace(
    logs: Mapping[str, str], spilled: list[Answered]
) -> None:
    """What was searched is the whole log: each refusal that people quote is found in it."""
    traces = {json.loads(answer.text)["trace_id"] for answer in spilled if answer.is_problem}
    missing = {trace for trace in traces if trace not in logs["logs/web.log"]}
    assert len(traces) > 1000
    assert missing == set()


def test_the_canary_sings_where_it_may(spilled: list[Answered]) -> None:
    """The proof would be empty if the canaries had never got in."""
    accepted = [a for a in spilled if a.status < 300 and a.request.body is not None]
    assert any(WORDS in json.loads(a.text).get("intake", {}).get("purpose", "") for a in accepted)


def test_the_package_of_the_main_job_verifies(main_job: dict[str, Any], run_folder: Path) -> None:
    assert main_job["status"] == "archived"
    made = run_folder
    root = x509.load_pem_x509_certificate((made / "trust" / "root.pem").read_bytes())
    asked = verify.Asked((made / "evidence.zip").read_bytes(), now(), [root])
    steps = verify.verify(asked)
    assert [fault.code for step in steps for fault in step.faults] == []
    assert all(step.reached for step in steps)
    # The log has told of the certificate by then, and its proof is in the package.
    assert [step.en for step in steps if step.evidence][-1] == "transparency log"


def test_the_package_was_asked_for_over_http_and_its_own_verifier_takes_it_where_nothing_of_us_is(
    main_job: dict[str, Any], run_folder: Path, tmp_path: Path
) -> None:
    """Asked for, followed and fetched as an app would; made by the platform's own worker."""
    assert main_job["status"] == "archived"
    package = (run_folder / "evidence.zip").read_bytes()
    root = (run_folder / "trust" / "root.pem").read_bytes()
    court = isolated_in(tmp_path, verifier=unpacked(package)["verify.py"], root=root)
    assert court.judge(package, "--root", "root.pem") == (0, [])
