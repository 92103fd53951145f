"""A port is ours only when our own process listens on it."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from server.embedded.ports import listens_on, ports_for
from server.embedded.state import State

if TYPE_CHECKING:
    from pathlib import Path


def test_the_process_that_listens_is_known_by_its_number() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert listens_on(os.getpid(), port)
        assert not listens_on(1, port)
    assert not listens_on(os.getpid(), port)


def test_ports_stay_the_same_as_long_as_they_are_free(tmp_path: Path) -> None:
    first = ports_for("store", ["s3", "admin"], state=State(tmp_path))
    assert len(set(first.values())) == len(first)
    assert ports_for("store", ["s3", "admin"], state=State(tmp_path)) == first


def test_a_port_that_somebody_took_is_replaced_and_the_new_one_kept(tmp_path: Path) -> None:
    first = ports_for("store", ["s3"], state=State(tmp_path))
    with socket.create_server(("127.0.0.1", first["s3"])):
        second = ports_for("store", ["s3"], state=State(tmp_path))
    assert second != first
    assert ports_for("store", ["s3"], state=State(tmp_path)) == second


def test_another_set_of_uses_gets_ports_of_its_own(tmp_path: Path) -> None:
    ports_for("store", ["s3"], state=State(tmp_path))
    assert set(ports_for("store", ["s3", "admin"], state=State(tmp_path))) == {"s3", "admin"}
