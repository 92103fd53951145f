"""The authorities and their keys, as a ceremony sees them, and the lists that they publish."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives import hashes

from esign.algorithms import SM2_PREFIX
from esign.authorities.creation import answers_for, appoint_responder
from esign.authorities.directory import ROOT
from esign.authorities.profiles import RESPONDER
from esign.authorities.register import RevocationRegister
from esign.authorities.revocation import OFFICE_LIST_VALID, ROOT_LIST_VALID, revocation_list
from esign.keyceremony.refusals import CeremonyRefused, Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from cryptography import x509

    from esign.authorities.directory import AuthorityDirectory
    from esign.custody.keyring import Keyring

LASTING_UNDER_ROOT: Final = RESPONDER.valid_for - timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The authorities and their keys, as a ceremony sees them."""

    files: AuthorityDirectory
    keyring: Keyring
    base_url: str
    """Where ``public/`` can be fetched; goes into certificates."""

    @property
    def register(self) -> RevocationRegister:
        return RevocationRegister(self.files.records / "revoked.jsonl")


def fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def in_use(files: AuthorityDirectory, role: str) -> str:
    """Return the fingerprint of what ``role`` uses now, empty where it has nothing."""
    name = files.current(role)
    return fingerprint(files.certificate(name)) if files.has_certificate(name) else ""


def named_by(files: AuthorityDirectory, role: str, digest: str) -> str:
    """Return which key of ``role`` has the certificate of this fingerprint."""
    for name in files.names(role):
        if fingerprint(files.certificate(name)) == digest:
            return name
    raise CeremonyRefused(Refusal.STATE_CHANGED)


def publish(house: House, authority: str, now: datetime) -> None:
    """Publish a revocation list of ``authority`` (the name of its key) made just now."""
    role = house.files.role_of(authority)
    is_root = role.removeprefix(SM2_PREFIX) == ROOT
    publish_until(house, authority, now, ROOT_LIST_VALID if is_root else OFFICE_LIST_VALID)
    if answers_for(authority):
        appoint_responder(
            house.files,
            house.keyring,
            authority,
            now=now,
            base_url=house.base_url,
            # The root's key is at hand but once a year, so what hangs on it is made anew each time.
            lasting=LASTING_UNDER_ROOT if is_root else RESPONDER.valid_for / 2,
        )


def publish_until(house: House, authority: str, now: datetime, valid_for: timedelta) -> None:
    listed = revocation_list(
        house.files.certificate(authority),
        house.keyring.load(house.files.uri(authority)),
        house.register.of(authority),
        now=now,
        valid_for=valid_for,
    )
    house.files.keep_revocation_list(authority, listed)
