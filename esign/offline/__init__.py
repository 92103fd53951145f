"""What is shipped inside every evidence package: a verifier and how to use it.

`verify.py` is one file on purpose, longer than any other of ours: an expert reads and
runs exactly what lies before him, without an installation and without us. It imports
nothing of this project, and nothing of this project judges by it. It is written in
`parts/` and put together by `bundling`: ``make bundle``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

VERIFIER: Final = Path(__file__).with_name("verify.py")
INSTRUCTIONS: Final = Path(__file__).with_name("VERIFY.md")
