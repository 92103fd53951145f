"""The plain page of a ceremony, for every seat: ``/ceremony``.

It knows the public API and nothing else; whatever it cannot do, no app can. Scripts and
styles come from here alone, none stands in the page, and the only other addresses it may
speak to are the media workers'.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import yaml
from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge

from server.ceremony.captions import EVENTS, SEATS
from server.web.gates import open_page
from server.web.verification import ICON
from server.web.verification_wording import ENGLISH, LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_HERE: Final = Path(__file__).parent
FILES: Final = _HERE / "ceremony_page"
TEXTS: Final = _HERE / "ceremony_texts"
KINDS: Final = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
MEASURED: Final = 256 * 1024
"""Octets that a page may send to see what its line carries."""

TOO_LARGE: Final = 413


@dataclass(frozen=True, slots=True)
class Asset:
    content: bytes
    kind: str

    @property
    def tag(self) -> str:
        return hashlib.sha256(self.content).hexdigest()[:20]


def ceremony_page(
    *, media_urls: Callable[[], Iterable[str]], language_of: Callable[[str], str]
) -> Blueprint:
    """Return what is served under ``/ceremony``; everything is read once, at the start.

    ``media_urls``: where the media workers are that live now.
    """
    pages = Blueprint("ceremony", __name__, url_prefix="/ceremony", template_folder="templates")
    assets = dict(_assets())

    @pages.get("", strict_slashes=False)
    @open_page
    def show() -> Response:
        asked = request.args.get("lang") or request.headers.get("Accept-Language", "")
        page = render_template("ceremony/page.html", language=language_of(asked))
        headers = {
            "Content-Security-Policy": policy_for(media_urls()),
            "Permissions-Policy": "camera=(self), microphone=(self), geolocation=()",
            "Cache-Control": "no-cache",
        }
        return Response(page, content_type="text/html; charset=utf-8", headers=headers)

    @pages.get("/<name>")
    @open_page
    def asset(name: str) -> Response:
        found = assets.get(name)
        if found is None:
            return Response(status=404)
        answer = Response(found.content, content_type=found.kind)
        # One part of the page never meets another of an earlier version.
        answer.headers["Cache-Control"] = "no-cache"
        answer.set_etag(found.tag)
        answer.make_conditional(request)
        return answer

    @pages.post("/measure")
    @open_page
    def measure() -> Response:
        """Take in what is sent, and forget it: how long that took is the sender's to know."""
        # Werkzeug cuts a body without a length at the limit and says nothing: one octet shows it.
        request.max_content_length = MEASURED + 1
        try:
            is_too_large = len(request.get_data(cache=False)) > MEASURED
        except RequestEntityTooLarge:
            is_too_large = True
        return Response(status=TOO_LARGE if is_too_large else 204)

    return pages


def policy_for(media_urls: Iterable[str]) -> str:
    """Return the page's Content-Security-Policy."""
    places = [urlsplit(each) for each in media_urls]
    workers = "".join(f" {each}" for each in sorted({f"{p.scheme}://{p.netloc}" for p in places}))
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        f"media-src 'self' blob: mediastream:; connect-src 'self'{workers}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def texts_in(language: str) -> dict[str, str]:
    """Return every text of the page by its code."""
    texts: dict[str, str] = yaml.safe_load((TEXTS / f"{language}.yaml").read_text("utf-8"))
    place = int(language == ENGLISH)
    for kind, words in (("seat", SEATS), ("event", EVENTS)):
        texts |= {f"{kind}.{code}": said[place] for code, said in words.items()}
    return texts


def _assets() -> Iterator[tuple[str, Asset]]:
    for path in FILES.iterdir():
        yield path.name, Asset(path.read_bytes(), KINDS[path.suffix])
    for language in LANGUAGES:
        content = json.dumps(texts_in(language), ensure_ascii=False).encode()
        yield f"texts-{language}.json", Asset(content, "application/json")
    yield "icon.svg", Asset(ICON, "image/svg+xml")
