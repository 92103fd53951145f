"""The Flask application exactly as the wiring builds it, on a whole platform, in process.

No worker runs: cases are brought along by the stand-ins of tests/functional, so
that a case in any state costs seconds. Everything that a request meets is real.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from server.db.engine import make_engine
from server.http.token_keys import TokenKeys
from server.http.tokens import AccessTokens
from server.wiring.parts import Parts, now
from server.wiring.web import AUDIENCE, build_web
from tests.functional.case.platform import Clock, Platform
from tests.functional.case.staging import Staging
from tests.functional.case.worker import Worker
from tests.servers.platform import platform

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Engine

    from server.cases.ids import OfficeId
    from server.wiring.launching import Running
    from storage.memory import MemoryEvidenceStore
    from storage.objects import Digest


FORGET: Final = text("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE status = 'todo'")


class RealClock(Clock):
    """Tokens and sessions are judged by the real time here."""

    def __init__(self) -> None:
        self.at = now()

    def __call__(self) -> datetime:
        self.at = now()
        return self.at


@dataclass(slots=True, kw_only=True)
class WholePlatform(Platform):
    parts: Parts
    running: Running
    store: MemoryEvidenceStore = field(init=False, repr=False)
    """Never there: what is kept is kept in the real one."""

    def __post_init__(self) -> None:
        self.clock = RealClock()
        settings = self.parts.settings
        self.tokens = AccessTokens(
            keys=TokenKeys.read(settings.token_keys),
            issuer=settings.public_url,
            audience=AUDIENCE,
        )
        self.app = build_web(self.parts)

    def fetch(self, office: OfficeId, digest: Digest) -> bytes:
        return self.parts.get(office, digest)

    def put(self, office: OfficeId, content: bytes) -> Digest:
        return self.parts.put(office, content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    platform: WholePlatform
    worker: Worker
    owner: Engine
    """The owner of the tables, who looks over the wall when a test counts rows."""

    def case(self) -> Staging:
        """People for one case, which nobody has begun yet; jobs of others are forgotten."""
        with self.owner.begin() as connection:
            connection.execute(FORGET)
        return Staging(platform=self.platform, worker=self.worker)


@contextmanager
def whole_platform() -> Iterator[Whole]:
    with platform(workers=0) as running:
        if running.servers.database is None:
            raise RuntimeError("the database was wanted and did not come")
        parts = Parts(running.settings)
        # The processes are not told how to become the owner; the servers know.
        owner = make_engine(running.servers.database.owner_url, pool_size=1)
        edge = WholePlatform(open_transaction=parts.open_transaction, parts=parts, running=running)
        yield Whole(platform=edge, worker=Worker(platform=edge, engine=owner), owner=owner)
        owner.dispose()
        parts.engine.dispose()
