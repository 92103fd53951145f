"""The limited child's own program: ``python -m esign.verification.child``.

One question on standard input, one answer on standard output, then it ends. It
gives up what it can before it reads a stranger's byte; what libraries print
goes nowhere, since it may quote what they read.
"""

from __future__ import annotations

import base64
import ctypes
import json
import os
import resource
import signal
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from cryptography import x509

from esign.errors import VerificationFailed
from esign.verification.answer_text import tell_refusal, tell_report
from esign.verification.existence import Existed
from esign.verification.verifying import verify

if TYPE_CHECKING:
    from typing import BinaryIO

MIB: Final = 1024 * 1024
MOST_OPEN_FILES: Final = 16
_CLONE_NEWNET, _CLONE_NEWUSER = 0x40000000, 0x10000000
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_DUMPABLE = 1, 38, 4


def main() -> None:
    sink = _take_over_output()
    question = json.loads(sys.stdin.buffer.readline())
    _confine(memory_mib=question["memory_mib"], cpu_seconds=question["cpu_seconds"])
    answer = _answered(question, sys.stdin.buffer)
    left = memoryview(answer)
    while left:
        left = left[os.write(sink, left) :]


def _answered(question: dict[str, Any], source: BinaryIO) -> bytes:
    """Turn a refusal into its name; any other error ends this child without an answer."""
    try:
        report = verify(
            source.read(),
            roots=_certificates(question["roots"]),
            party_roots=_certificates(question["party_roots"]),
            at=datetime.fromisoformat(question["at"]),
            fresh_lists=_decoded(question["fresh_lists"]),
            existed=[
                Existed(sha256=sha256, at=datetime.fromisoformat(at))
                for sha256, at in question["existed"]
            ],
        )
    except VerificationFailed as refusal:
        return tell_refusal(refusal)
    return tell_report(report)


def _certificates(encoded: list[str]) -> list[x509.Certificate]:
    return [x509.load_der_x509_certificate(der) for der in _decoded(encoded)]


def _decoded(encoded: list[str]) -> list[bytes]:
    return [base64.b64decode(each, validate=True) for each in encoded]


def _take_over_output() -> int:
    sink = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return sink


def _confine(*, memory_mib: int, cpu_seconds: int) -> None:
    """Limits are the kernel's, so they hold for a child that was taken over.

    Where the network cannot be taken away (no root, no user namespaces) the
    rest still stands.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.unshare(_CLONE_NEWNET if os.geteuid() == 0 else _CLONE_NEWUSER | _CLONE_NEWNET)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    for limit, most in (
        (resource.RLIMIT_AS, memory_mib * MIB),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, MOST_OPEN_FILES),
    ):
        resource.setrlimit(limit, (most, most))


if __name__ == "__main__":
    main()
