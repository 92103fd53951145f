"""Where the addresses inside our certificates lead: authorities and revocation lists.

RFC 5280, 4.2.1.13 and 4.2.2.1: certificates in DER (``.cer``), lists in DER; ``.pem``
is for people. Files carry the lists they need and verify without this; whoever
checks later, or checks a chain by hand, comes here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from cryptography import x509
from flask import Blueprint, Response, abort, request

from server.web.gates import open_page

if TYPE_CHECKING:
    from datetime import datetime

_NAME: Final = re.compile(
    r"(?:tsa|(?:sm2\.)?(?:root|office\.[a-z0-9][a-z0-9-]*\.authority)(?:\.[0-9]+)?"
    r"|(?:sm2\.)?root(?:\.[0-9]+)?\.under\.(?:sm2\.)?root(?:\.[0-9]+)?)"
    r"\.(?P<kind>pem|cer|crl)"
)
MEDIA_TYPES: Final = {
    "pem": "application/x-pem-file",
    "cer": "application/pkix-cert",
    "crl": "application/pkix-crl",
}
KEPT: Final = {"pem": 3600, "cer": 3600, "crl": 60}
"""Seconds for which others may keep a file; a list never beyond its own end."""

Publish = Callable[[str], bytes | None]
"""Name of a file -> its content, or ``None`` where there is none."""


def authorities_page(publish: Publish, *, now: Callable[[], datetime]) -> Blueprint:
    """Return the files under ``/authorities``."""
    authorities = Blueprint("authorities", __name__, url_prefix="/authorities")

    @authorities.get("/<name>")
    @open_page
    def get_file(name: str) -> Response:
        match = _NAME.fullmatch(name)
        content = publish(name) if match else None
        if match is None or content is None:
            abort(404)
        kind = match["kind"]
        response = Response(content, content_type=MEDIA_TYPES[kind])
        response.cache_control.public = True
        response.cache_control.max_age = KEPT[kind]
        if kind == "crl":
            _date(response, x509.load_der_x509_crl(content), now())
        response.add_etag()
        return response.make_conditional(request)  # type: ignore[return-value]  # itself

    return authorities


def _date(response: Response, listed: x509.CertificateRevocationList, now: datetime) -> None:
    response.last_modified = listed.last_update_utc
    ends = listed.next_update_utc
    left = 0 if ends is None else int((ends - now).total_seconds())
    # Whoever keeps it asks again before it ends: a list of yesterday proves nothing.
    response.cache_control.max_age = max(0, min(KEPT["crl"], left))
    response.expires = ends
