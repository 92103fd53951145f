"""Perform an approved request: once, on record before it begins and when it is done.

Numbered steps as everywhere something cannot be taken back. Whatever interrupts
them, performing the same request again ends where it would have ended.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from esign.authorities.directory import write_whole
from esign.custody.audit import AuditTrail, verify_trail
from esign.keyceremony.approvals import SignedRequest, check_dual_control, check_in_time
from esign.keyceremony.house import in_use
from esign.keyceremony.officers import ENOUGH, Officer, Officers
from esign.keyceremony.protocols import Protocol
from esign.keyceremony.refusals import CeremonyRefused, Refusal
from esign.keyceremony.requests import Action
from esign.keyceremony.steps import carry_out, check_possible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from esign.clock import Clock
    from esign.keyceremony.house import House
    from esign.keyceremony.officers import Credential
    from esign.keyceremony.requests import KeyRequest

_ABOUT_OFFICERS: Final = frozenset({Action.ADD_OFFICER, Action.REMOVE_OFFICER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceremonies:
    house: House
    now: Clock

    @property
    def officers(self) -> Officers:
        return Officers(self.house.files.officers)

    @property
    def trail(self) -> Path:
        return self.house.files.records / "ceremonies.jsonl"

    @property
    def protocols(self) -> Path:
        folder = self.house.files.records / "protocols"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def register_first(self, officer: Officer) -> None:
        """Register one of the first two officers, whom nobody can approve yet."""
        with self._alone():
            if len(self.officers.all()) >= ENOUGH:
                raise CeremonyRefused(Refusal.DUAL_CONTROL)
            self.officers.check_new(officer)
            trail = AuditTrail(self.trail, now=self.now)
            trail.append("officer", officer=officer.id, public_key=officer.public_key)
            self.officers.register(officer)

    def check(self, signed: SignedRequest) -> None:
        """Raise `CeremonyRefused` unless `perform` would begin, or go on, now."""
        request = signed.request
        entries = self._entries(request)
        if "done" in entries:
            raise CeremonyRefused(Refusal.ALREADY_PERFORMED)
        begun = entries.get("begun")
        if begun is None or begun["signed"] != _digest(signed):
            # What was begun with these very signatures goes on with them, though one of
            # the two may have been taken away by it.
            check_dual_control(signed, self.officers)
        if begun is None:
            check_in_time(request, self.now())
            self.check_possible(request)

    def check_possible(self, request: KeyRequest) -> None:
        if request.action is Action.ADD_OFFICER:
            self.officers.check_new(Officer(request.subject, request.public_key))
        elif request.action is Action.REMOVE_OFFICER:
            self.officers.get(request.subject)
            if not len(self.officers.all()) > ENOUGH:
                raise CeremonyRefused(Refusal.TOO_FEW_OFFICERS)
        else:
            check_possible(self.house, request, now=self.now())

    def perform(self, signed: SignedRequest, by: Credential) -> Protocol:
        """Carry out ``signed`` and return its protocol, signed by the officer at the keys."""
        request = signed.request
        with self._alone():
            # (1) Everything that speaks against it, before anything happens.
            if by.officer not in {each.officer for each in signed.approvals}:
                raise CeremonyRefused(Refusal.APPROVALS_MISSING)
            self.check(signed)
            trail = AuditTrail(self.trail, now=self.now)
            # (2) On record: from here on it may have happened.
            begun = self._entries(request).get("begun")
            if begun is None:
                trail.append(
                    "begun",
                    request=request.digest,
                    action=request.action,
                    subject=request.subject,
                    signed=_digest(signed),
                )
                begun = self._entries(request)["begun"]
            # (3) Step by step, leaving out what an interrupted attempt has done.
            self._carry_out(request)
            # (4) The protocol, then the line that closes the ceremony.
            protocol = self._protocol(signed, by, begun_at=begun["at"])
            trail.append("done", request=request.digest, protocol=protocol.digest)
            return protocol

    def _carry_out(self, request: KeyRequest) -> None:
        if request.action is Action.ADD_OFFICER:
            self.officers.register(Officer(request.subject, request.public_key))
        elif request.action is Action.REMOVE_OFFICER:
            self.officers.remove(request.subject)
        else:
            carry_out(self.house, request, now=self.now())

    def _protocol(self, signed: SignedRequest, by: Credential, *, begun_at: str) -> Protocol:
        request, files = signed.request, self.house.files
        path = self.protocols / f"{request.digest}.json"
        about_keys = request.action not in _ABOUT_OFFICERS
        made = Protocol.signed_by(
            by,
            {
                "signed_request": signed.to_plain(),
                "request_sha256": request.digest,
                "performed_by": by.officer,
                "begun_at": begun_at,
                "done_at": self.now().isoformat(),
                "fingerprint_before": request.replaces,
                "fingerprint_after": in_use(files, request.subject) if about_keys else "",
            },
        )
        write_whole(path, made.to_json(), mode=0o600)
        return made

    def protocol(self, beginning: str) -> Protocol:
        """Return the protocol of the ceremony whose id begins so."""
        found = [path for path in self.protocols.glob("*.json") if path.stem.startswith(beginning)]
        if len(found) != 1:
            raise CeremonyRefused(Refusal.REQUEST_UNREADABLE)
        return Protocol.from_json(found[0].read_bytes())

    def audited(self) -> list[dict[str, str]]:
        """Return the ceremonies' trail, proven whole, with every protocol proven to be its own.

        Raises `TrailBroken` or `CeremonyRefused`.
        """
        entries = verify_trail(self.trail)
        for entry in entries:
            if entry["operation"] == "done":
                found = self.protocol(entry["request"])
                if found.digest != entry["protocol"]:
                    raise CeremonyRefused(Refusal.APPROVAL_FORGED)
                self.officers.check_ever(found)
        return entries

    def _entries(self, request: KeyRequest) -> dict[str, dict[str, str]]:
        entries = verify_trail(self.trail)
        return {e["operation"]: e for e in entries if e.get("request") == request.digest}

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Wait until no other ceremony runs; the lock ends with the process."""
        descriptor = os.open(self.house.files.records, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _digest(signed: SignedRequest) -> str:
    return hashlib.sha256(json.dumps(signed.to_plain(), sort_keys=True).encode()).hexdigest()
