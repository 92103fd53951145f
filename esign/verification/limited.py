"""Verify a stranger's file in a child process that can harm nobody.

A fresh child for each file: it holds no key and no secret, has little memory
and little time, and ends with its answer. A child that dies, is too slow or
says something else has found out nothing: `VerificationUnavailable`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.serialization import Encoding

from esign.anchors import roots_now
from esign.errors import NotAPdf, NotOurs, TooLarge, VerificationUnavailable
from esign.verification.answer_text import AnswerMalformed, understand
from esign.verification.coverage import LARGEST
from esign.verification.steps import At, step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography.x509 import Certificate

    from esign.anchors import Roots
    from esign.clock import Clock
    from esign.verification.existence import Existed
    from esign.verification.report import Report

_PROGRAM: Final = (sys.executable, "-P", "-m", "esign.verification.child")
_ENVIRONMENT: Final = {
    # Nothing of the parent's environment, where keys may be.
    "PYTHONPATH": str(Path(__file__).resolve().parent.parent.parent),
    "PYTHONDONTWRITEBYTECODE": "1",
    "LANG": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    memory_mib: int = 1536
    cpu_seconds: int = 20
    wall_seconds: float = 30
    at_once: int = 2
    """More strangers than this wait for their turn, no longer than ``wall_seconds``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitedVerifier:
    """`esign.verification.verify`, out of this process; safe to share between threads."""

    roots: Roots
    now: Clock
    party_roots: Sequence[Certificate] = ()
    allowance: Allowance = field(default_factory=Allowance)
    _turns: threading.Semaphore = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_turns", threading.BoundedSemaphore(self.allowance.at_once))

    def __call__(
        self,
        document: bytes,
        *,
        fresh_lists: Sequence[bytes] = (),
        existed: Sequence[Existed] = (),
    ) -> Report:
        """Return the evidence that ``document`` is genuine now, or raise."""
        _look_at(document)
        report = self._asked(self._question(fresh_lists, existed), document)
        # The digest is what the register is asked for: taken here, not believed.
        if report.document != hashlib.sha256(document).hexdigest():
            raise VerificationUnavailable("the child spoke of another file")
        return report

    def _question(self, fresh_lists: Sequence[bytes], existed: Sequence[Existed]) -> bytes:
        roots = [root.public_bytes(Encoding.DER) for root in roots_now(self.roots)]
        asked = {
            "memory_mib": self.allowance.memory_mib,
            "cpu_seconds": self.allowance.cpu_seconds,
            "at": self.now().isoformat(),
            "roots": [base64.b64encode(der).decode() for der in roots],
            "party_roots": [
                base64.b64encode(root.public_bytes(Encoding.DER)).decode()
                for root in self.party_roots
            ],
            "fresh_lists": [base64.b64encode(der).decode() for der in fresh_lists],
            "existed": [[each.sha256, each.at.isoformat()] for each in existed],
        }
        return json.dumps(asked).encode() + b"\n"

    def _asked(self, question: bytes, document: bytes) -> Report:
        if not self._turns.acquire(timeout=self.allowance.wall_seconds):
            raise VerificationUnavailable("too many files are being checked")
        try:
            done = subprocess.run(  # noqa: S603 - our own program, fixed words
                _PROGRAM,
                input=question + document,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_ENVIRONMENT,
                timeout=self.allowance.wall_seconds,
                check=True,
            )
            return understand(done.stdout)
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
            # Without its output, which subprocess keeps on the error.
            raise VerificationUnavailable(type(error).__name__) from None
        except (OSError, AnswerMalformed) as error:
            raise VerificationUnavailable("the child gave no answer") from error
        finally:
            self._turns.release()


def _look_at(document: bytes) -> None:
    """Refuse what no child is needed for: most of what strangers send is no signed PDF."""
    with step(At.COVERAGE):
        if not len(document) <= LARGEST:
            raise TooLarge("the file is larger than anything this platform issues")
        if b"/ByteRange" in document:
            return
        if not document.startswith(b"%PDF-"):
            raise NotAPdf("not a PDF")
        raise NotOurs("nothing in the file is signed")
