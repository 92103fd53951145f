"""The platform's own processes beside the bundled servers: signer, time-stamps, workers, web.

Each is a supervised child that ends with us. The signer has a user of its own where
root can give it one; the others run as whoever started the platform.
"""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.embedded.account import ourselves
from server.embedded.errors import NotReady
from server.embedded.ports import LOOPBACK
from server.embedded.process import Command
from server.embedded.state import CLONE
from server.embedded.supervisor import Recipe, Supervised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from server.embedded.account import Account

ENDING: Final = ((signal.SIGTERM, 6.0),)
OK: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What every process of the platform is told."""

    environment: Mapping[str, str]
    authorities: Path
    signer_socket: Path
    signer_account: Account
    key_place: str
    """URI of the place where new keys are made."""

    tsa_port: int
    media_port: int
    web_port: int
    web_threads: int
    workers: int
    worker_ready: Path
    """The worker writes its process number here when it takes jobs."""

    logs: Path
    public_url: str


@contextmanager
def started(plan: Plan) -> Iterator[dict[str, Supervised]]:
    """Run all of them for the length of the block; each waits for what it needs."""
    running: dict[str, Supervised] = {}
    with ExitStack() as ends:
        for name, recipe in _recipes(plan).items():
            account = plan.signer_account if name == "signer" else ourselves()
            running[name] = Supervised(recipe, account)
            running[name].start()
            ends.callback(running[name].stop)
        yield running


def _recipes(plan: Plan) -> dict[str, Recipe]:
    return {
        "signer": _signer(plan),
        "tsa": _tsa(plan),
        **_workers(plan),
        "media": _media(plan),
        "web": _web(plan),
    }


def _signer(plan: Plan) -> Recipe:
    def check(_: int) -> None:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(plan.signer_socket))
            except OSError as error:
                raise NotReady("the signer does not listen yet") from error

    arguments = ["-m", "esign.custody.daemon", "--keys", str(plan.authorities)]
    arguments += ["--socket", str(plan.signer_socket), "--base-url", plan.public_url]
    arguments += ["--place", plan.key_place, "--caller", f"{os.geteuid()}=platform"]
    arguments += ["--clock-proof", "steady"]
    return _recipe(
        plan, "signer", arguments, check, clear=lambda: plan.signer_socket.unlink(missing_ok=True)
    )


def _tsa(plan: Plan) -> Recipe:
    def check(_: int) -> None:
        with socket.socket() as probe:
            if probe.connect_ex((LOOPBACK, plan.tsa_port)) != 0:
                raise NotReady("the time-stamping authority does not listen yet")

    arguments = ["-m", "esign.tsa.daemon", "--authorities", str(plan.authorities)]
    arguments += ["--custody", str(plan.signer_socket), "--port", str(plan.tsa_port)]
    arguments += ["--clock-proof", "steady"]
    return _recipe(plan, "tsa", arguments, check)


def _media(plan: Plan) -> Recipe:
    def check(_: int) -> None:
        with socket.socket() as probe:
            if probe.connect_ex((LOOPBACK, plan.media_port)) != 0:
                raise NotReady("the media worker does not listen yet")

    arguments = ["-m", "server.wiring.media", "--port", str(plan.media_port)]
    return _recipe(plan, "media", arguments, check)


def _workers(plan: Plan) -> dict[str, Recipe]:
    return {f"worker-{n}": _worker(plan, n) for n in range(1, plan.workers + 1)}


def _worker(plan: Plan, number: int) -> Recipe:
    ready = plan.worker_ready.with_suffix(f".{number}")

    def check(pid: int) -> None:
        if not ready.exists() or ready.read_text() != str(pid):
            raise NotReady("the worker takes no jobs yet")

    arguments = ["-m", "flask", "--app", "server.wiring", "notary", "worker"]
    arguments += ["--ready", str(ready)]
    return _recipe(
        plan, f"worker-{number}", arguments, check, clear=lambda: ready.unlink(missing_ok=True)
    )


def _web(plan: Plan) -> Recipe:
    def check(_: int) -> None:
        connection = http.client.HTTPConnection(LOOPBACK, plan.web_port, timeout=5)
        try:
            connection.request("GET", "/v1/health")
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            raise NotReady("the web process does not answer yet") from error
        finally:
            connection.close()
        if status != OK:
            raise NotReady("the web process is not healthy yet")

    arguments = ["-m", "granian", "--interface", "wsgi", "--host", LOOPBACK]
    arguments += ["--port", str(plan.web_port), "--workers", "1", "--no-ws"]
    arguments += ["--blocking-threads", str(plan.web_threads), "--log-level", "warning"]
    arguments += ["--factory", "server.wiring:web"]
    return _recipe(plan, "web", arguments, check)


def _nothing() -> None:
    """Nothing is left in the way."""


def _recipe(
    plan: Plan,
    name: str,
    arguments: Sequence[str],
    check: Callable[[int], None],
    *,
    clear: Callable[[], None] = _nothing,
) -> Recipe:
    command = Command(
        name=name,
        argv=[sys.executable, *arguments],
        directory=CLONE,
        log=plan.logs / f"{name}.log",
        environment=plan.environment,
        # Not KILL: a web server that is killed leaves its workers, and they the port.
        on_parent_death="TERM",
    )
    return Recipe(command=command, clear=clear, check=check, ending=ENDING, patience_s=60)
