"""Where the addresses inside our certificates lead: authorities and revocation lists.

RFC 5280, 4.2.1.13 and 4.2.2.1. Files carry the lists they need and verify
without this; whoever checks later, or checks a chain by hand, comes here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from flask import Blueprint, Response, abort

from server.web.gates import open_page

_NAME: Final = re.compile(
    r"(?:root|tsa|office\.[a-z0-9][a-z0-9-]*\.authority(?:\.[0-9]+)?)\.(?P<kind>pem|crl)"
)
MEDIA_TYPES: Final = {"pem": "application/x-pem-file", "crl": "application/pkix-crl"}

Publish = Callable[[str], bytes | None]
"""Name of a file -> its content, or ``None`` where there is none."""


def authorities_page(publish: Publish) -> Blueprint:
    """Return the files under ``/authorities``."""
    authorities = Blueprint("authorities", __name__, url_prefix="/authorities")

    @authorities.get("/<name>")
    @open_page
    def get_file(name: str) -> Response:
        match = _NAME.fullmatch(name)
        content = publish(name) if match else None
        if match is None or content is None:
            abort(404)
        response = Response(content, content_type=MEDIA_TYPES[match["kind"]])
        # A list says itself until when it holds; nobody keeps an older one for us.
        response.headers["Cache-Control"] = "no-cache"
        return response

    return authorities
