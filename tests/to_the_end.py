"""Run a coroutine on a loop of its own, and whatever it began to its end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")


def to_the_end(act: Coroutine[Any, Any, T]) -> T:
    # Not `asyncio.run`: it would take the loop away from whoever leans on there being one.
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(act)
    finally:
        # Left to the collector, what still waits would end in the middle of something else:
        # within `ast.parse` that is a SystemError.
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left))
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
