"""One platform without a worker, for every fault of issuing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.cases.ids import AccountId
from server.wiring.parts import Parts
from tests.faults.issuing.servers import HurriedParts
from tests.servers.platform import platform, with_people

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.wiring.launching import Running


@pytest.fixture(scope="package")
def running() -> Iterator[Running]:
    with platform(workers=0) as ready:
        yield ready


@pytest.fixture(scope="package")
def parts(running: Running) -> Iterator[Parts]:
    made = Parts(running.settings)
    yield made
    made.engine.dispose()


@pytest.fixture
def hurried(running: Running) -> Iterator[HurriedParts]:
    made = HurriedParts(running.settings)
    yield made
    made.engine.dispose()


@pytest.fixture(scope="package")
def notary(running: Running) -> AccountId:
    return AccountId(with_people(running)["km.notary"].account)
