"""A port says what a package needs from the outside; whatever does it stands elsewhere."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# server/embedded/ports.py is about the ports of a machine.
PORTS = [
    f"server.{path.parent.name}.ports"
    for path in sorted((ROOT / "server").glob("*/ports.py"))
    if path.parent.name != "embedded"
]


@pytest.mark.parametrize("name", PORTS)
def test_nothing_in_a_port_can_run(name: str) -> None:
    module = importlib.import_module(name)
    own = [each for each in vars(module).values() if getattr(each, "__module__", "") == name]
    assert own
    assert [each for each in own if not getattr(each, "_is_protocol", False)] == []
