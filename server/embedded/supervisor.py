"""Keeps one server running: starts it, waits until it answers, starts it again after a crash.

Ready means that our own child answers: a stranger on the same port is a failure.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.embedded import process
from server.embedded.errors import EmbeddedError, NotReady, ServerDidNotStart

if TYPE_CHECKING:
    import signal
    from collections.abc import Callable, Sequence

    from server.embedded.account import Account

LOOK_EVERY_S: Final = 0.03
FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 5.0
# A server that lived this long did not fail because of how it was started.
STEADY_AFTER_S: Final = 10.0
# One that never answered and ended so often will not answer the next time.
FIRST_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """All there is to know to keep one server running."""

    command: process.Command
    clear: Callable[[], None]
    """Removes what an earlier crash left in the way.  Runs before every start."""

    check: Callable[[int], None]
    """Raises `NotReady` until the process of this number answers."""

    ending: Sequence[tuple[signal.Signals, float]]
    """The signals that ask for an orderly end, each with the seconds it is given."""

    patience_s: float = 30.0


class Supervised:
    """A server that is kept running by a thread of ours until `stop`."""

    def __init__(self, recipe: Recipe, account: Account) -> None:
        self._recipe = recipe
        self._account = account
        self._stopping = threading.Event()
        self._changed = threading.Condition()
        self._serving: int | None = None
        self._has_served = False
        self._failure: BaseException | None = None
        # A daemon, so that an exit that forgets us does not hang; the kernel
        # then ends the child with the thread.
        self._thread = threading.Thread(
            target=self._keep_running, name=recipe.command.name, daemon=True
        )

    def start(self) -> None:
        """Start the server and return when it answers."""
        self._thread.start()
        try:
            self.wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def wait_until_ready(self, *, other_than: int | None = None) -> int:
        """Return the process that answers; after a crash, one other than the crashed."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._failure or self._serving not in {None, other_than},
                self._recipe.patience_s,
            )
            if self._failure is not None:
                raise self._failure
            if self._serving is None:
                raise ServerDidNotStart(self._recipe.command.name, self._recipe.command.log)
            return self._serving

    def stop(self) -> None:
        """End the server in order and return when it is gone."""
        self._stopping.set()
        self._thread.join()
        self._recipe.clear()

    def _keep_running(self) -> None:
        pause_s, attempts = FIRST_PAUSE_S, 0
        try:
            while not self._stopping.is_set():
                began = time.monotonic()
                self._run_once()
                attempts += 1
                self._give_up_after(attempts)
                steady = time.monotonic() - began > STEADY_AFTER_S
                pause_s = FIRST_PAUSE_S if steady else pause_s
                self._stopping.wait(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        except (EmbeddedError, OSError) as error:
            with self._changed:
                self._failure = error
                self._changed.notify_all()

    def _run_once(self) -> None:
        self._recipe.clear()
        child = process.start(self._recipe.command, self._account)
        try:
            while child.poll() is None and not self._stopping.is_set():
                if self._serving is None:
                    self._look(child.pid)
                self._stopping.wait(LOOK_EVERY_S)
        finally:
            self._now_serving(None)
            process.end(child, self._recipe.ending)

    def _look(self, pid: int) -> None:
        try:
            self._recipe.check(pid)
        except NotReady:
            return
        self._has_served = True
        self._now_serving(pid)

    def _now_serving(self, pid: int | None) -> None:
        with self._changed:
            self._serving = pid
            self._changed.notify_all()

    def _give_up_after(self, attempts: int) -> None:
        if attempts >= FIRST_ATTEMPTS and not self._has_served:
            raise ServerDidNotStart(self._recipe.command.name, self._recipe.command.log)
