"""What a file of the recording holds, by ffmpeg's own tools."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def played(path: Path) -> dict[str, int]:
    """Decode a file from end to end; return the frames by codec. An error is a failure."""
    if shutil.which("ffprobe") is None:
        pytest.skip("needs ffprobe (Debian's ffmpeg)")
    asked = ["ffprobe", "-v", "error", "-count_frames", "-of", "json"]
    asked += ["-show_entries", "stream=codec_name,nb_read_frames", str(path)]
    said = subprocess.run(asked, check=True, capture_output=True, text=True)
    assert said.stderr == ""
    streams = json.loads(said.stdout)["streams"]
    return {each["codec_name"]: int(each["nb_read_frames"]) for each in streams}
