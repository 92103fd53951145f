"""The transparency log as files, for monitors: c2sp.org/tlog-tiles below ``/log``.

Tiles never change under their name, so anybody may keep them; the checkpoint
does. What is not under a published checkpoint is not there.
"""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Final, Protocol

from flask import Blueprint, Response, abort, request

from esign.transparency.errors import TileMalformed
from esign.transparency.tiles import read_path
from server.web.gates import open_page

if TYPE_CHECKING:
    from esign.transparency.tiles import Tile

FOR_EVER: Final = "public, max-age=31536000, immutable"
NEVER: Final = "no-cache"
TEXT: Final = "text/plain; charset=utf-8"
BYTES: Final = "application/octet-stream"


class PublishedLog(Protocol):
    def key(self) -> str: ...

    def checkpoint(self) -> bytes | None: ...

    def tile(self, tile: Tile, *, entries: bool) -> bytes | None:
        """Return a tile, or the entries below it; ``None`` before it is published."""
        ...


def log_page(log: PublishedLog) -> Blueprint:
    """Return what is served under ``/log``."""
    pages = Blueprint("transparency", __name__, url_prefix="/log")

    @pages.get("/checkpoint")
    @open_page
    def checkpoint() -> Response:
        return _answer(log.checkpoint(), TEXT, NEVER)

    @pages.get("/vkey")
    @open_page
    def vkey() -> Response:
        return _answer(f"{log.key()}\n".encode(), TEXT, NEVER)

    @pages.get("/tile/<path:name>")
    @open_page
    def tile(name: str) -> Response:
        try:
            wanted, entries = read_path(f"tile/{name}")
        except TileMalformed:
            abort(404)
        answer = _answer(log.tile(wanted, entries=entries), BYTES, FOR_EVER)
        return _packed(answer) if entries else answer

    return pages


def _answer(content: bytes | None, kind: str, caching: str) -> Response:
    if content is None:
        abort(404)
    response = Response(content, content_type=kind)
    response.headers["Cache-Control"] = caching
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _packed(response: Response) -> Response:
    """Entries look alike; packed they are a third."""
    response.headers["Vary"] = "Accept-Encoding"
    if request.accept_encodings["gzip"]:
        response.set_data(gzip.compress(response.get_data(), mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
