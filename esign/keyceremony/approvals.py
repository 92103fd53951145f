"""Dual control (双人控制): a request counts when two different officers signed it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from esign.keyceremony.officers import ENOUGH
from esign.keyceremony.refusals import CeremonyRefused, Refusal
from esign.keyceremony.requests import KeyRequest, canonical

if TYPE_CHECKING:
    from datetime import datetime

    from esign.keyceremony.officers import Credential, Officers

_CONTEXT: Final = b"feigui key request approval 1\n"
"""What is signed here can never be taken for a signature made elsewhere."""


@dataclass(frozen=True, slots=True)
class Approval:
    officer: str
    at: str
    signature: str


@dataclass(frozen=True, slots=True)
class SignedRequest:
    request: KeyRequest
    approvals: tuple[Approval, ...] = ()

    def to_plain(self) -> dict[str, Any]:
        return {
            "request": json.loads(self.request.canonical()),
            "approvals": [
                {"officer": each.officer, "at": each.at, "signature": each.signature}
                for each in self.approvals
            ],
        }

    def to_json(self) -> bytes:
        return json.dumps(self.to_plain(), indent=2, ensure_ascii=False).encode() + b"\n"

    @classmethod
    def from_json(cls, text: bytes) -> SignedRequest:
        """Read a request file, or raise `CeremonyRefused`."""
        try:
            return cls.from_plain(json.loads(text))
        except (ValueError, RecursionError):
            raise CeremonyRefused(Refusal.REQUEST_UNREADABLE) from None

    @classmethod
    def from_plain(cls, plain: object) -> SignedRequest:
        try:
            match plain:
                case {"request": request, "approvals": [*approvals], **rest} if not rest:
                    found = tuple(Approval(**each) for each in approvals)
                    if all(isinstance(v, str) for each in approvals for v in each.values()):
                        return cls(KeyRequest.read(request), found)
        except TypeError:
            raise CeremonyRefused(Refusal.REQUEST_UNREADABLE) from None
        raise CeremonyRefused(Refusal.REQUEST_UNREADABLE)


def approve(signed: SignedRequest, by: Credential, *, now: datetime) -> SignedRequest:
    """Add an officer's signature; one that was there before is replaced."""
    check_in_time(signed.request, now)
    at = now.isoformat()
    signature = by.sign(_message(signed.request, by.officer, at))
    others = [each for each in signed.approvals if each.officer != by.officer]
    return SignedRequest(signed.request, (*others, Approval(by.officer, at, signature)))


def check_dual_control(signed: SignedRequest, officers: Officers) -> None:
    """Raise `CeremonyRefused` unless two different registered officers signed.

    One signature that is not genuine spoils the whole: somebody tried something.
    """
    people, keys = set(), set()
    for each in signed.approvals:
        officer = officers.get(each.officer)
        officer.check(each.signature, _message(signed.request, each.officer, each.at))
        people.add(officer.id)
        keys.add(officer.public_key)
    if not min(len(people), len(keys)) >= ENOUGH:
        raise CeremonyRefused(Refusal.APPROVALS_MISSING)


def check_in_time(request: KeyRequest, now: datetime) -> None:
    if not request.requested_at <= now <= request.expires_at:
        raise CeremonyRefused(Refusal.NOT_IN_TIME)


def _message(request: KeyRequest, officer: str, at: str) -> bytes:
    return _CONTEXT + canonical({"request": request.digest, "officer": officer, "at": at})
