"""What makes composite videos: the parts, and a limited process that decodes and encodes."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from server.ceremony.errors import CompositeNotMade
from server.media.composing.plan import MADE, write_order
from server.tasks.composing import ComposingDesk, compose_due
from server.wiring.parts import now

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.ceremony.composite import CompositePlan
    from server.wiring.parts import Parts

CPU_SECONDS_AT_LEAST: Final = 120
SLOWEST: Final = 4
"""CPU seconds a second of video and seat; seen on two cores of 2026: a fifteenth of that."""

PATIENCE: Final = 5
"""How many times its processor time it may take by the clock, on a machine that is busy."""


def compose(parts: Parts) -> None:
    """Make what is due; one office's trouble is put on record and stops nobody."""
    done = compose_due(parts.catalogue.rule_packs.offices, desk=composing_desk(parts))
    if done.made or done.failed:
        log = structlog.get_logger("feigui.job")
        log.info("composites", made=done.made, failed=done.failed)


def composing_desk(parts: Parts) -> ComposingDesk:
    def render(plan: CompositePlan, fetch: Callable[[str], bytes]) -> bytes:
        return rendered(plan, fetch, fonts=parts.settings.fonts)

    return ComposingDesk(
        open_transaction=parts.open_transaction,
        render=render,
        fetch=parts.get,
        put=parts.put,
        now=now,
    )


def rendered(plan: CompositePlan, fetch: Callable[[str], bytes], *, fonts: Path) -> bytes:
    """Return the video. Raises `CompositeNotMade` when the process ends without one."""
    with tempfile.TemporaryDirectory(prefix="feigui-composite-") as name:
        folder = Path(name)
        for track in plan.tracks:
            for piece in track.pieces:
                (folder / piece.sha256).write_bytes(fetch(piece.sha256))
        write_order(folder, plan, fonts=fonts)
        _run(folder, cpu_seconds=_allowance(plan))
        return (folder / MADE).read_bytes()


def _allowance(plan: CompositePlan) -> int:
    seconds = plan.length_ms * len(plan.tracks) // 1000
    return CPU_SECONDS_AT_LEAST + SLOWEST * seconds


def _run(folder: Path, *, cpu_seconds: int) -> None:
    program = [sys.executable, "-m", "server.media.composing", str(folder)]
    try:
        subprocess.run(  # noqa: S603  # our own program; the folder is ours
            [*program, "--cpu-seconds", str(cpu_seconds)],
            check=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=cpu_seconds * PATIENCE,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired, OSError) as error:
        # What it printed may quote what it read.
        raise CompositeNotMade(type(error).__name__) from None
