"""The hash chain that ties every segment and every event to the one before.

A link's hash covers its position, its content's digest and the previous hash,
over RFC 8785 canonical JSON, so that dropping, reordering, altering or
re-timing anything breaks every later link.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.ceremony.errors import ChainBroken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GENESIS: Final = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    index: int
    kind: str
    """``segment`` or the kind of the event."""

    at: str
    """RFC 3339, UTC: when the server took it in."""

    body: Mapping[str, str | int | None]
    """Codes, digests, times in milliseconds. Strings and integers only, so that
    canonical JSON is the same everywhere."""

    prev: str
    hash: str


def link(prev: Link | None, *, kind: str, at: str, body: Mapping[str, str | int | None]) -> Link:
    """Return the link that follows ``prev``; ``None`` starts a chain."""
    index = 0 if prev is None else prev.index + 1
    before = GENESIS if prev is None else prev.hash
    return Link(
        index=index,
        kind=kind,
        at=at,
        body=body,
        prev=before,
        hash=_hash(index=index, kind=kind, at=at, body=body, prev=before),
    )


def verify_chain(links: Sequence[Link]) -> str:
    """Return the hash of the last link (`GENESIS` for none).

    Raises `ChainBroken` at the first link that is missing, moved or altered.
    """
    prev = GENESIS
    for position, each in enumerate(links):
        expected = _hash(index=position, kind=each.kind, at=each.at, body=each.body, prev=prev)
        if not (each.index == position and each.prev == prev and each.hash == expected):
            raise ChainBroken(each.kind, expected_index=position, expected_prev=prev)
        prev = each.hash
    return prev


def _hash(
    *, index: int, kind: str, at: str, body: Mapping[str, str | int | None], prev: str
) -> str:
    content = {"index": index, "kind": kind, "at": at, "body": dict(body), "prev": prev}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
