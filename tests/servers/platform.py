"""The whole platform, as `make serve` runs it, in a folder that is thrown away."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from server.demo.seeding import Credentials, seed
from server.wiring.launching import Wishes, enrol_notaries, launched
from server.wiring.parts import Parts, new_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from server.wiring.launching import Running


@contextmanager
def platform(*, workers: int = 1, **settings: str) -> Iterator[Running]:
    """Run every process of the platform; ``workers=0`` leaves the jobs to the test.

    ``settings``: ``FEIGUI_*`` that stand in the place of what the start would choose.
    """
    root = Path(tempfile.mkdtemp(prefix=f"feigui-platform-{os.getpid()}-", dir="/tmp"))
    root.chmod(0o711)
    wishes = Wishes(name="state", workers=workers, tell=lambda _: None)
    # What `make engines` asks for.
    engine = {k: v for k, v in os.environ.items() if k == "FEIGUI_MEDIA_ENGINE"}
    try:
        with launched(wishes, {**settings, "FEIGUI_STATE": str(root), **engine}) as running:
            yield running
    finally:
        shutil.rmtree(root, ignore_errors=True)


def with_people(running: Running) -> Mapping[str, Credentials]:
    """Seed the demonstration's staff and enrol its notaries with the signer."""
    parts = Parts(running.settings)
    people = seed({}, open_transaction=parts.open_transaction, new_id=new_id, tell=lambda _: None)
    parts.engine.dispose()
    enrol_notaries(
        running,
        {p.account: (p.office, p.name) for p in people.values() if "notary" in p.roles.split()},
    )
    return {login: Credentials(**asdict(person)) for login, person in people.items()}
