"""A client of the public API, as an app would be: tokens, retries, uploads, waiting.

It knows the contract and nothing else: whatever it cannot do, no app can.
"""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import urllib3

from server.demo.device import DeviceKey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PATIENCE_S: Final = 120.0
PAUSE_S: Final = 0.5
PART_SIZE: Final = 8 * 1024 * 1024


class CallRefused(Exception):
    """The server said no. Carries the problem document, which holds no personal data."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(problem.get("code", ""))
        self.problem = problem
        self.reasons = tuple(e.get("code", "") for e in problem.get("errors", ()))
        told = f" ({', '.join(self.reasons)})" if self.reasons else ""
        super().__init__(f"{status} {self.code}{told}")


class OperationFailed(Exception):
    """Long work ended with a problem."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    etag: str | None
    body: Any

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401  # JSON is of any type
        return self.body[key]


@dataclass(slots=True, kw_only=True)
class Api:
    """One person at one device."""

    base: str
    language: str = "en"
    token: str | None = None
    refresh_token: str | None = None
    key: DeviceKey = field(default_factory=DeviceKey)
    """What the device keeps in its keystore; added at the sign-in."""

    calls: list[tuple[str, str, int]] = field(default_factory=list)
    """(method, path, status) of every call, for the timeline."""

    pool: urllib3.PoolManager = field(
        default_factory=lambda: urllib3.PoolManager(timeout=urllib3.Timeout(connect=3, read=60))
    )

    def get(self, path: str) -> Reply:
        return self._send("GET", path)

    def content(self, path: str) -> bytes:
        """Return a file as it is."""
        response = self._request("GET", path, headers={}, body=None)
        if response.status >= 400:  # noqa: PLR2004  # HTTP's own line between yes and no
            raise CallRefused(response.status, _parsed(response.data) or {})
        return response.data

    def post(self, path: str, body: Any = None, *, etag: str | None = None) -> Reply:  # noqa: ANN401
        return self._send("POST", path, body, etag=etag, key=str(uuid.uuid4()))

    def put(self, path: str, body: Any, *, etag: str | None = None) -> Reply:  # noqa: ANN401
        return self._send("PUT", path, body, etag=etag)

    def post_file(self, path: str, content: bytes, media_type: str) -> Reply:
        headers = {"Content-Type": media_type, "Idempotency-Key": str(uuid.uuid4())}
        return self._answer(self._request("POST", path, headers=headers, body=content))

    def renew(self) -> None:
        """Go on with another access token before the one at hand ends."""
        granted = self.post("/v1/auth/refresh", {"refresh_token": self.refresh_token})
        self.token, self.refresh_token = granted["access_token"], granted["refresh_token"]

    def agree(self, case: str, action: str, document: bytes) -> dict[str, str]:
        """Let the device agree to ``action`` on what was shown; return what goes with the act.

        An app shows ``says`` and asks for the screen lock here. It believes its own eyes
        only: a statement that does not name what was shown is not signed.
        """
        digest = hashlib.sha256(document).hexdigest()
        asked = self.post(
            f"/v1/cases/{case}/step-ups", {"action": action, "document_sha256": digest}
        )
        told = json.loads(asked["statement"])
        named = (told["type"], told["action"], told["case"], told["digest"])
        if named != ("feigui.step-up.v1", action, case, digest):
            raise CallRefused(409, {"code": "statement_is_of_something_else"})
        return self.key.answer(asked.body)

    def wait(self, operation: Reply, *, on_step: Callable[[str], None] | None = None) -> str:
        """Follow a 202 to its end and return the URL of what was made."""
        until = time.monotonic() + PATIENCE_S
        told = ""
        while time.monotonic() < until:
            state = self.get(f"/v1/operations/{operation['id']}?wait=20")
            label = state["progress"]["label"]
            if on_step is not None and label != told:
                told = label
                on_step(label)
            if state["state"] == "succeeded":
                return str(state["result"])
            if state["state"] == "failed":
                raise OperationFailed(state.body.get("problem"))
        raise OperationFailed("time is up")

    def until(self, path: str, find: Callable[[Reply], Any]) -> Any:  # noqa: ANN401  # JSON is of any type
        """Ask until ``find`` finds something in the answer, and return that."""
        last = time.monotonic() + PATIENCE_S
        while time.monotonic() < last:
            found = find(self.get(path))
            if found is not None:
                return found
            time.sleep(PAUSE_S)
        raise OperationFailed("time is up")

    def _send(
        self,
        method: str,
        path: str,
        body: Any = None,  # noqa: ANN401
        *,
        etag: str | None = None,
        key: str | None = None,
    ) -> Reply:
        headers = {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if etag is not None:
            headers["If-Match"] = etag
        if key is not None:
            headers["Idempotency-Key"] = key
        raw = None if body is None else json.dumps(body).encode()
        return self._answer(self._request(method, path, headers=headers, body=raw))

    def _request(
        self, method: str, path: str, *, headers: dict[str, str], body: bytes | None
    ) -> urllib3.BaseHTTPResponse:
        headers = {"Accept-Language": self.language, **headers}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        response = self.pool.request(
            method, self.base + path, headers=headers, body=body, redirect=False, retries=False
        )
        self.calls.append((method, path.partition("?")[0], response.status))
        return response

    def _answer(self, response: urllib3.BaseHTTPResponse) -> Reply:
        parsed = _parsed(response.data)
        if response.status >= 400:  # noqa: PLR2004  # HTTP's own line between yes and no
            raise CallRefused(response.status, parsed or {})
        return Reply(response.status, response.headers.get("ETag"), parsed)


def upload(api: Api, content: bytes, *, case: str, purpose: str, media_type: str) -> str:
    """Send a file as a phone does: begin, put signed parts to the store, complete.

    Returns the id of the stored upload.
    """
    digest = hashlib.sha256(content).hexdigest()
    begun = api.post(
        "/v1/uploads",
        {
            "case_id": case,
            "purpose": purpose,
            "media_type": media_type,
            "size": len(content),
            "sha256": digest,
        },
    )
    size = begun["part_size"]
    parts = [content[i : i + size] for i in range(0, len(content), size)]
    sums = [hashlib.sha256(part).digest() for part in parts]
    signed = api.post(
        f"/v1/uploads/{begun['id']}/parts",
        {"parts": [{"number": n, "sha256": each.hex()} for n, each in enumerate(sums, start=1)]},
    )
    for grant, part in zip(signed["parts"], parts, strict=True):
        response = api.pool.request(
            "PUT", grant["url"], body=part, headers=dict(grant["headers"]), retries=False
        )
        if response.status != 200:  # noqa: PLR2004  # S3's only yes
            raise CallRefused(response.status, {"code": "store_refused_part"})
    api.post(
        f"/v1/uploads/{begun['id']}/completion",
        {"parts": [{"number": n, "sha256": s.hex()} for n, s in enumerate(sums, start=1)]},
    )
    return _stored(api, str(begun["id"]))


def _stored(api: Api, upload_id: str) -> str:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        state = api.get(f"/v1/uploads/{upload_id}?wait=20")
        if state["state"] == "stored":
            return upload_id
        if state["state"] == "refused":
            raise CallRefused(422, {"code": state.body.get("problem") or "upload_refused"})
        time.sleep(0.2)
    raise OperationFailed("the upload was not stored in time")


def _parsed(raw: bytes) -> Any:  # noqa: ANN401  # JSON is of any type
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return None
