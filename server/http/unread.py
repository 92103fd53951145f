"""What a refusal left unread of a request's body.

The server ends a connection whose body nobody read, and with it the request
that a phone has already sent after it. So a little is read and thrown away, and
where it would be much, the client is told that the connection ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

if TYPE_CHECKING:
    from flask import Response

MOST_THROWN_AWAY: Final = 1 << 16


def finish_reading(response: Response) -> Response:
    try:
        left = request.stream.read(MOST_THROWN_AWAY)
    except (ClientDisconnected, RequestEntityTooLarge):
        response.headers["Connection"] = "close"
        return response
    if len(left) == MOST_THROWN_AWAY:
        response.headers["Connection"] = "close"
    return response
