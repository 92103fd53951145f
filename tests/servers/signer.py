"""The signer process as it is run, for the length of a block."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from esign.custody.client import CustodyClient

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@contextmanager
def signer(
    directory: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[CustodyClient, subprocess.Popen[str]]]:
    """Run the signer over the authorities in ``directory``; it has to end in order."""
    path = directory / "signer.sock"
    command = [sys.executable, "-W", "ignore", "-m", "esign.custody.daemon"]
    command += ["--keys", str(directory), "--socket", str(path), *arguments]
    with (
        (directory / "signer.log").open("wb") as log,
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, **(environment or {})},
        ) as process,
    ):
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        try:
            yield CustodyClient(path), process
        finally:
            process.terminate()
            assert process.wait(timeout=20) == 0
