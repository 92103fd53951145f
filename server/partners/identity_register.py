"""The client of an identity register's gateway (`identity_register_protocol`).

Whatever goes wrong is an answer `unavailable` with its reason, never an exception and never a
match. Nothing is asked twice by itself: a check costs money, and a person can ask again.
"""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import urllib3

from identity.registers.questions import (
    KINDS,
    Agreement,
    NetworkCredential,
    RegisterAnswer,
    TwoElements,
    Unavailable,
)
from server.partners import identity_register_protocol as protocol
from server.partners.answers import AnswerTooLarge, AnswerTooSlow, read_answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from identity.registers.questions import RegisterQuestion

PATIENCE: Final = urllib3.Timeout(connect=3.0, read=10.0, total=15.0)
"""Seconds; chosen. A person waits for this, so it is short."""
LARGEST_ANSWER: Final = 16 * 1024
"""Bytes; an answer of the protocol has about 200."""

_RESULTS: Final = {
    "match": Agreement.MATCH,
    "no_match": Agreement.NO_MATCH,
    "unknown": Agreement.UNKNOWN,
}
_REFUSED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_BUSY: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


class RegisterMisconfigured(ValueError):
    """The register's address or key is not one to send personal data under."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterAccount:
    register: str
    """How answers name it: ``nia``, ``ctid``."""
    url: str
    client: str
    key: bytes = field(repr=False)


class _NoAnswer(Exception):
    """The register gave no answer that can be used."""

    def __init__(self, why: Unavailable) -> None:
        super().__init__(why.value)
        self.why = why


class HttpIdentityRegister:
    """An `identity.registers.questions.AskRegister`; shared by all threads.

    ``new_nonce`` returns 32 random hexadecimal digits. Raises `RegisterMisconfigured` unless
    the address is HTTPS, or of this machine, and the key has at least 32 bytes.
    """

    def __init__(
        self,
        account: RegisterAccount,
        *,
        now: Callable[[], datetime],
        new_nonce: Callable[[], str],
        patience: urllib3.Timeout = PATIENCE,
    ) -> None:
        address = urlsplit(account.url)
        local = address.scheme == "http" and address.hostname in {"127.0.0.1", "::1"}
        if not (address.scheme == "https" or local):
            raise RegisterMisconfigured("a register is asked over HTTPS only")
        if not len(account.key) >= 32:  # noqa: PLR2004 - the digest's own length (RFC 2104, 3)
            raise RegisterMisconfigured("the key of a register has at least 32 bytes")
        self._account = account
        self._path = address.path.rstrip("/") + protocol.PATH
        self._url = account.url.rstrip("/") + protocol.PATH
        self._now = now
        self._new_nonce = new_nonce
        self._pool = urllib3.PoolManager(timeout=patience, retries=False, maxsize=8)

    def __call__(self, question: RegisterQuestion) -> RegisterAnswer:
        try:
            told = self._exchange(_body(question))
        except _NoAnswer as error:
            return self._answer(question, Agreement.UNAVAILABLE, why_unavailable=error.why)
        return self._answer(
            question,
            told.agreement,
            face_score=told.face_score,
            reference=told.reference,
        )

    def _answer(
        self,
        question: RegisterQuestion,
        agreement: Agreement,
        *,
        why_unavailable: Unavailable | None = None,
        face_score: float | None = None,
        reference: str | None = None,
    ) -> RegisterAnswer:
        return RegisterAnswer(
            register=self._account.register,
            kind=KINDS[type(question)],
            agreement=agreement,
            why_unavailable=why_unavailable,
            face_score=face_score,
            reference=reference,
            answered_at=self._now(),
        )

    def _exchange(self, body: bytes) -> _Told:
        nonce, timestamp = self._new_nonce(), str(int(self._now().timestamp()))
        signature = protocol.sign_request(
            self._account.key, path=self._path, timestamp=timestamp, nonce=nonce, body=body
        )
        headers = {
            "Content-Type": protocol.JSON,
            protocol.CLIENT: self._account.client,
            protocol.TIMESTAMP: timestamp,
            protocol.NONCE: nonce,
            protocol.SIGNATURE: signature,
        }
        status, stated, content = self._post(body, headers)
        if status in _REFUSED:
            raise _NoAnswer(Unavailable.REFUSED_US)
        if status in _BUSY:
            raise _NoAnswer(Unavailable.BUSY)
        if status != HTTPStatus.OK:
            raise _NoAnswer(Unavailable.ANSWER_MALFORMED)
        expected = protocol.sign_answer(self._account.key, status=status, nonce=nonce, body=content)
        if not hmac.compare_digest(stated.encode(), expected.encode()):
            raise _NoAnswer(Unavailable.ANSWER_NOT_AUTHENTIC)
        return _told(content)

    def _post(self, body: bytes, headers: dict[str, str]) -> tuple[int, str, bytes]:
        try:
            answer = self._pool.request(
                "POST",
                self._url,
                body=body,
                headers=headers,
                preload_content=False,
                redirect=False,
            )
            try:
                content = read_answer(answer, most=LARGEST_ANSWER, now=self._now)
            finally:
                # Never back into the pool: what is left unread may be endless.
                answer.close()
        except urllib3.exceptions.NewConnectionError as error:
            raise _NoAnswer(Unavailable.UNREACHABLE) from error
        except urllib3.exceptions.TimeoutError as error:
            raise _NoAnswer(Unavailable.TIMED_OUT) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise _NoAnswer(Unavailable.UNREACHABLE) from error
        except AnswerTooLarge as error:
            raise _NoAnswer(Unavailable.ANSWER_MALFORMED) from error
        except AnswerTooSlow as error:
            raise _NoAnswer(Unavailable.TIMED_OUT) from error
        return answer.status, answer.headers.get(protocol.SIGNATURE, ""), content


@dataclass(frozen=True, slots=True)
class _Told:
    agreement: Agreement
    face_score: float | None
    reference: str


def _told(content: bytes) -> _Told:
    """Return what an authentic answer says; a word that we do not know says nothing."""
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _NoAnswer(Unavailable.ANSWER_MALFORMED) from error
    if not isinstance(answer, dict):
        raise _NoAnswer(Unavailable.ANSWER_MALFORMED)
    agreement = _RESULTS.get(str(answer.get("result")))
    if agreement is None:
        raise _NoAnswer(Unavailable.ANSWER_MALFORMED)
    return _Told(agreement, _score(answer.get("face_score")), _reference(answer.get("reference")))


def _reference(stated: object) -> str:
    # It will stand in records and logs.
    if not (isinstance(stated, str) and 0 < len(stated) <= protocol.LONGEST_REFERENCE):
        raise _NoAnswer(Unavailable.ANSWER_MALFORMED)
    if not (stated.isascii() and stated.isprintable()):
        raise _NoAnswer(Unavailable.ANSWER_MALFORMED)
    return stated


def _score(stated: object) -> float | None:
    if stated is None:
        return None
    # A truth value is an int to Python; NaN fails the comparison.
    if isinstance(stated, bool) or not isinstance(stated, int | float):
        raise _NoAnswer(Unavailable.ANSWER_MALFORMED)
    if not 0.0 <= stated <= 1.0:
        raise _NoAnswer(Unavailable.ANSWER_MALFORMED)
    return float(stated)


def _body(question: RegisterQuestion) -> bytes:
    said: dict[str, str] = {"kind": KINDS[type(question)].value}
    if isinstance(question, NetworkCredential):
        said |= {"token": question.token}
    else:
        said |= {"name": question.name, "number": question.number}
    face = None if isinstance(question, TwoElements) else question.face
    if face is not None:
        said |= {"face": _text(face)}
    return json.dumps(said).encode()


def _text(face: bytes) -> str:
    return base64.b64encode(face).decode("ascii")
