"""Puts real ids, fresh keys and the last entity tag into what was generated.

Only where the generator meant to be right: what it made wrong on purpose stays.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

import schemathesis
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.modes import GenerationMode

if TYPE_CHECKING:
    from schemathesis import Case, SerializationContext

    from tests.fuzz.cast import Voice

ENDS_SESSIONS: Final = frozenset({"sign_out", "end_session"})
# Fields of bodies that name something which is also named in paths.
FIELDS: Final = {
    "case_id": "case_id",
    "ceremony_id": "ceremony_id",
    "front": "upload_id",
    "material": "material_id",
    "matter": "matter",
    "office": "office",
    "device_id": "device_id",
    "party": "party_id",
    "upload_id": "upload_id",
}


@schemathesis.serializer("application/pdf")
def as_file(_: SerializationContext, value: object) -> bytes:
    """Send as a file whatever was generated for one."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def aim(case: Case[Any], voice: Voice) -> str:
    """Make ``case`` the voice's next request and return the id of the case it is about."""
    ids = next(voice.turns)
    if _is_right(case, ParameterLocation.PATH):
        for name in case.path_parameters or {}:
            if name in ids and not (name == "code" and "notices" not in case.path):
                case.path_parameters[name] = ids[name]
    if _is_right(case, ParameterLocation.QUERY):
        for name in case.query or {}:
            # Nobody works off jobs here, so waiting only takes time.
            case.query[name] = 0 if name == "wait" else case.query[name]
    if _is_right(case, ParameterLocation.BODY):
        _put(case.body, ids)
    if _is_right(case, ParameterLocation.HEADER):
        _head(case, voice, ids["case_id"])
    operation = case.operation.definition.raw["operationId"]
    token = voice.token(is_spent=operation in ENDS_SESSIONS)
    if token is not None:
        case.headers["Authorization"] = f"Bearer {token}"
    return ids["case_id"]


def _head(case: Case[Any], voice: Voice, about: str) -> None:
    for name in list(case.headers or {}):
        match name.lower():
            case "idempotency-key":
                case.headers[name] = str(uuid.uuid4())
            case "if-match":
                case.headers[name] = voice.etag(about)


def _put(body: Any, ids: dict[str, str]) -> None:  # noqa: ANN401  # JSON is of any type
    if isinstance(body, dict):
        for name, value in body.items():
            if name in FIELDS and FIELDS[name] in ids and isinstance(value, str):
                body[name] = ids[FIELDS[name]]
            elif name == "evidence" and isinstance(value, list) and "material_id" in ids:
                body[name] = [ids["material_id"]]
            else:
                _put(value, ids)
    elif isinstance(body, list):
        for each in body:
            _put(each, ids)


def _is_right(case: Case[Any], location: ParameterLocation) -> bool:
    component = case.meta.components.get(location) if case.meta else None
    return component is None or component.mode is GenerationMode.POSITIVE
