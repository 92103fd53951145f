"""Where a code or an invitation goes: a telephone or an e-mail address, written in one way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def contact_from(body: Mapping[str, Any]) -> str:
    """Return the one contact that ``body`` names; the contract lets none name two.

    An address in lower case: RFC 5321 2.4 leaves the part before the @ to its host, but
    people do not write it twice in one way, and nobody is to have two accounts for that.
    """
    return str(body["phone"]) if "phone" in body else str(body["email"]).lower()
