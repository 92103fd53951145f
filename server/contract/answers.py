"""Turns an `Answer` into bytes, and holds it against the contract where that is on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask import Response

from server.contract.errors import AnswerUndocumented
from server.http.call import Answer
from server.http.event_stream import EventStream
from server.http.file_stream import FileStream
from server.transaction import KeptAnswer

if TYPE_CHECKING:
    from server.contract.spec import Operation
    from server.contract.validation import Schemas


def check_answer(operation: Operation, answer: Answer, schemas: Schemas) -> None:
    """Raise `AnswerUndocumented` unless the contract describes ``answer``."""
    where = f"{operation.id} {answer.status} {answer.content_type}"
    contents = operation.answers.get(str(answer.status))
    if contents is None:
        raise AnswerUndocumented(where)
    if answer.body is None and not contents:
        return
    media_type = answer.content_type.partition(";")[0]
    if media_type not in contents:
        raise AnswerUndocumented(where)
    pointer = contents[media_type]
    faults = schemas.faults(pointer, answer.body) if pointer else []
    if faults:
        raise AnswerUndocumented(f"{where}: {faults}")


def response_of(answer: Answer) -> Response:
    streams = isinstance(answer.body, EventStream | FileStream)
    content = answer.body if streams else _content(answer)
    response = Response(content, status=answer.status)
    response.headers.extend(answer.headers)
    if answer.etag is not None:
        response.headers["ETag"] = answer.etag
    if answer.body is None:
        response.headers.pop("Content-Type", None)
    else:
        response.headers["Content-Type"] = answer.content_type
    return response


def _content(answer: Answer) -> bytes:
    if answer.body is None:
        return b""
    if isinstance(answer.body, bytes):
        return answer.body
    return json.dumps(
        answer.body, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()


def kept(answer: Answer, fingerprint: str) -> KeptAnswer:
    """Return what is kept under an Idempotency-Key for a repeated request."""
    headers = dict(answer.headers)
    if answer.etag is not None:
        headers["ETag"] = answer.etag
    return KeptAnswer(
        fingerprint=fingerprint,
        status=answer.status,
        headers=headers,
        body=None if answer.body is None else _content(answer).decode(),
    )


def replayed(answer: KeptAnswer) -> Answer:
    headers = {k: v for k, v in answer.headers.items() if k != "ETag"}
    return Answer(
        status=answer.status,
        body=None if answer.body is None else json.loads(answer.body),
        etag=answer.headers.get("ETag"),
        headers={**headers, "Idempotent-Replayed": "true"},
    )
