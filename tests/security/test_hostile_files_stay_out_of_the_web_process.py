"""What decodes or computes on pixels is not even imported where requests are answered."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

DECODERS = {"cv2", "numpy", "PIL", "pikepdf", "dlib", "onnxruntime", "rapidocr"}
PROGRAM = """
import sys
import identity.admitting, identity.checking, identity.deciding, identity.judging, identity.worker
print(*sorted(sys.modules))
"""


def test_the_callers_side_imports_no_decoder() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not DECODERS & set(done.stdout.split())
