"""What is asked for, as canonical JSON: the bytes that both officers sign.

A request names the key that will be made and the certificate that it replaces,
so that an approval is for one state of the authorities and for no other.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from esign.keyceremony.refusals import CeremonyRefused, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION: Final = "1"
_HEX: Final = re.compile(r"[0-9a-f]{32}")


class Action(StrEnum):
    CREATE = "create"  # The first key and certificate of a role.
    ROTATE = "rotate"  # A new key; what the old one signed stays as good as it was.
    COMPROMISE = "compromise"  # Stop, revoke, publish; then a new key, of one that was in use.
    PUBLISH = "publish"  # The revocation lists of the root's keys, once a year.
    RETIRE = "retire"  # A key of the root that was replaced: one last list, then nothing.
    ADD_OFFICER = "add_officer"
    REMOVE_OFFICER = "remove_officer"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRequest:
    action: Action
    subject: str
    """Role (``office.kunming-a.seal``), or the id of an officer."""

    reason: str
    requested_at: datetime
    expires_at: datetime
    nonce: str
    """32 hexadecimal digits: two requests are never the same one."""

    name: str = ""
    """Common name on the certificate, where there is none before."""

    organization: str = ""
    algorithm: str = ""
    key: str = ""
    """URI of the key that is to be made; empty where none is."""

    replaces: str = ""
    """SHA-256 of the certificate (DER) that is in use until then, or that is given up."""

    compromised_at: datetime | None = None
    """Since when somebody else may have had the key."""

    public_key: str = ""
    """Of the officer who is to be added, 64 hexadecimal digits."""

    def canonical(self) -> bytes:
        plain = {field.name: _plain(getattr(self, field.name)) for field in fields(self)}
        return canonical({"version": VERSION, **plain})

    @property
    def makes_key(self) -> bool:
        makes = {Action.CREATE, Action.ROTATE, Action.COMPROMISE}
        return self.action in makes and not self.gives_up_replaced

    @property
    def gives_up_replaced(self) -> bool:
        """Is a key given up that another one replaced before, so that none is needed?"""
        return self.action is Action.COMPROMISE and self.key == ""

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical form: the id of the ceremony."""
        return hashlib.sha256(self.canonical()).hexdigest()

    @classmethod
    def read(cls, plain: object) -> KeyRequest:
        """Read what `canonical` wrote, or raise `CeremonyRefused`; nothing is guessed."""
        names = {field.name for field in fields(cls)} | {"version"}
        if not isinstance(plain, dict) or plain.keys() != names or plain["version"] != VERSION:
            raise CeremonyRefused(Refusal.REQUEST_UNREADABLE)
        if not all(isinstance(value, str) for value in plain.values()):
            raise CeremonyRefused(Refusal.REQUEST_UNREADABLE)
        try:
            found = cls(**_values(plain))
        except ValueError:
            raise CeremonyRefused(Refusal.REQUEST_UNREADABLE) from None
        if not _HEX.fullmatch(found.nonce) or found.canonical() != canonical(plain):
            raise CeremonyRefused(Refusal.REQUEST_UNREADABLE)
        return found


def canonical(plain: Mapping[str, Any]) -> bytes:
    """Return JSON that is written in one way only (RFC 8785 for what occurs here)."""
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def _plain(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _values(plain: Mapping[str, str]) -> dict[str, Any]:
    since = plain["compromised_at"]
    return {
        **{name: value for name, value in plain.items() if name != "version"},
        "action": Action(plain["action"]),
        "requested_at": _moment(plain["requested_at"]),
        "expires_at": _moment(plain["expires_at"]),
        "compromised_at": _moment(since) if since else None,
    }


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a time without its zone")
    return found
