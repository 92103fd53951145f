"""A Janus of our own: the VideoRoom plug-in, the HTTP interface on this machine, nothing else.

Debian's package brings a dozen plug-ins and transports, some of which open ports, and
well-known secrets. So it never sees Debian's configuration: it is given a folder of its
own in which there is what is used, and secrets that were made here.
"""

from __future__ import annotations

import http.client
import json
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from server.embedded.errors import NotReady, ProgramMissing
from server.embedded.ports import LOOPBACK, listens_on, ports_for
from server.embedded.process import Command
from server.embedded.supervisor import Recipe, Supervised

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.embedded.account import Account
    from server.embedded.state import State

PROGRAM: Final = Path("/usr/bin/janus")
LIBRARIES: Final = "lib/*/janus"
PLUGIN, TRANSPORT = "libjanus_videoroom.so", "libjanus_http.so"
API_SECRET, ROOM_KEY = "janus-api-secret", "janus-room-key"
"""Names of the secrets that the media worker shares with Janus."""

ENDING: Final = ((signal.SIGTERM, 3.0),)
FORBIDDEN: Final = 403

CORE: Final = """
general: {{
    configs_folder = "{root}/configuration"
    plugins_folder = "{root}/plugins"
    transports_folder = "{root}/transports"
    events_folder = "{root}/events"
    loggers_folder = "{root}/loggers"
    debug_level = 3
    debug_colors = false
    debug_timestamps = true
    api_secret = "{api_secret}"
    admin_secret = "{admin_secret}"
    # What a killed worker left ends by itself.
    session_timeout = 15
    hide_dependencies = true
}}
nat: {{
    nice_debug = false
    # Names that only the phone's own network knows.
    ignore_mdns = true
{addresses}}}
media: {{
{ports}}}
"""

HTTP: Final = """
general: {{
    json = "compact"
    base_path = "/janus"
    http = true
    ip = "{address}"
    port = {port}
    https = false
}}
admin: {{
    admin_http = false
    admin_https = false
}}
"""

VIDEOROOM: Final = """
general: {{
    admin_key = "{room_key}"
    lock_rtp_forward = true
    events = false
    string_ids = true
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class JanusReach:
    """Where phones get at it; without both, at every address of the machine and any port."""

    address: str | None = None
    """The address that the world knows the machine by (1:1 NAT)."""

    ports: str | None = None
    """As in ``20000-29999``; UDP."""


def start_janus(
    state: State, account: Account, *, reach: JanusReach | None = None
) -> tuple[Supervised, str]:
    """Start Janus and return it with the address of its interface."""
    if not PROGRAM.exists():
        raise ProgramMissing(f"no Janus server at {PROGRAM}: install Debian's package janus")
    root = account.private_directory(state.root / "janus")
    port = ports_for("janus", ["http"], state=state)["http"]
    _configure(root, state, account, port=port, reach=reach or JanusReach())
    server = Supervised(_recipe(root, port), account)
    server.start()
    return server, f"http://{LOOPBACK}:{port}/janus"


def _configure(root: Path, state: State, account: Account, *, port: int, reach: JanusReach) -> None:
    for name in ("configuration", "plugins", "transports", "events", "loggers", "work"):
        account.private_directory(root / name)
    for folder, library in (("plugins", PLUGIN), ("transports", TRANSPORT)):
        link = root / folder / library
        link.unlink(missing_ok=True)
        link.symlink_to(_library(folder, library))
    addresses = f'    nat_1_1_mapping = "{reach.address}"\n' if reach.address else ""
    ports = f'    rtp_port_range = "{reach.ports}"\n' if reach.ports else ""
    files: Mapping[str, str] = {
        "janus.jcfg": CORE.format(
            root=root,
            api_secret=state.secret(API_SECRET),
            # No interface takes it: the one for administration is off.
            admin_secret=state.secret("janus-admin-secret"),
            addresses=addresses,
            ports=ports,
        ),
        "janus.transport.http.jcfg": HTTP.format(address=LOOPBACK, port=port),
        "janus.plugin.videoroom.jcfg": VIDEOROOM.format(room_key=state.secret(ROOM_KEY)),
    }
    for name, content in files.items():
        account.private_file(root / "configuration" / name, content)


def _library(folder: str, name: str) -> Path:
    found = sorted(PROGRAM.parents[1].glob(f"{LIBRARIES}/{folder}/{name}"))
    if not found:
        raise ProgramMissing(f"Janus has no {name}: install Debian's package janus")
    return found[0]


def _recipe(root: Path, port: int) -> Recipe:
    configuration = root / "configuration"
    argv = [str(PROGRAM), "-F", str(configuration), "-C", str(configuration / "janus.jcfg")]

    def check(pid: int) -> None:
        if not listens_on(pid, port):
            raise NotReady("Janus does not listen yet")
        _refuses_strangers(port)

    command = Command(
        name="Janus",
        argv=argv,
        directory=root / "work",
        log=root / "log",
        environment={"HOME": str(root / "work")},
    )
    return Recipe(command=command, clear=_nothing, check=check, ending=ENDING)


def _nothing() -> None:
    """A kill leaves nothing in its way."""


def _refuses_strangers(port: int) -> None:
    """Whoever does not know the secret must be told no, or the configuration was not read."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        asked = json.dumps({"janus": "create", "transaction": "stranger"})
        connection.request("POST", "/janus", asked, {"Content-Type": "application/json"})
        said = json.loads(connection.getresponse().read())
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise NotReady("Janus does not answer yet") from error
    finally:
        connection.close()
    if said.get("error", {}).get("code") != FORBIDDEN:
        raise NotReady("Janus lets strangers in")
