"""kill -9 at each step of renewing a stamp: nothing twice, nothing lost, nothing half."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from esign.testing import RunningOffice, running_office
from esign.verification import verify
from server.cases.restamping import RenewalFault, files_of
from server.db.engine import make_engine
from server.db.work import open_transaction as opened
from server.register.generations import GenerationState
from server.tasks.queue import queue_on
from server.tasks.stamps import renew_due
from tests.functional.tasks.test_stamps import SEALED_AT, YEAR, Archive, new_archive

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from server.db.secrets import FieldCipher
    from server.transaction import OpenTransaction

REPEATS = int(os.environ.get("FEIGUI_FAULT_REPEATS", "2"))
DIES_WITHIN_S = 45.0


@dataclass(frozen=True, slots=True)
class Folder(MutableMapping[str, bytes]):
    """Objects as files, so that they outlive whoever wrote them."""

    path: Path

    def __getitem__(self, name: str) -> bytes:
        return (self.path / name).read_bytes()

    def __setitem__(self, name: str, content: bytes) -> None:
        (self.path / name).write_bytes(content)

    def __delitem__(self, name: str) -> None:
        (self.path / name).unlink()

    def __iter__(self) -> Iterator[str]:
        return (each.name for each in self.path.iterdir())

    def __len__(self) -> int:
        return sum(1 for _ in self)


@pytest.fixture
def signing(tmp_path: Path) -> Iterator[RunningOffice]:
    with running_office(tmp_path / "office", at=SEALED_AT) as running:
        running.new_stamper(valid_for=2 * YEAR)
        yield running


def renew_and_die(archive: Archive, engine: Engine, cipher: FieldCipher, fault: str) -> None:
    """Run in a process of its own, with a connection of its own, up to ``fault``."""
    own = make_engine(engine.url.render_as_string(hide_password=False))
    archive.open_transaction = opened(
        own, cipher=cipher, now=archive.signing.now, queue_on=queue_on()
    )

    def reach(step: str) -> None:
        if step == fault:
            os.kill(os.getpid(), signal.SIGKILL)

    renew_due(
        [archive.office],
        desk=replace(archive.desk(), reach=reach),
        open_transaction=archive.open_transaction,
        waits_for=(),
        tell=lambda _: None,
    )


@pytest.fixture
def killed(signing: RunningOffice, open_transaction: OpenTransaction, tmp_path: Path) -> Archive:
    """Return an archive whose stamps are due, for somebody to be killed in."""
    folder = tmp_path / "objects"
    folder.mkdir()
    archive = new_archive(signing, open_transaction, Folder(folder))
    signing.now.at = SEALED_AT + 1.5 * YEAR
    signing.new_stamper(valid_for=2 * YEAR)
    return archive


@pytest.mark.faults
@pytest.mark.parametrize("fault", list(RenewalFault) * REPEATS)
def test_a_kill_at_any_step_leaves_one_generation_more_and_every_file_whole(
    fault: RenewalFault, killed: Archive, app_engine: Engine, field_cipher: FieldCipher
) -> None:
    roots = killed.signing.roots
    dying = multiprocessing.get_context("fork").Process(
        target=renew_and_die, args=(killed, app_engine, field_cipher, fault)
    )
    dying.start()
    dying.join(DIES_WITHIN_S)
    assert dying.exitcode == -signal.SIGKILL, f"nothing was killed at {fault}"
    # At every moment: what is delivered is whole and provable.
    for content in killed.delivered().values():
        verify(content, roots=roots, at=killed.signing.now())
    killed.swept(SEALED_AT + 1.5 * YEAR, new_stamper=False)
    killed.swept(SEALED_AT + 1.5 * YEAR + timedelta(days=1), new_stamper=False)
    delivered = killed.delivered()
    for file in files_of(killed.case, killed.certificate.id):
        with killed.open_transaction_of_office() as tx:
            every = tx.generations.of_file(file)
        assert [g.number for g in every] == [1, 2]
        assert {g.state for g in every} == {GenerationState.KEPT}
        newest = killed.objects[str(every[1].sha256)]
        assert delivered[file.kind] == newest
        verify(newest, roots=roots, at=SEALED_AT + 3 * YEAR)
    assert killed.told() == ["stamp_renewed"] * 2
