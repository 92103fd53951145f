"""The programs that decode strangers' recordings give everything up before they know how to."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from server.embedded.state import CLONE

STANDS = """
import importlib, json, os, sys
importlib.import_module(sys.argv[1])
heavy = sorted({"av", "numpy", "PIL"} & set(sys.modules))
print(json.dumps([len(os.listdir("/proc/self/task")), heavy]))
"""


@pytest.mark.parametrize(
    "program", ["server.media.stills", "server.media.composing.__main__", "identity.child"]
)
def test_before_it_is_confined_it_is_one_thread_and_has_no_decoder(program: str) -> None:
    # The kernel gives a name space of users, and so one without a network, to one thread only.
    said = subprocess.run(
        [sys.executable, "-c", STANDS, program], cwd=CLONE, check=True, capture_output=True
    )
    assert json.loads(said.stdout) == [1, []]
