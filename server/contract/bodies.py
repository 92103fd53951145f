"""Reads a request's body: its size, its type and its bytes, in this order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.http import parse_options_header

from server.contract import strict_json
from server.problems.refusals import BodyMalformed, BodyTooLarge, MediaTypeRefused, RequestInvalid

if TYPE_CHECKING:
    from flask import Request

    from server.contract.spec import Body
    from server.contract.validation import Schemas

_JSON: Final = "application/json"


def read_body(request: Request, body: Body | None) -> bytes:
    """Return the bytes of the body; empty when the operation takes none."""
    if body is None:
        return b""
    # One more than may be: of a body that does not say how long it is, the rest is not read,
    # and nobody says that there was any.
    request.max_content_length = body.max_bytes + 1
    try:
        raw = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise BodyTooLarge from None
    except ClientDisconnected:
        raise BodyMalformed("cut_short") from None
    if len(raw) > body.max_bytes:
        raise BodyTooLarge
    if raw or body.required:
        _check_type(request.headers.get("Content-Type", ""), body)
    return raw


def parse_body(raw: bytes, body: Body | None, schemas: Schemas) -> object:
    """Return the value that the operation takes, or raise what is wrong with it."""
    if body is None or not (raw or body.required):
        return None
    if body.schema is None:
        if not raw:
            raise BodyMalformed("empty")
        return raw
    value = strict_json.parse(raw)
    faults = schemas.faults(body.schema, value)
    if faults:
        raise RequestInvalid(faults)
    return value


def _check_type(given: str, body: Body) -> None:
    media_type, options = parse_options_header(given)
    charset = options.pop("charset", "utf-8").lower()
    if media_type != body.media_type or options or charset != "utf-8":
        raise MediaTypeRefused
