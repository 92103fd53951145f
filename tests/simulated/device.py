"""Answers of telephones that are none."""

from __future__ import annotations

from server.demo.device import base64url


def nobodys_answer() -> dict[str, str]:
    """Return an answer to nothing, in the right form."""
    no_id = "00000000-0000-7000-8000-000000000000"
    return {"id": no_id, "device_id": no_id, "signature": base64url(b"no signature")}
