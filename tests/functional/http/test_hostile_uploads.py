"""The hostile files through the real upload path of the running platform.

Begun, put to the store in signed parts, completed, looked at by the worker:
each is refused with its code, and no process of the platform dies of it.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from server.demo.api import Api, CallRefused, upload
from server.demo.signing_in import as_applicant
from tests.functional.case.staging import APPLICATION
from tests.hostile import jpegs
from tests.hostile.corpus import BEFORE_DECODING, JPEG, PDFS, WHILE_DECODING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.wiring.launching import Running
    from tests.hostile.cases import HostileFile

PHONE = "+33639984480"
# A file without a byte is refused when it is announced: the contract asks for one.
FILES = [f for f in (*BEFORE_DECODING, *WHILE_DECODING, *PDFS) if f.name != "nothing"]


@pytest.fixture(scope="module")
def applicant(running: Running) -> Api:
    return as_applicant(running.base_url, PHONE, running.outbox)


@pytest.fixture(scope="module")
def case(applicant: Api) -> str:
    return str(applicant.post("/v1/cases", APPLICATION)["id"])


def processes(running: Running) -> dict[str, list[int]]:
    """Return the web and worker processes and the web server's own children."""
    pids = {}
    for name in ("web", "worker-1"):
        pid = running.processes[name].wait_until_ready()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text() if name == "web" else ""
        pids[name] = [pid, *map(int, children.split())]
    return pids


def peak_mib(pid: int) -> int:
    """Return the most memory that a process has had so far."""
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = [each for each in status.splitlines() if each.startswith("VmHWM")]
    return int(line.split()[1]) // 1024


@pytest.fixture(scope="module")
def unharmed(running: Running, case: str) -> Iterator[dict[str, list[int]]]:
    """See to it that whoever was there before the files is there after them."""
    assert case
    before = processes(running)
    memory = {pid: peak_mib(pid) for pids in before.values() for pid in pids}
    yield before
    after = processes(running)
    grown = {pid: (old, peak_mib(pid)) for pid, old in memory.items()}
    print(f"\npeak MiB before and after, by process: {grown}")  # noqa: T201  # part of the proof
    assert after == before


@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_hostile_file_is_refused_by_its_code_and_nobody_is_harmed(
    file: HostileFile,
    applicant: Api,
    case: str,
    unharmed: dict[str, list[int]],
) -> None:
    content = file.make()
    began = time.monotonic()
    with pytest.raises(CallRefused) as refused:
        upload(applicant, content, case=case, purpose="material", media_type=file.claimed)
    took = time.monotonic() - began
    web, worker = unharmed["web"][-1], unharmed["worker-1"][0]
    print(  # noqa: T201  # the figures are the point
        f"\n{file.name:34} {len(content):>10,} B {refused.value.code:22} {took:5.2f} s"
        f"  web {peak_mib(web)} MiB  worker {peak_mib(worker)} MiB"
    )
    assert refused.value.code == file.code
    assert Api(base=applicant.base).get("/v1/health")["status"] == "ok"


def test_an_empty_file_is_refused_when_it_is_announced(applicant: Api, case: str) -> None:
    with pytest.raises(CallRefused) as refused:
        upload(applicant, b"", case=case, purpose="material", media_type=JPEG)
    assert (refused.value.status, refused.value.reasons) == (422, ("too_small",))


def test_an_honest_file_is_let_in_after_them_all(
    applicant: Api, case: str, unharmed: dict[str, list[int]]
) -> None:
    assert unharmed
    assert upload(applicant, jpegs.honest(), case=case, purpose="material", media_type=JPEG)
