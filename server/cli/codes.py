"""How a command ends: 0 ok, 2 usage, and these."""

from __future__ import annotations

from typing import Final

REFUSED: Final = 3
"""By policy: what was shown is not what it claims to be."""

DEPENDENCY_DOWN: Final = 4
INCONSISTENT: Final = 5
