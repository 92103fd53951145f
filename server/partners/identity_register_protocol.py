"""The protocol between the platform and an identity register's gateway, version 1.

No register publishes one for everybody: NIA and CTID hand theirs out under contract. This is
ours; a gateway at the office translates it, and `identity_register_simulator` speaks it.

Request: ``POST {base}/v1/checks``, ``Content-Type: application/json``, a body of

* ``kind``: ``two_elements``, ``three_elements`` or ``credential``;
* ``name`` and ``number`` (the first two kinds), ``token`` (the last);
* ``face``: JPEG in base64 (``three_elements``; optional for ``credential``);

and these headers:

* ``Feigui-Client``: who asks, as agreed;
* ``Feigui-Timestamp``: seconds since 1970, within 300 of the gateway's clock;
* ``Feigui-Nonce``: 32 hexadecimal digits, never used twice;
* ``Feigui-Signature``: HMAC-SHA256, hexadecimal, with the agreed key, over six lines joined by
  line feeds: ``request``, method, path, timestamp, nonce, SHA-256 of the body in hexadecimal.

Answer: status 200 with ``result`` (``match``, ``no_match`` or ``unknown``), ``reference`` (at
most 64 printable ASCII characters), and ``face_score`` (0 to 1) where a face was compared; and

* ``Feigui-Signature``: likewise, over ``answer``, status, the request's nonce, and the SHA-256
  of the body. So an answer cannot be moved to another question.

Any other status has no meaning but its class: 401 and 403 (key, clock or contract), 429 and 503
(busy), others (broken). They carry no verdict, signed or not.

Nothing about a person stands in a URL, a header or a log.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

PATH: Final = "/v1/checks"
CLIENT, TIMESTAMP, NONCE, SIGNATURE = (
    "Feigui-Client", "Feigui-Timestamp", "Feigui-Nonce", "Feigui-Signature",
)  # fmt: skip
CLOCKS_MAY_DIFFER_S: Final = 300
LONGEST_REFERENCE: Final = 64
JSON: Final = "application/json"


def sign_request(key: bytes, *, path: str, timestamp: str, nonce: str, body: bytes) -> str:
    return _signed(key, "request", "POST", path, timestamp, nonce, _digest(body))


def sign_answer(key: bytes, *, status: int, nonce: str, body: bytes) -> str:
    return _signed(key, "answer", str(status), nonce, _digest(body))


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _signed(key: bytes, *lines: str) -> str:
    return hmac.new(key, "\n".join(lines).encode(), hashlib.sha256).hexdigest()
