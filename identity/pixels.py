"""Pixels as they travel inside the limited children: BGR, eight bits, upright."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels: TypeAlias = NDArray[np.uint8]
    Vector: TypeAlias = NDArray[np.float32]
