"""The supervisor with children that misbehave: plain shell commands stand for servers."""

from __future__ import annotations

import os
import select
import signal
from typing import TYPE_CHECKING

import pytest

from server.embedded.account import Account
from server.embedded.errors import NotReady, ServerDidNotStart
from server.embedded.leftovers import end_leftovers, processes_in
from server.embedded.process import Command, start
from server.embedded.supervisor import Recipe, Supervised

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OURSELVES = Account(uid=os.geteuid(), gid=os.getegid(), needs_switch=False)


def always_ready(pid: int) -> None:
    del pid


def never_ready(pid: int) -> None:
    raise NotReady(f"{pid} does not answer")


def child(
    directory: Path,
    script: str,
    *,
    check: Callable[[int], None] = always_ready,
    clear: Callable[[], None] | None = None,
) -> Supervised:
    recipe = Recipe(
        command=Command(
            name="child",
            argv=["/bin/sh", "-c", script],
            directory=directory,
            log=directory / "log",
        ),
        clear=clear or (lambda: end_leftovers(directory)),
        check=check,
        ending=((signal.SIGTERM, 0.3),),
        patience_s=2,
    )
    return Supervised(recipe, OURSELVES)


def test_a_crashed_child_is_replaced(tmp_path: Path) -> None:
    server = child(tmp_path, "exec sleep 600")
    server.start()
    first = server.wait_until_ready()
    os.kill(first, signal.SIGKILL)
    second = server.wait_until_ready(other_than=first)
    assert processes_in(tmp_path) == [second]
    server.stop()
    assert processes_in(tmp_path) == []


def test_a_child_that_will_not_end_is_ended(tmp_path: Path) -> None:
    server = child(tmp_path, "trap '' TERM; while :; do sleep 600; done")
    server.start()
    server.stop()
    assert processes_in(tmp_path) == []


def test_a_child_that_always_ends_before_it_answers_is_given_up(tmp_path: Path) -> None:
    server = child(tmp_path, "echo no use; exit 3", check=never_ready)
    with pytest.raises(ServerDidNotStart, match="log"):
        server.start()
    assert (tmp_path / "log").read_text() == "no use\n" * 5


def test_a_child_that_never_answers_is_ended(tmp_path: Path) -> None:
    server = child(tmp_path, "exec sleep 600", check=never_ready)
    with pytest.raises(ServerDidNotStart):
        server.start()
    assert processes_in(tmp_path) == []


def test_what_a_killed_child_had_started_ends_with_it(tmp_path: Path) -> None:
    number = tmp_path / "grandchild"

    def has_a_child(pid: int) -> None:
        if not number.exists() or not number.read_text():
            raise NotReady(f"{pid} has no child yet")

    script = f"sleep 600 & echo $! > {number}; exec sleep 600"
    server = child(tmp_path, script, check=has_a_child, clear=lambda: None)
    server.start()
    grandchild = os.pidfd_open(int(number.read_text()))
    os.kill(server.wait_until_ready(), signal.SIGKILL)
    ended, _, _ = select.select([grandchild], [], [], 5)
    os.close(grandchild)
    server.stop()
    assert ended


def test_leftovers_are_known_by_where_they_work(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    here, there = (
        start(
            Command(name="left", argv=["/bin/sleep", "600"], directory=place, log=tmp_path / "log"),
            OURSELVES,
        )
        for place in (tmp_path, tmp_path / "other")
    )
    end_leftovers(tmp_path)
    assert here.wait() == -signal.SIGKILL
    assert processes_in(tmp_path / "other") == [there.pid]
    there.kill()
    there.wait()
