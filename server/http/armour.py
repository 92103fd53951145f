"""Headers that every answer carries, unless its handler said otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from flask import Response

ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}
UNLESS_SAID: Final = {
    # Of one page only: that of a ceremony.
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    # Personal until somebody has thought about it.
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
}


def armoured(response: Response) -> Response:
    for name, value in ALWAYS.items():
        response.headers[name] = value
    for name, value in UNLESS_SAID.items():
        response.headers.setdefault(name, value)
    response.vary.add("Accept-Language")
    response.headers.pop("Server", None)
    return response
