"""A media worker that cannot say that it lives goes on, and says it when it can."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from server.ceremony.rooms import EngineName, MediaWorkerPlace
from server.media.worker import MediaWorker, WorkerPorts
from server.settings import Settings
from server.wiring.media import PlatformDesk, _announce
from server.wiring.parts import Parts, now

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

NOWHERE = "postgresql://feigui@127.0.0.1:1/feigui"


def parts_without_a_database(folder: Path) -> Parts:
    for name in ("field-key", "index-key"):
        (folder / name).write_text("00" * 32)
    needed = ("S3_ENDPOINT", "S3_ACCESS_KEY", "S3_SECRET_KEY", "TSA_URL")
    environ = {
        **{f"FEIGUI_{name}": "http://127.0.0.1:1" for name in needed},
        "FEIGUI_DATABASE_URL": NOWHERE,
        "FEIGUI_KEY_ENCRYPTION_KEYS": "memory:",
        "FEIGUI_SECRETS": str(folder),
        "FEIGUI_TOKEN_KEYS": str(folder),
        "FEIGUI_AUTHORITIES": str(folder),
        "FEIGUI_SIGNER_SOCKET": str(folder / "none"),
        "FEIGUI_PUBLIC_URL": "http://127.0.0.1:8000",
    }
    return Parts(Settings.from_environ(environ))


def test_an_outage_of_the_database_is_no_end_of_announcing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = MediaWorkerPlace(
        name="worker", url="http://127.0.0.1:1", engine=EngineName.EMBEDDED, rooms=0, seen_at=now()
    )
    desk = PlatformDesk(parts_without_a_database(tmp_path), place, time.time)
    worker = MediaWorker(WorkerPorts(desk=desk, spool=tmp_path, boot="0", seconds=time.time))
    # Not `asyncio.run`: it would take the loop away from whoever leans on there being one.
    loop = asyncio.new_event_loop()
    loop.run_until_complete(_announce(desk, worker))
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    assert "BooksUnavailable" in capsys.readouterr().out
