"""Where a key ceremony takes place in a test: the authorities, and officers with credentials."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypedDict, Unpack

from esign.algorithms import SigningAlgorithm
from esign.authorities.directory import ROOT, TSA, AuthorityDirectory
from esign.custody.keyring import Keyring
from esign.custody.places import FILES
from esign.keyceremony.approvals import SignedRequest, approve
from esign.keyceremony.house import House
from esign.keyceremony.officers import Credential, Officer, new_credential, open_credential
from esign.keyceremony.performing import Ceremonies
from esign.keyceremony.planning import Wish, plan
from esign.keyceremony.requests import Action
from esign.testing import BASE_URL, NOTARY, OFFICE

if TYPE_CHECKING:
    from pathlib import Path

    from esign.custody.places import KeyPlace
    from esign.keyceremony.protocols import Protocol
    from esign.testing import SetClock

SM2 = SigningAlgorithm.SM2
PASSPHRASE = "correct horse battery"
SEAL, AUTHORITY = f"office.{OFFICE}.seal", f"office.{OFFICE}.authority"
WHO = f"office.{OFFICE}.notary.{NOTARY}"


class More(TypedDict, total=False):
    """What a wish says beside its action and subject."""

    name: str
    organization: str
    compromised_at: datetime
    public_key: str
    certificate: str


class Room:
    """Where a ceremony takes place: the authorities, and officers with their credentials."""

    def __init__(self, path: Path, now: SetClock, *, place: KeyPlace = FILES) -> None:
        files = AuthorityDirectory(path)
        keyring = Keyring(files.keys, place)
        self.now = now
        self.ceremonies = Ceremonies(
            house=House(files=files, keyring=keyring, base_url=BASE_URL), now=now
        )
        self.files = files
        self.people: dict[str, Credential] = {}
        self._nonces = 0

    def officer(self, name: str) -> Officer:
        pem, public = new_credential(PASSPHRASE)
        self.people[name] = open_credential(Officer(name, public), pem, PASSPHRASE)
        return Officer(name, public)

    def with_officers(self) -> Room:
        for name in ("key-officer-a", "key-officer-b"):
            self.ceremonies.register_first(self.officer(name))
        return self

    def planned(self, action: Action, subject: str, **more: Unpack[More]) -> SignedRequest:
        self._nonces += 1
        wish = Wish(
            action=action,
            subject=subject,
            reason="年度更换",
            lifetime=timedelta(hours=24),
            **more,
        )
        return SignedRequest(plan(self.ceremonies, wish, nonce=f"{self._nonces:032x}"))

    def approved(self, signed: SignedRequest, *names: str) -> SignedRequest:
        for name in names or ("key-officer-a", "key-officer-b"):
            signed = approve(signed, self.people[name], now=self.now())
        return signed

    def perform(self, signed: SignedRequest) -> Protocol:
        return self.ceremonies.perform(signed, self.people["key-officer-a"])

    def done(self, action: Action, subject: str, **more: Unpack[More]) -> Protocol:
        return self.perform(self.approved(self.planned(action, subject, **more)))

    def founded(self) -> Room:
        self.done(Action.CREATE, ROOT, name="飞柜根 Root")
        self.done(Action.CREATE, TSA, name="Time-Stamping")
        self.done(Action.CREATE, AUTHORITY, name="昆明市甲公证处 CA", organization="甲")
        self.done(Action.CREATE, SEAL, name="昆明市甲公证处", organization="甲")
        self.done(Action.CREATE, WHO, name="王公证", organization="甲")
        return self

    def founded_by_sm2(self) -> Room:
        """Make the same again by SM2, save the time-stamper, which is there."""
        for subject, name in (
            (ROOT, "飞柜根 Root"),
            (AUTHORITY, "昆明市甲公证处 CA"),
            (SEAL, "昆明市甲公证处"),
            (WHO, "王公证"),
        ):
            organization = "" if subject == ROOT else "甲"
            self.done(Action.CREATE, SM2.named(subject), name=name, organization=organization)
        return self
