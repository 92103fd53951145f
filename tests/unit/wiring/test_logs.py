"""A log line tells what went wrong and where; never whom it was about."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from server.wiring.logs import places_of, without_messages

ROOT = Path(__file__).resolve().parents[3]
NOTHING: dict[str, str] = {}
SECRET = "欧阳明, 53010219710321001X"


def fail() -> None:
    try:
        _ = NOTHING[SECRET]
    except KeyError as cause:
        raise ValueError(SECRET) from cause


def test_an_error_is_told_by_its_class_and_its_places() -> None:
    with pytest.raises(ValueError, match=SECRET) as failed:
        fail()
    told = places_of(failed.value)
    assert [line for line in told if ":" not in line] == ["ValueError", "KeyError"]
    assert any(line.endswith(" fail") for line in told)
    assert SECRET not in " ".join(told)


def test_where_nothing_went_wrong_there_is_nothing_to_tell() -> None:
    assert places_of(None) == []


@pytest.mark.parametrize("asked", [True, False])
def test_exception_info_becomes_places_and_only_where_it_was_given(*, asked: bool) -> None:
    try:
        fail()
    except ValueError:
        event = without_messages(None, "error", {"event": "job failed", "exc_info": asked})
        assert ("error" in event) == asked
        assert "exc_info" not in event
        assert SECRET not in json.dumps(event, ensure_ascii=False)
    else:
        pytest.fail("nothing was raised, so this proves nothing")


# Logging is set up once for a whole process, so it is tried in one of its own.
PROGRAM = f"""
import logging, structlog
from server.wiring.logs import configure_logs
configure_logs()
library = logging.getLogger("some.library")
library.warning("no row for %s", {SECRET!r})
library.warning({SECRET!r})
library.info("too quiet to be told")
try:
    raise LookupError({SECRET!r})
except LookupError:
    library.exception("call failed")
    structlog.get_logger().error("job failed", job="deed.sign", exc_info=True)
"""


def test_no_line_of_a_process_quotes_what_somebody_typed() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert SECRET not in ran.stdout + ran.stderr
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [(line["event"], line.get("template")) for line in lines] == [
        # The template of a message is a programmer's; its arguments are people's.
        ("library", "no row for %s"),
        # A message without arguments may have been put together from anything.
        ("library", "str"),
        ("library", "str"),
        ("job failed", None),
    ]
    assert lines[2]["error"][0] == lines[3]["error"][0] == "LookupError"
    assert {line["level"] for line in lines} == {"warning", "error"}
