"""What a ceremony does to the authorities, in steps that can each be taken twice.

Every step looks first whether it was taken already, so a ceremony that was
interrupted anywhere is simply performed again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from esign.algorithms import SM2_PREFIX, SigningAlgorithm
from esign.authorities import profiles
from esign.authorities.creation import issuer_of
from esign.authorities.directory import ROOT, TSA, generation_name
from esign.authorities.issuing import CertificateOrder, Issuer, Subject, issue
from esign.authorities.revocation import Revoked
from esign.custody.algorithms import KeyAlgorithm
from esign.custody.uris import KeyUri, KeyUse, use_of
from esign.errors import KeyUnknown
from esign.keyceremony.house import fingerprint, in_use, named_by, publish
from esign.keyceremony.refusals import CeremonyRefused, Refusal
from esign.keyceremony.requests import Action
from esign.keyceremony.roots import link_keys, publish_root, retirable, retire

if TYPE_CHECKING:
    from datetime import datetime

    from esign.authorities.directory import AuthorityDirectory
    from esign.authorities.profiles import Profile
    from esign.keyceremony.house import House
    from esign.keyceremony.requests import KeyRequest

_OFFICE: Final = re.compile(r"office\.([a-z0-9-]+)\.(authority|seal|notary)(\.[a-z0-9-]+)?")
_BY_SM2: Final = " SM2"
_GENERATION: Final = re.compile(r" G[0-9]+$")
_PROFILES: Final = {
    "authority": profiles.OFFICE_AUTHORITY,
    "seal": profiles.OFFICE_SEAL,
    "notary": profiles.NOTARY,
}


@dataclass(frozen=True, slots=True)
class Role:
    """What a subject of a ceremony is, and who certifies it."""

    name: str
    profile: Profile
    issuer: str | None
    """Role of the authority above; ``None`` for the root."""

    @classmethod
    def of(cls, subject: str) -> Role:
        algorithm = SigningAlgorithm.of_name(subject)
        root, plain = algorithm.named(ROOT), subject.removeprefix(SM2_PREFIX)
        if plain == ROOT:
            return cls(subject, profiles.ROOT, None)
        if subject == TSA:
            return cls(subject, profiles.TIME_STAMPER, ROOT)
        match = _OFFICE.fullmatch(plain)
        if match is None or (match[2] == "notary") != (match[3] is not None):
            raise CeremonyRefused(Refusal.IMPOSSIBLE)
        # A chain keeps its algorithm up to a root of its own.
        authority = algorithm.named(f"office.{match[1]}.authority")
        above = root if match[2] == "authority" else authority
        return cls(subject, _PROFILES[match[2]], above)

    def can_be_replaced(self, action: Action) -> bool:
        """Say whether ``action`` can give the role another key.

        A root that was stolen cannot say so itself: whoever trusts it has to hear of it in
        another way. What a stolen time-stamper stamped before it was, it cannot say either;
        that is for others to prove (`esign.verification.existence`).
        """
        return action is Action.ROTATE or self.issuer is not None


def check_possible(house: House, request: KeyRequest, *, now: datetime) -> None:
    """Raise `CeremonyRefused` when this cannot be done, or no longer is what was planned."""
    files, role = house.files, Role.of(request.subject)
    if request.action is Action.PUBLISH:
        possible = role.issuer is None and request.key == ""
    elif request.action is Action.RETIRE:
        named = [fingerprint(files.certificate(each)) for each in _retirable(files, role)]
        possible = request.key == "" and request.replaces in named
    elif request.gives_up_replaced:
        possible = role.issuer is not None and request.replaces in _replaced(files, role)
    elif request.action is Action.CREATE:
        possible = request.replaces == "" and request.name != ""
    else:
        possible = role.can_be_replaced(request.action) and request.replaces != ""
    if not possible or (request.action is Action.COMPROMISE) != bool(request.compromised_at):
        raise CeremonyRefused(Refusal.IMPOSSIBLE)
    if request.makes_key:
        _check_key(house, request)
        if in_use(files, role.name) != request.replaces:
            raise CeremonyRefused(Refusal.STATE_CHANGED)
    if role.issuer is not None and not in_use(files, role.issuer):
        raise CeremonyRefused(Refusal.IMPOSSIBLE)
    _check_not_ended(files, request, role, now)


def _retirable(files: AuthorityDirectory, role: Role) -> list[str]:
    return retirable(files, role.name) if role.issuer is None else []


def _replaced(files: AuthorityDirectory, role: Role) -> list[str]:
    """Return the certificates of a role's keys that are in use no more and were not given up."""
    names = [name for name in files.names(role.name) if name != files.current(role.name)]
    return [fingerprint(files.certificate(each)) for each in names if not files.is_stopped(each)]


def _check_not_ended(
    files: AuthorityDirectory, request: KeyRequest, role: Role, now: datetime
) -> None:
    """Said before anything is begun: an authority past its end would refuse halfway."""
    signs = role.issuer or (role.name if request.action is Action.PUBLISH else None)
    if signs is None or not in_use(files, signs):
        return
    name = files.current(signs)
    if files.is_stopped(name) or not now <= files.certificate(name).not_valid_after_utc:
        raise CeremonyRefused(Refusal.AUTHORITY_ENDED)


