"""Stands in for an identity register's gateway: knows invented people, misbehaves on demand.

It checks requests as a real one would (key, clock, nonce, signature), so that the client is
tested against a stranger. It compares no faces: a score is what the control says it is.
"""

from __future__ import annotations

import hmac
import json
import threading
import warnings
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from werkzeug.wrappers import Request, Response

from server.partners import identity_register_protocol as protocol
from storage.errors import NotForProduction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from wsgiref.types import StartResponse, WSGIEnvironment

LARGEST_REQUEST: Final = 8 * 1024 * 1024
"""Bytes; a still has about 200 KB, in base64 a third more."""
_KINDS: Final = frozenset({"two_elements", "three_elements", "credential"})


class Misbehaviour(StrEnum):
    FAILS = "fails"
    """Status 500."""
    IS_BUSY = "is_busy"
    IS_SLOW = "is_slow"
    """Waits until it is released."""
    TALKS_GARBAGE = "talks_garbage"
    """Signed, and no JSON."""
    TALKS_IN_LISTS = "talks_in_lists"
    TALKS_ENDLESSLY = "talks_endlessly"
    SIGNS_WRONGLY = "signs_wrongly"
    ANSWERS_ANOTHER = "answers_another"
    """The signature is right for another nonce: a recorded answer."""
    USES_UNKNOWN_WORD = "uses_unknown_word"
    SCORES_NAN = "scores_nan"
    SCORES_TOO_HIGH = "scores_too_high"
    """Per cent, where the protocol has a fraction."""
    SCORES_IN_WORDS = "scores_in_words"
    NAMES_NOTHING = "names_nothing"
    NAMES_TWO_LINES = "names_two_lines"
    REDIRECTS = "redirects"


_STATUSES: Final[dict[Misbehaviour | None, HTTPStatus]] = {
    Misbehaviour.FAILS: HTTPStatus.INTERNAL_SERVER_ERROR,
    Misbehaviour.IS_BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
    Misbehaviour.REDIRECTS: HTTPStatus.TEMPORARY_REDIRECT,
}
_ADDITIONS: Final[dict[Misbehaviour | None, dict[str, str | float]]] = {
    Misbehaviour.TALKS_ENDLESSLY: {"more": "x" * 1024 * 1024},
    Misbehaviour.USES_UNKNOWN_WORD: {"result": "probably"},
    Misbehaviour.SCORES_NAN: {"face_score": float("nan")},
    Misbehaviour.SCORES_TOO_HIGH: {"face_score": 95},
    Misbehaviour.SCORES_IN_WORDS: {"face_score": "0.95"},
    Misbehaviour.NAMES_NOTHING: {"reference": ""},
    Misbehaviour.NAMES_TWO_LINES: {"reference": "one\ntwo"},
}
_CONTENTS: Final[dict[Misbehaviour | None, bytes]] = {
    Misbehaviour.TALKS_GARBAGE: b"\x00\xffnot an answer",
    Misbehaviour.TALKS_IN_LISTS: b"[]",
}


@dataclass(slots=True)
class Control:
    """What the simulator does to the next requests, set by a test or a demonstration."""

    next_ones: list[Misbehaviour] = field(default_factory=list)
    face_score: float = 0.95
    released: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPeople:
    names: Mapping[str, str]
    """By number, invented ones only."""
    tokens: Mapping[str, bool] = field(default_factory=dict)
    """Whether a credential is good, by token."""


class IdentityRegisterSimulator:
    """A WSGI application. Warns `NotForProduction` when it is made."""

    def __init__(
        self, people: KnownPeople, *, clients: Mapping[str, bytes], now: Callable[[], datetime]
    ) -> None:
        warnings.warn(
            "a simulator stands in for the identity register", NotForProduction, stacklevel=2
        )
        self.control = Control()
        self._people = people
        self._clients = clients
        self._now = now
        self._nonces: set[str] = set()
        self._checks = 0
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = LARGEST_REQUEST
        return self._respond(request)(environ, start_response)

    def _respond(self, request: Request) -> Response:
        body = request.get_data()
        key = self._clients.get(request.headers.get(protocol.CLIENT, ""))
        if request.path != protocol.PATH or request.method != "POST":
            return Response(status=HTTPStatus.NOT_FOUND)
        if key is None or not self._is_authentic(request, key, body):
            return Response(status=HTTPStatus.FORBIDDEN)
        with self._lock:
            misbehaviour = self.control.next_ones.pop(0) if self.control.next_ones else None
            self._checks += 1
            reference = f"SIM-{self._checks:06d}"
        answer = self._checked(json.loads(body)) | {"reference": reference}
        return self._misbehaving(
            misbehaviour, answer, nonce=request.headers[protocol.NONCE], key=key
        )

    def _is_authentic(self, request: Request, key: bytes, body: bytes) -> bool:
        timestamp = request.headers.get(protocol.TIMESTAMP, "")
        nonce = request.headers.get(protocol.NONCE, "")
        expected = protocol.sign_request(
            key, path=request.path, timestamp=timestamp, nonce=nonce, body=body
        )
        stated = request.headers.get(protocol.SIGNATURE, "")
        if not hmac.compare_digest(stated.encode(), expected.encode()):
            return False
        with self._lock:
            fresh = nonce not in self._nonces
            self._nonces.add(nonce)
        age = self._now().timestamp() - int(timestamp)
        return fresh and abs(age) <= protocol.CLOCKS_MAY_DIFFER_S

    def _checked(self, question: Mapping[str, str]) -> dict[str, str | float]:
        kind = question["kind"]
        if kind == "credential":
            good = self._people.tokens.get(question["token"])
        else:
            known = self._people.names.get(question["number"])
            good = None if known is None else known == question["name"]
        result = {None: "unknown", True: "match", False: "no_match"}[good]
        compared = "face" in question and kind in _KINDS
        return {"result": result} | ({"face_score": self.control.face_score} if compared else {})

    def _misbehaving(
        self,
        misbehaviour: Misbehaviour | None,
        answer: dict[str, str | float],
        *,
        nonce: str,
        key: bytes,
    ) -> Response:
        if misbehaviour in _STATUSES:
            # With the right answer in it, which must not be believed.
            return Response(
                json.dumps(answer),
                status=_STATUSES[misbehaviour],
                headers={"Location": protocol.PATH},
            )
        if misbehaviour is Misbehaviour.IS_SLOW:
            self.control.released.wait()
        content = json.dumps(answer | _ADDITIONS.get(misbehaviour, {})).encode()
        content = _CONTENTS.get(misbehaviour, content)
        signature = protocol.sign_answer(
            bytes(32) if misbehaviour is Misbehaviour.SIGNS_WRONGLY else key,
            status=HTTPStatus.OK,
            nonce="0" * 32 if misbehaviour is Misbehaviour.ANSWERS_ANOTHER else nonce,
            body=content,
        )
        return Response(
            content, headers={protocol.SIGNATURE: signature}, content_type=protocol.JSON
        )
