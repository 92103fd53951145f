"""Make a root, the time-stamper and one authority and seal per office, all by itself.

For development and tests, wherever the keys are kept; an office that works for
real makes its own under dual control (`esign.keyceremony`).

Offices that also sign with SM2 get the same again under a root of that algorithm,
save those who answer for an authority: SM2 certificates name lists alone.

Run again it keeps what exists, adds what is missing and renews what is short-lived
when half its life is over: the root's revocation list, and the certificates of
those who answer for an authority.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.x509.oid import NameOID

from esign.algorithms import SigningAlgorithm
from esign.authorities import profiles
from esign.authorities.directory import (
    ROOT,
    TSA,
    AuthorityDirectory,
    office_name,
    responder_name,
)
from esign.authorities.issuing import CertificateOrder, Issuer, Subject, issue
from esign.authorities.profiles import RESPONDER
from esign.authorities.register import RevocationRegister
from esign.authorities.revocation import OFFICE_LIST_VALID, ROOT_LIST_VALID, revocation_list
from esign.custody.keyring import Keyring
from esign.custody.places import FILES
from esign.errors import KeyStopped, NotForProduction

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime, timedelta
    from pathlib import Path

    from esign.authorities.issuing import AuthorityKey
    from esign.authorities.profiles import Profile
    from esign.custody.places import KeyPlace


def create_authorities(
    directory: Path,
    *,
    now: datetime,
    offices: Mapping[str, str],
    base_url: str,
    place: KeyPlace = FILES,
    sm2_offices: Collection[str] = (),
) -> AuthorityDirectory:
    """``offices`` maps an office's key to the name on its seal.

    ``base_url`` goes into the certificates: where ``public/`` can be fetched. Raises
    `AlgorithmUnavailable` when ``sm2_offices`` names any and OpenSSL has no SM2.
    """
    warnings.warn(
        "authorities that no key ceremony made are for development", NotForProduction, stacklevel=2
    )
    files = AuthorityDirectory(directory)
    founding = _Founding(files, Keyring(files.keys, place), now, base_url.rstrip("/"))
    founding.root()
    founding.under_root(TSA, Subject(common_name="Feigui Time-Stamping"), profiles.TIME_STAMPER)
    for office, name in sorted(offices.items()):
        founding.office(office, name)
    if sm2_offices:
        by_sm2 = replace(founding, algorithm=SigningAlgorithm.SM2)
        by_sm2.root()
        for office in sorted(sm2_offices):
            by_sm2.office(office, offices[office])
    return files


@dataclass(frozen=True, slots=True)
class _Founding:
    files: AuthorityDirectory
    keyring: Keyring
    now: datetime
    base_url: str
    algorithm: SigningAlgorithm = SigningAlgorithm.P256

    @property
    def _suffix(self) -> str:
        """Keep authorities apart by name: whoever looks for an issuer begins with that."""
        return "" if self.algorithm is SigningAlgorithm.P256 else f" {self.algorithm.name}"

    def root(self) -> None:
        root = self.algorithm.named(ROOT)
        if not self.files.has_certificate(root):
            key = key_for(self.files, self.keyring, root)
            order = CertificateOrder(
                profile=profiles.ROOT,
                subject=Subject(common_name=f"Feigui Development Root{self._suffix}"),
                public_key=key.public_key(),
            )
            self._keep(root, order, Issuer(certificate=None, key=key))
        for name in live_roots(self.files, root, now=self.now):
            self._renew_root_list(name)
            self._appoint_responder(name)

    def _renew_root_list(self, root: str) -> None:
        if (self.files.public / f"{root}.crl").exists():
            listed = x509.load_der_x509_crl(self.files.revocation_list(root))
            due = listed.last_update_utc + ROOT_LIST_VALID / 2
            if self.now < due:
                return
        fresh = revocation_list(
            self.files.certificate(root),
            self.keyring.load(self.files.uri(root)),
            RevocationRegister(self.files.records / "revoked.jsonl").of(root),
            now=self.now,
            valid_for=ROOT_LIST_VALID,
        )
        self.files.keep_revocation_list(root, fresh)

    def office(self, office: str, name: str) -> None:
        authority = self.algorithm.named(office_name(office, "authority"))
        self.under_root(
            authority,
            Subject(common_name=f"{name} CA{self._suffix}", organization=name),
            profiles.OFFICE_AUTHORITY,
        )
        self._under(
            self.algorithm.named(office_name(office, "seal")),
            Subject(common_name=name, organization=name),
            profiles.OFFICE_SEAL,
            issuer=authority,
        )
        self._appoint_responder(authority)
        self._first_list(authority)

    def _appoint_responder(self, authority: str) -> None:
        if answers_for(authority):
            appoint_responder(
                self.files, self.keyring, authority, now=self.now, base_url=self.base_url
            )

    def under_root(self, name: str, subject: Subject, profile: Profile) -> None:
        above = self.files.current(self.algorithm.named(ROOT))
        self._under(name, subject, profile, issuer=above)

    def _under(self, name: str, subject: Subject, profile: Profile, *, issuer: str) -> None:
        if self.files.has_certificate(name):
            return
        # A key without its certificate is what a crash between the two leaves.
        key = key_for(self.files, self.keyring, name)
        order = CertificateOrder(profile=profile, subject=subject, public_key=key.public_key())
        self._keep(name, order, issuer_of(self.files, self.keyring, issuer, self.base_url))

    def _first_list(self, authority: str) -> None:
        if (self.files.public / f"{authority}.crl").exists():
            return
        key = self.keyring.load(self.files.uri(authority))
        certificate = self.files.certificate(authority)
        listed = revocation_list(certificate, key, [], now=self.now, valid_for=OFFICE_LIST_VALID)
        self.files.keep_revocation_list(authority, listed)

    def _keep(self, name: str, order: CertificateOrder, issuer: Issuer) -> None:
        keep_issued(self.files, name, order, issuer=issuer, now=self.now)


def live_roots(files: AuthorityDirectory, root: str, *, now: datetime) -> list[str]:
    """Return the keys of a root that still speak of what they certified, the first one first.

    One that was replaced certifies nothing any more, and makes its list until its end.
    """
    return [
        name
        for name in files.names(root)
        if not files.is_stopped(name) and now <= files.certificate(name).not_valid_after_utc
    ]


def answers_for(authority: str) -> bool:
    """Say whether anybody answers for the certificates of ``authority``: nobody does by SM2."""
    return SigningAlgorithm.of_name(authority) is SigningAlgorithm.P256


def appoint_responder(
    files: AuthorityDirectory,
    keyring: Keyring,
    authority: str,
    *,
    now: datetime,
    base_url: str,
    lasting: timedelta = RESPONDER.valid_for / 2,
) -> None:
    """Appoint who answers for ``authority`` (the name of its key), or renew the certificate.

    The key of the authority itself is then needed for no answer (RFC 6960 4.2.2.2). What
    is there stays while it holds for longer than ``lasting``; its key stays in any case.
    """
    name = responder_name(authority)
    if has_responder(files, authority, until=now + lasting):
        return
    key = key_for(files, keyring, name)
    order = CertificateOrder(
        profile=RESPONDER,
        subject=_answering(files.certificate(authority)),
        public_key=key.public_key(),
    )
    issuer = issuer_of(files, keyring, authority, base_url)
    keep_issued(files, name, order, issuer=issuer, now=now)


def has_responder(files: AuthorityDirectory, authority: str, *, until: datetime) -> bool:
    """Say whether somebody answers for ``authority`` for longer than ``until``."""
    name = responder_name(authority)
    return files.has_certificate(name) and until < files.certificate(name).not_valid_after_utc


def _answering(authority: x509.Certificate) -> Subject:
    named = authority.subject.get_attributes_for_oid
    organization = named(NameOID.ORGANIZATION_NAME)
    return Subject(
        common_name=f"{named(NameOID.COMMON_NAME)[0].value!s} OCSP",
        organization=str(organization[0].value) if organization else None,
    )


def keep_issued(
    files: AuthorityDirectory, name: str, order: CertificateOrder, *, issuer: Issuer, now: datetime
) -> None:
    certificate = issue(
        order, issuer, now=now, record=lambda draft: files.record(draft, stage="intended")
    )
    files.record(certificate, stage="issued")
    files.keep_certificate(name, certificate)


def key_for(files: AuthorityDirectory, keyring: Keyring, name: str) -> AuthorityKey:
    """Return the key ``name``, made where new keys are made unless a crash left it."""
    uri = files.uri(name) if files.has_uri(name) else keyring.place.uri(name)
    files.keep_uri(uri)
    return keyring.made(uri)


def issuer_of(files: AuthorityDirectory, keyring: Keyring, name: str, base_url: str) -> Issuer:
    """Return the authority ``name``, with the addresses that go into its certificates.

    Raises `KeyStopped` for one that was given up or retired.
    """
    if files.is_stopped(name):
        raise KeyStopped("the authority was given up or retired; it signs nothing any more")
    return Issuer(
        certificate=files.certificate(name),
        key=keyring.load(files.uri(name)),
        crl_url=f"{base_url}/{name}.crl",
        ocsp_url=f"{base_url}/{name}.ocsp" if answers_for(name) else None,
        certificate_url=f"{base_url}/{name}.cer",
    )