def next_key(house: House, role: str) -> KeyUri:
    """Name the key that would be made for ``role`` now."""
    return house.keyring.place.uri(generation_name(role, len(house.files.names(role)) + 1))


def _check_key(house: House, request: KeyRequest) -> None:
    try:
        algorithm = KeyAlgorithm(request.algorithm)
        uri = KeyUri.parse(request.key)
    except (ValueError, KeyUnknown):
        raise CeremonyRefused(Refusal.IMPOSSIBLE) from None
    if uri != next_key(house, request.subject):
        raise CeremonyRefused(Refusal.STATE_CHANGED)
    if algorithm is not KeyAlgorithm.of_name(uri.name):
        raise CeremonyRefused(Refusal.IMPOSSIBLE)
    if algorithm is KeyAlgorithm.SM2 and uri.token is not None:
        # Said when it is planned: two officers need not come together for it.
        raise CeremonyRefused(Refusal.SM2_NOT_IN_TOKENS)


def carry_out(house: House, request: KeyRequest, *, now: datetime) -> None:
    """Take every step that ``request`` needs and that was not taken yet."""
    role = Role.of(request.subject)
    if request.action is Action.PUBLISH:
        publish_root(house, role.name, now)
        return
    if request.action is Action.RETIRE:
        retire(house, role.name, request.replaces, now)
        return
    if request.action is Action.COMPROMISE:
        # First nobody signs with it, then everybody hears of it, then there is another.
        _give_up(house, request, role, now)
    if request.gives_up_replaced:
        return
    name = KeyUri.parse(request.key).name
    _make(house, request, role, now)
    if role.issuer is None:
        # Whoever trusts one of the two keys is led to the other before it is used.
        link_keys(house, role.name, name, now)
    elif Role.of(role.issuer).issuer is None:
        # A list that is older than a certificate says nothing about it, and
        # validators take it so.
        publish(house, house.files.current(role.issuer), now)
    if name != house.files.current(role.name):
        house.files.use(role.name, name)


def _give_up(house: House, request: KeyRequest, role: Role, now: datetime) -> None:
    files = house.files
    old = named_by(files, role.name, request.replaces)
    files.stop(old)
    certificate = files.certificate(old)
    issuer = files.authority_of(role.issuer or role.name, certificate)
    known = {each.serial: each for each in house.register.of(issuer)}.get(certificate.serial_number)
    if known is None or known.reason is not x509.ReasonFlags.key_compromise:
        house.register.add(
            issuer,
            Revoked(
                serial=certificate.serial_number,
                at=now,
                reason=x509.ReasonFlags.key_compromise,
                invalid_since=request.compromised_at,
            ),
        )
    if not files.is_stopped(issuer):
        publish(house, issuer, now)


def _make(house: House, request: KeyRequest, role: Role, now: datetime) -> None:
    files, uri = house.files, KeyUri.parse(request.key)
    files.keep_uri(uri)
    if not files.has_certificate(uri.name):
        key = house.keyring.made(uri)
        order = CertificateOrder(
            profile=role.profile, subject=_subject(house, request), public_key=key.public_key()
        )
        if role.issuer is None:
            issuer = Issuer(certificate=None, key=key)
        else:
            above = files.current(role.issuer)
            issuer = issuer_of(files, house.keyring, above, house.base_url)
        certificate = issue(
            order, issuer, now=now, record=lambda draft: files.record(draft, stage="intended")
        )
        files.record(certificate, stage="issued")
        files.keep_certificate(uri.name, certificate)
    if use_of(uri.name) is KeyUse.CERTIFY and not (files.public / f"{uri.name}.crl").exists():
        publish(house, uri.name, now)


def _subject(house: House, request: KeyRequest) -> Subject:
    if not request.replaces:
        return Subject(common_name=_first_name(request), organization=request.organization or None)
    old = house.files.certificate(house.files.current(request.subject)).subject
    named = old.get_attributes_for_oid
    common_name = str(named(NameOID.COMMON_NAME)[0].value)
    is_root = Role.of(request.subject).issuer is None
    if use_of(request.subject) is KeyUse.CERTIFY and not is_root:
        # Two authorities of one name would have lists that look alike. The keys of a root
        # share theirs (RFC 4210 4.4): only so are its links left out of path lengths.
        number = KeyUri.parse(request.key).name.rpartition(".")[2]
        common_name = f"{_GENERATION.sub('', common_name)} G{number}"
    organization = named(NameOID.ORGANIZATION_NAME)
    return Subject(
        common_name=common_name,
        organization=str(organization[0].value) if organization else None,
    )


def _first_name(request: KeyRequest) -> str:
    """Return the name that was asked for, and for an SM2 authority what tells it apart.

    Whoever looks for an issuer begins with the name, which two roots must not share.
    """
    is_by_sm2 = KeyAlgorithm(request.algorithm) is KeyAlgorithm.SM2
    if not is_by_sm2 or use_of(request.subject) is not KeyUse.CERTIFY:
        return request.name
    return f"{request.name.removesuffix(_BY_SM2)}{_BY_SM2}"
