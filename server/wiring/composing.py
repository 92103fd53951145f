"""What makes composite videos: the parts, and a limited process that decodes and encodes."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from server.ceremony.errors import CompositeNotMade
from server.media.composing.allowance import NETWORK_STAYS, allowance_for
from server.media.composing.plan import MADE, write_order
from server.tasks.composing import ComposingDesk, compose_due
from server.wiring.parts import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from identity.confinement import Allowance
    from server.ceremony.composite import CompositePlan
    from server.wiring.parts import Parts

PREFIX: Final = "feigui-composite-"
HELD: Final = "held"


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
    with _folder() as folder:
        for track in plan.tracks:
            for piece in track.pieces:
                (folder / piece.sha256).write_bytes(fetch(piece.sha256))
        write_order(folder, plan, fonts=fonts)
        _run(folder, allowance_for(plan.length_ms, len(plan.tracks)))
        return (folder / MADE).read_bytes()


@contextmanager
def _folder() -> Iterator[Path]:
    """Return a place for the segments in the clear; one that a killed run left goes first."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{HELD}"):
        with left.open("rb") as held, suppress(BlockingIOError):
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left.parent)
    with tempfile.TemporaryDirectory(prefix=PREFIX) as name, (Path(name) / HELD).open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield Path(name)


def _run(folder: Path, allowance: Allowance) -> None:
    try:
        ended = subprocess.run(  # noqa: S603  # our own program; the folder is ours
            [sys.executable, "-m", "server.media.composing", str(folder)],
            check=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=allowance.start_seconds + allowance.wall_seconds,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired, OSError) as error:
        # What it printed may quote what it read.
        raise CompositeNotMade(type(error).__name__) from None
    if NETWORK_STAYS.encode() in ended.stderr:
        structlog.get_logger("feigui.job").warning("network_stays")
