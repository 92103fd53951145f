"""The shipped verifier, asked the same in this process and in one that knows nothing of us."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from esign.offline import verify
from server.wiring.parts import now

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cryptography import x509


# What `pip install cryptography` brings; the machine may have no network to ask for it.
BROUGHT = ("cryptography", "cryptography-*", "cffi", "cffi-*", "_cffi_backend*", "pycparser*")


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


def isolated_in(folder: Path, *, verifier: bytes, root: bytes) -> Isolated:
    """Return an empty virtual environment with `cryptography`, the ``verifier`` and a root."""
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True
    )
    python = folder / "venv" / "bin" / "python"
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    told = subprocess.run([python, "-c", asked], check=True, capture_output=True, text=True)
    for source in ("purelib", "platlib"):
        for pattern in BROUGHT:
            for found in Path(sysconfig.get_path(source)).glob(pattern):
                _copy(found, Path(told.stdout.strip()) / found.name)
    (folder / "verify.py").write_bytes(verifier)
    (folder / "root.pem").write_bytes(root)
    return Isolated(folder=folder, python=python)


def _copy(found: Path, target: Path) -> None:
    if found.is_dir():
        shutil.copytree(found, target, dirs_exist_ok=True)
    else:
        shutil.copy2(found, target)


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
