"""The API page: the contract, readable, from this server alone.

Its script is fetched and pinned at set-up (tools/npm) and lies in a folder; no
content delivery network learns who reads it, and the page works offline.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response

from server.web.gates import open_page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

SCRIPT: Final = "standalone.js"
# The script sets styles as it runs; nothing else is allowed what is not ours.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
CONFIGURATION: Final = {
    "withDefaultFonts": False,
    "telemetry": False,
    "hideClientButton": True,
    "showDeveloperTools": "never",
    "agent": {"disabled": True},
    "mcp": {"disabled": True},
}
PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Feigui 飞柜 · API</title>
</head>
<body>
<noscript>The contract itself: <a href="/docs/openapi.json">openapi.json</a></noscript>
<script id="api-reference" data-url="/docs/openapi.json" data-configuration='{configuration}'>\
</script>
<script src="/docs/standalone.js"></script>
</body>
</html>
"""


def docs_page(script_folder: Path, document: Mapping[str, Any]) -> Blueprint:
    """Return the pages under ``/docs``; the script is read once, at the start."""
    docs = Blueprint("docs", __name__, url_prefix="/docs")
    script = (script_folder / SCRIPT).read_bytes()
    contract = json.dumps(document, ensure_ascii=False).encode()
    page = PAGE.format(configuration=json.dumps(CONFIGURATION))

    @docs.get("", strict_slashes=False)
    @open_page
    def show() -> Response:
        return _answer(page.encode(), "text/html; charset=utf-8")

    @docs.get("/openapi.json")
    @open_page
    def show_contract() -> Response:
        return _answer(contract, "application/json")

    @docs.get("/standalone.js")
    @open_page
    def show_script() -> Response:
        return _answer(script, "text/javascript; charset=utf-8")

    return docs


def _answer(content: bytes, content_type: str) -> Response:
    return Response(
        content,
        headers={
            "Content-Type": content_type,
            "Content-Security-Policy": POLICY,
            "Cache-Control": "public, max-age=300",
        },
    )
