"""The shipped verifier, asked the same in this process and in one that knows nothing of us."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from esign.offline import verify
from server.wiring.parts import now

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from cryptography import x509


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolated:
    folder: Path
    python: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Python without the environment's paths, in a folder that is not ours."""
        return subprocess.run(
            [str(self.python), "-I", *arguments],
            cwd=self.folder,
            env={"PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            check=False,
        )

    def judge(self, package: bytes, *options: str) -> tuple[int, list[str]]:
        """Return the exit code, and the code of every fault."""
        path = self.folder / "package.zip"
        path.write_bytes(package)
        done = self.run("verify.py", str(path), "--json", *options)
        if done.stderr:
            raise AssertionError(done.stderr)
        return done.returncode, codes_in(json.loads(done.stdout))


def codes_in(report: dict[str, Any]) -> list[str]:
    return [fault["code"] for step in report["steps"] for fault in step["faults"]]


def judged(
    package: bytes,
    *,
    roots: Sequence[x509.Certificate],
    at: datetime | None = None,
    log_key: str | None = None,
) -> list[str]:
    """Return the code of every fault, as this process finds them."""
    asked = verify.Asked(package, at or now(), list(roots), log_key)
    return [fault.code for step in verify.verify(asked) for fault in step.faults]
