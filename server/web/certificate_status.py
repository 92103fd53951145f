"""OCSP over HTTP (RFC 6960 appendix A): what the records say of one certificate, signed.

POST with the request as body, or GET with it in the path, in base64. An answer without
a nonce may be kept by others until it ends (RFC 5019 section 6); one with a nonce is
for whoever asked.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from cryptography.x509 import ocsp
from flask import Blueprint, Response, abort, request

from esign.authorities.status_answers import Unsuccessful, unsuccessful
from esign.errors import CustodyError
from server.web.gates import open_page

if TYPE_CHECKING:
    from datetime import datetime

REQUEST_TYPE: Final = "application/ocsp-request"
ANSWER_TYPE: Final = "application/ocsp-response"
LARGEST_REQUEST: Final = 4096
"""Bytes; a request about one certificate has about 120."""

AskStatus = Callable[[str, bytes], bytes]
"""Name of an authority, request -> answer, both DER. Raises `CustodyError`."""


def status_page(ask: AskStatus, *, now: Callable[[], datetime]) -> Blueprint:
    """Return the responder of every authority, under ``/authorities/NAME.ocsp``."""
    status = Blueprint("certificate_status", __name__, url_prefix="/authorities")

    @status.post("/<authority>.ocsp")
    @open_page
    def post(authority: str) -> Response:
        if request.mimetype != REQUEST_TYPE:
            abort(415)
        length = request.content_length
        if length is None or not 0 <= length <= LARGEST_REQUEST:
            abort(413)
        response = _answered(ask, authority, request.get_data(cache=False))
        response.cache_control.no_store = True
        return response

    @status.route("/<authority>.ocsp/<path:asked>", methods=["GET"], merge_slashes=False)
    @open_page
    def get(authority: str, asked: str) -> Response:
        response = _answered(ask, authority, _decoded(asked))
        _keep(response, now())
        return response.make_conditional(request)  # type: ignore[return-value]  # itself

    return status


def _decoded(asked: str) -> bytes:
    """Return the request; some clients escape twice, and what is no base64 is malformed."""
    try:
        return base64.b64decode(unquote(asked), validate=True)[:LARGEST_REQUEST]
    except (binascii.Error, ValueError):
        return b""


def _answered(ask: AskStatus, authority: str, asked: bytes) -> Response:
    try:
        answer = ask(authority, asked)
    except CustodyError:
        answer = unsuccessful(Unsuccessful.TRY_LATER)
    return Response(answer, content_type=ANSWER_TYPE)


def _keep(response: Response, now: datetime) -> None:
    """Say for how long the answer may be kept: RFC 5019 6.2, of good and revoked ones only."""
    answer = ocsp.load_der_ocsp_response(response.get_data())
    is_for_all = (
        answer.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL
        and answer.certificate_status is not ocsp.OCSPCertStatus.UNKNOWN
        and not list(answer.extensions)
    )
    if not is_for_all or answer.next_update_utc is None:
        response.cache_control.no_store = True
        return
    response.cache_control.public = True
    response.cache_control.no_transform = True
    response.cache_control.must_revalidate = True
    response.cache_control.max_age = max(0, int((answer.next_update_utc - now).total_seconds()))
    response.last_modified = answer.this_update_utc
    response.expires = answer.next_update_utc
    response.add_etag()
