"""The control channel in a test's own process: nobody rings there, so whoever waits looks."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING

from server.http.following import FollowingDesk
from server.http.places import Places

if TYPE_CHECKING:
    from server.cases.ids import Clock
    from server.transaction import OpenTransaction


def without_a_bell(open_transaction: OpenTransaction, now: Clock) -> FollowingDesk:
    return FollowingDesk(
        open_transaction=open_transaction,
        hear_bell=lambda _: nullcontext(threading.Event()),
        now=now,
        streams=Places(4, most_each=3),
        waits=Places(2, most_each=1),
    )
