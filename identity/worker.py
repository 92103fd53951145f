"""Everything that decodes or computes on a stranger's pixels runs in a child; this is its parent.

A child that dies or is too slow is killed, the question answered with `CheckUnavailable`,
and the next question gets a new child. Models are loaded once per child.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, TypeVar

from identity.child import KINDS
from identity.framing import Frame, FrameMalformed, encode, read_frame
from identity.images.refusal import ImageRefused, RefusalCode
from identity.unavailable import Cause, CheckUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from identity.confinement import Allowance
    from identity.framing import Json

JOBS_OF_A_LIFE: Final = 200
"""Then the child is replaced: what a library leaks or an attacker left ends with it."""
_SLICE: Final = 1024 * 1024
_ROOT: Final = Path(__file__).resolve().parent.parent
_ENVIRONMENT: Final = {
    # Nothing of the parent's environment, where keys may be. One thread each: address
    # space is limited, and the platform's parallelism is several children.
    "PYTHONPATH": str(_ROOT),
    "PYTHONDONTWRITEBYTECODE": "1",
    "LANG": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "OPENCV_IO_MAX_IMAGE_PIXELS": "40000000",
}


_Code = TypeVar("_Code", RefusalCode, Cause)


class LimitedWorker:
    """One child at a time, one question at a time; safe to share between threads."""

    def __init__(
        self,
        kind: str,
        *,
        weights: Path | None = None,
        models: Path | None = None,
        allowance: Allowance | None = None,
    ) -> None:
        self._kind = kind
        self._allowance = allowance or KINDS[kind][1]
        self._options = json.dumps(
            {
                "weights": str(weights) if weights else None,
                "models": str(models) if models else None,
                "allowance": asdict(self._allowance),
            }
        )
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._answered = 0
        self._owner = os.getpid()
        self.network_gone = False
        """Whether the present child has no network at all."""
        self.peak_kib = 0
        """The largest resident size that any child of this worker reported."""

    def ask(self, job: str, arguments: Mapping[str, Json], blobs: Sequence[bytes] = ()) -> Frame:
        """Return the child's answer; raises `FileRefused` by its word, or `CheckUnavailable`."""
        with self._lock:
            child = self._living_child()
            until = time.monotonic() + self._allowance.wall_seconds
            try:
                self._send(child, encode({"job": job, **arguments}, blobs), until)
                answer = self._receive(child, until)
            except CheckUnavailable:
                self._end()
                raise
            self._answered += 1
            return self._understood(answer)

    def start(self) -> int:
        """Have a child ready before the first question; returns its process id."""
        with self._lock:
            return self._living_child().pid

    def close(self) -> None:
        with self._lock:
            self._end()

    def _living_child(self) -> subprocess.Popen[bytes]:
        if self._owner != os.getpid():
            # A fork: the child belongs to the process that we were copied from.
            self._child, self._owner = None, os.getpid()
        if self._answered >= JOBS_OF_A_LIFE:
            self._end()
        if self._child is not None and self._child.poll() is None:
            return self._child
        self._end()
        self._child = child = subprocess.Popen(  # noqa: S603 - our own program, fixed words
            [sys.executable, "-P", "-m", "identity.child", self._kind, self._options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            bufsize=0,
        )
        try:
            ready = self._receive(child, time.monotonic() + self._allowance.start_seconds)
        except CheckUnavailable as error:
            self._end()
            raise CheckUnavailable(Cause.NOT_STARTED) from error
        _widen(child)
        self.network_gone = ready.head.get("network_gone") is True
        self._answered = 0
        return child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
        child.wait()

    def _understood(self, answer: Frame) -> Frame:
        head = answer.head
        if "refused" in head:
            raise ImageRefused(_known(RefusalCode, head["refused"]))
        if "unavailable" in head:
            raise CheckUnavailable(_known(Cause, head["unavailable"]))
        done, peak = head.get("done"), head.get("peak_kib")
        if not (isinstance(done, dict) and isinstance(peak, int)):
            raise CheckUnavailable(Cause.ANSWER_MALFORMED)
        self.peak_kib = max(self.peak_kib, peak)
        return Frame(done, answer.blobs)

    @staticmethod
    def _send(child: subprocess.Popen[bytes], content: bytes, until: float) -> None:
        pipe = _descriptor(child.stdin)
        os.set_blocking(pipe, False)
        left = memoryview(content)
        while left:
            _wait(pipe, select.POLLOUT, until)
            try:
                left = left[os.write(pipe, left[:_SLICE]) :]
            except BlockingIOError:
                continue
            except BrokenPipeError as error:
                raise CheckUnavailable(Cause.DIED) from error

    @staticmethod
    def _receive(child: subprocess.Popen[bytes], until: float) -> Frame:
        pipe = _descriptor(child.stdout)

        def exactly(size: int) -> bytes:
            parts = bytearray(size)
            left = memoryview(parts)
            while left:
                _wait(pipe, select.POLLIN, until)
                got = os.readv(pipe, [left])
                if not got:
                    raise CheckUnavailable(Cause.DIED)
                left = left[got:]
            return bytes(parts)

        try:
            return read_frame(exactly)
        except FrameMalformed as error:
            raise CheckUnavailable(Cause.ANSWER_MALFORMED) from error


def _known(codes: type[_Code], word: object) -> _Code:
    try:
        return codes(str(word))
    except ValueError as error:
        raise CheckUnavailable(Cause.ANSWER_MALFORMED) from error


def _widen(child: subprocess.Popen[bytes]) -> None:
    """Let pixels through by the megabyte; where the system has a limit, by what it allows."""
    for pipe in (child.stdin, child.stdout):
        with contextlib.suppress(OSError):
            fcntl.fcntl(_descriptor(pipe), fcntl.F_SETPIPE_SZ, _SLICE)


def _descriptor(pipe: IO[bytes] | None) -> int:
    if pipe is None:
        raise CheckUnavailable(Cause.DIED)
    return pipe.fileno()


def _wait(pipe: int, event: int, until: float) -> None:
    poll = select.poll()
    poll.register(pipe, event)
    left_ms = (until - time.monotonic()) * 1000
    if not (left_ms > 0 and poll.poll(left_ms)):
        raise CheckUnavailable(Cause.TOO_SLOW)
