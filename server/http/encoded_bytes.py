"""Bytes in JSON: base64url without padding (RFC 4648 5), one text for one value."""

from __future__ import annotations

import base64

from server.problems.refusals import Fault, RequestInvalid


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def decoded(written: str, *, pointer: str) -> bytes:
    """Return the bytes, or raise `RequestInvalid` at ``pointer`` for any other spelling."""
    try:
        content = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))
    except ValueError:
        content = b""
    if not content or encoded(content) != written:
        raise RequestInvalid([Fault(pointer=pointer, code="pattern")])
    return content
