"""The one way this package learns the time: somebody hands it a clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""Returns an aware time in UTC."""
