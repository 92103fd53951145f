"""The tables of operations that the signer process answers, and to whom; there are no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cryptography.x509 import ReasonFlags

from esign.algorithms import SigningAlgorithm
from esign.custody.event_requests import make_event_request
from esign.custody.status import certificate_status
from esign.errors import CallerRefused, RequestRefused
from esign.evidence import EvidenceDigests
from esign.transparency.merkle import HASH_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from esign.custody.ports import Custody

    Operation = Callable[[Custody, Mapping[str, str]], dict[str, str]]


def _ping(_: Custody, __: Mapping[str, str]) -> dict[str, str]:
    return {}


def _sign_digest(custody: Custody, asked: Mapping[str, str]) -> dict[str, str]:
    return {"signature": custody.sign_digest(asked["key"], bytes.fromhex(asked["digest"])).hex()}


def _sign_once(custody: Custody, asked: Mapping[str, str]) -> dict[str, str]:
    return {"signature": custody.sign_once(asked["key"], bytes.fromhex(asked["digest"])).hex()}


def _make_event_key(custody: Custody, asked: Mapping[str, str]) -> dict[str, str]:
    made = custody.make_event_key(
        office=asked["office"],
        common_name=asked["common_name"],
        evidence=EvidenceDigests(
            identity_check=asked["identity_check"],
            ceremony_segment=asked["ceremony_segment"],
            document=asked["document"],
        ),
        algorithm=_algorithm(asked),
    )
    return {"key": made.uri, "certificate": made.certificate.hex()}


def _enrol_notary(custody: Custody, asked: Mapping[str, str]) -> dict[str, str]:
    key = custody.enrol_notary(
        office=asked["office"],
        notary=asked["notary"],
        common_name=asked["common_name"],
        algorithm=_algorithm(asked),
    )
    return {"key": key}


def _revoke(custody: Custody, asked: Mapping[str, str]) -> dict[str, str]:
    custody.revoke(
        office=asked["office"],
        serial=int(asked["serial"], 16),
        reason=ReasonFlags(asked["reason"]),
        algorithm=_algorithm(asked),
    )
    return {}


def _revocation_list(custody: Custody, asked: Mapping[str, str]) -> dict[str, str]:
    listed = custody.revocation_list(
        office=asked["office"],
        authority=asked.get("authority", ""),
        algorithm=_algorithm(asked),
    )
    return {"list": listed.hex()}


def _algorithm(asked: Mapping[str, str]) -> SigningAlgorithm:
    """Read which one is meant; who does not say so means the one that was always there."""
    return SigningAlgorithm(asked.get("algorithm", SigningAlgorithm.P256))


def _last_checkpoint(custody: Custody, _: Mapping[str, str]) -> dict[str, str]:
    return {"note": custody.last_checkpoint().hex()}


def _sign_checkpoint(custody: Custody, asked: Mapping[str, str]) -> dict[str, str]:
    path = bytes.fromhex(asked["proof"])
    note = custody.sign_checkpoint(
        size=int(asked["size"]),
        root=bytes.fromhex(asked["root"]),
        old_size=int(asked["old_size"]),
        proof=[path[at : at + HASH_BYTES] for at in range(0, len(path), HASH_BYTES)],
    )
    return {"note": note.hex()}


OPERATIONS: Final[dict[str, Operation]] = {
    "ping": _ping,
    "sign_digest": _sign_digest,
    "sign_once": _sign_once,
    "make_event_key": _make_event_key,
    "make_event_request": make_event_request,
    "enrol_notary": _enrol_notary,
    "revoke": _revoke,
    "revocation_list": _revocation_list,
    "last_checkpoint": _last_checkpoint,
    "sign_checkpoint": _sign_checkpoint,
    "certificate_status": certificate_status,
}


PARTS: Final[dict[str, frozenset[str]]] = {
    # What a caller may ask who runs as a user of its own. The web signs nothing.
    "web": frozenset({"ping", "revocation_list"}),
    "tsa": frozenset({"ping", "sign_digest"}),
    "worker": frozenset(OPERATIONS) - {"enrol_notary", "revoke"},
    # One user for the whole platform: as wide as the widest, and no wall between.
    "platform": frozenset(OPERATIONS),
}


def perform(
    custody: Custody, request: Mapping[str, str], *, allowed: frozenset[str]
) -> dict[str, str]:
    """Carry out one request; a malformed one is refused without saying its content.

    Raises `CallerRefused` for what is not among the ``allowed``.
    """
    name = request.get("operation", "")
    if name not in OPERATIONS:
        raise RequestRefused("no such operation, or its fields are wrong")
    if name not in allowed:
        raise CallerRefused("this user may not ask for that")
    try:
        return OPERATIONS[name](custody, request)
    except (KeyError, ValueError):
        raise RequestRefused("no such operation, or its fields are wrong") from None
