"""The limits of the children that decode: memory, time, network, environment, and their death."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from identity.admitting import admit_image
from identity.confinement import DECODER
from identity.images.refusal import ImageRefused, RefusalCode
from identity.unavailable import Cause, CheckUnavailable
from identity.worker import JOBS_OF_A_LIFE, LimitedWorker
from tests.hostile import jpegs, pngs

if TYPE_CHECKING:
    from collections.abc import Iterator

JPEG, PNG = "image/jpeg", "image/png"


@pytest.fixture
def decoder() -> Iterator[LimitedWorker]:
    worker = LimitedWorker("decoder")
    yield worker
    worker.close()


def of_child(pid: int, name: str) -> bytes:
    return Path(f"/proc/{pid}/{name}").read_bytes()


LOOKS_INTO_IT = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root may look into a process that gave up being looked into"
)


@LOOKS_INTO_IT
def test_the_child_sees_nothing_of_its_parents_environment(
    decoder: LimitedWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEIGUI_SECRET", "canary")
    assert b"canary" not in of_child(decoder.start(), "environ")


@LOOKS_INTO_IT
def test_the_child_has_no_network(decoder: LimitedWorker) -> None:
    pid = decoder.start()
    if not decoder.network_gone:
        pytest.skip("neither root nor user namespaces: the network cannot be taken away here")
    interfaces = of_child(pid, "net/dev").decode().splitlines()[2:]
    assert [line.split(":")[0].strip() for line in interfaces] == ["lo"]


@LOOKS_INTO_IT
def test_the_kernel_holds_the_childs_memory_and_files(decoder: LimitedWorker) -> None:
    limits = of_child(decoder.start(), "limits").decode()
    rows = {line[:25].strip(): line[25:].split()[:2] for line in limits.splitlines()}
    assert rows["Max address space"] == [str(DECODER.memory_mib * 1024 * 1024)] * 2
    assert rows["Max file size"] == ["0", "0"]
    assert rows["Max core file size"] == ["0", "0"]


def test_a_childs_peak_is_its_own_and_not_what_its_parent_once_held(
    decoder: LimitedWorker,
) -> None:
    assert len(bytearray(os.urandom(1)) * (400 * 1024 * 1024)) == 400 * 1024 * 1024
    admit_image(jpegs.honest(), claimed=JPEG, decoder=decoder)
    assert decoder.peak_kib < 300 * 1024


def test_a_picture_beyond_the_childs_memory_is_refused_by_name() -> None:
    """39 Mpx are within the gate's limit; with less room than usual they are too costly."""
    scant = LimitedWorker("decoder", allowance=replace(DECODER, memory_mib=360))
    body = pngs.header(6500, 6000) + pngs.rows(6500, 6000)
    large = pngs.SIGNATURE + body + pngs.chunk(b"IEND", b"")
    try:
        with pytest.raises(ImageRefused) as refused:
            admit_image(large, claimed=PNG, decoder=scant)
        assert refused.value.code is RefusalCode.DECODING_TOO_COSTLY
        assert admit_image(jpegs.honest(), claimed=JPEG, decoder=scant).width == 400
    finally:
        scant.close()


def test_a_child_that_does_not_answer_in_time_is_replaced() -> None:
    hasty = LimitedWorker("decoder", allowance=replace(DECODER, wall_seconds=0.3))
    try:
        stuck = hasty.start()
        os.kill(stuck, signal.SIGSTOP)
        with pytest.raises(ImageRefused) as refused:
            admit_image(jpegs.honest(), claimed=JPEG, decoder=hasty)
        assert refused.value.code is RefusalCode.DECODING_TOO_COSTLY
        assert hasty.start() != stuck
    finally:
        hasty.close()


def test_a_child_that_dies_over_a_question_answers_it_with_unavailable(
    decoder: LimitedWorker,
) -> None:
    victim = decoder.start()
    os.kill(victim, signal.SIGSTOP)
    killer = threading.Timer(0.2, os.kill, (victim, signal.SIGKILL))
    killer.start()
    with pytest.raises(CheckUnavailable) as error:
        decoder.ask("pdf", {}, [b"%PDF-1.7"])
    killer.join()
    assert error.value.cause is Cause.DIED


def test_a_child_that_died_between_questions_is_not_noticed_by_anyone(
    decoder: LimitedWorker,
) -> None:
    victim = decoder.start()
    os.kill(victim, signal.SIGKILL)
    os.waitid(os.P_PID, victim, os.WEXITED | os.WNOWAIT)
    assert admit_image(jpegs.honest(), claimed=JPEG, decoder=decoder).width == 400


def test_a_child_is_replaced_after_a_life_of_questions(decoder: LimitedWorker) -> None:
    first, small = decoder.start(), jpegs.honest(size=(160, 160))
    for _ in range(JOBS_OF_A_LIFE):
        admit_image(small, claimed=JPEG, decoder=decoder)
    admit_image(small, claimed=JPEG, decoder=decoder)
    assert decoder.start() != first


def test_a_job_that_nobody_knows_ends_the_child_and_not_the_parent(
    decoder: LimitedWorker,
) -> None:
    with pytest.raises(CheckUnavailable):
        decoder.ask("format_the_disk", {}, [])
    assert admit_image(jpegs.honest(), claimed=JPEG, decoder=decoder).width == 400


def test_a_child_ends_when_its_parent_is_killed() -> None:
    program = (
        "import sys; from identity.worker import LimitedWorker;"
        "w = LimitedWorker('decoder'); print(w.start(), flush=True); sys.stdin.read()"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
    ended = select.poll()
    ended.register(child, select.POLLIN)
    assert ended.poll(10_000)
    os.close(child)


def test_a_forked_copy_of_the_parent_gets_a_child_of_its_own(decoder: LimitedWorker) -> None:
    """As in a server that was loaded before its workers were forked."""
    first = decoder.start()
    source, sink = os.pipe()
    copy = os.fork()
    if copy == 0:
        os.write(sink, str(decoder.start()).encode())
        decoder.close()
        os._exit(0)
    os.waitpid(copy, 0)
    assert int(os.read(source, 20)) != first
    assert decoder.start() == first
    os.close(source)
    os.close(sink)


def test_threads_take_turns(decoder: LimitedWorker) -> None:
    with ThreadPoolExecutor(4) as pool:
        sizes = [(160 + 10 * i, 200) for i in range(12)]
        pictures = [jpegs.honest(size=size) for size in sizes]
        admitted = pool.map(
            lambda content: admit_image(content, claimed=JPEG, decoder=decoder), pictures
        )
        assert [(image.width, image.height) for image in admitted] == sizes


def test_a_child_that_cannot_start_is_unavailable() -> None:
    starved = LimitedWorker("decoder", allowance=replace(DECODER, memory_mib=40))
    with pytest.raises(CheckUnavailable) as error:
        admit_image(jpegs.honest(), claimed=JPEG, decoder=starved)
    assert error.value.cause is Cause.NOT_STARTED
