"""Server-sent events as they go over the line (WHATWG HTML, section 9.2)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONTENT_TYPE: Final = "text/event-stream"
HEADERS: Final = {"X-Accel-Buffering": "no"}
"""A proxy that collects an answer before it passes it on would hold everything back."""


def written(event: str, data: Any, *, position: int | None = None) -> bytes:  # noqa: ANN401  # JSON
    """Return one event. One without a position leaves the client's place as it is."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    place = "" if position is None else f"id: {position}\n"
    return f"{place}event: {event}\ndata: {text}\n\n".encode()


class EventStream:
    """The body of an answer that goes on; closed, it gives back what it holds.

    Not a bare generator: one that was never begun does not run its end.
    """

    def __init__(self, events: Iterator[bytes], *, ended: Callable[[], None]) -> None:
        self._events, self._ended = events, ended

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._events)
        except BaseException:
            self._ended()
            raise

    def close(self) -> None:
        closing = getattr(self._events, "close", None)
        if closing is not None:
            closing()
        self._ended()
