"""A refusal answers before the body is read; the connection must live on all the same.

It did not: the server cut it, and a phone's next request was lost with it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import urllib3

if TYPE_CHECKING:
    from server.wiring.launching import Running


def test_many_refused_bodies_on_one_connection_are_all_answered(running: Running) -> None:
    pool = urllib3.HTTPConnectionPool(
        running.base_url.removeprefix("http://").partition(":")[0],
        int(running.base_url.rpartition(":")[2]),
        maxsize=1,
        retries=False,
        timeout=30,
    )
    statuses = Counter(
        pool.request("POST", "/v1/cases", body=b"x" * size).status
        for _ in range(200)
        for size in (40, 5_000)
    )
    assert statuses == {401: 400}
    assert pool.num_connections == 1


def test_a_body_too_large_to_throw_away_ends_the_connection_and_says_so(running: Running) -> None:
    pool = urllib3.PoolManager(retries=False, timeout=30)
    answer = pool.request("POST", f"{running.base_url}/v1/cases", body=b"x" * 200_000)
    assert (answer.status, answer.headers.get("Connection")) == (401, "close")
    assert pool.request("GET", f"{running.base_url}/v1/health").status == 200
