"""Where the authorities' certificates, lists and records lie, and how keys are named.

``keys/`` belongs to the signer process alone; ``public/`` is for everybody;
``records/`` is what a certification authority has to keep (电子签名法 Art. 24).

A role (``office.kunming-a.seal``) has one key after the other: the first is
called like the role, the next ``office.kunming-a.seal.2``. ``NAME.uri`` says
where a key is, ``ROLE.current`` which one is used now.
"""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from esign.custody.uris import KeyUri
from esign.errors import AuthorityMissing

if TYPE_CHECKING:
    from pathlib import Path

ROOT: Final = "root"
TSA: Final = "tsa"

_LINK: Final = ".under."
_LABEL: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def office_name(office: str, role: str) -> str:
    """Name the key and certificate of one role of an office, ``seal`` for example."""
    if not _LABEL.fullmatch(office):
        raise AuthorityMissing("an office key is lower-case letters, digits and hyphens")
    return f"office.{office}.{role}"


def notary_name(office: str, notary: str) -> str:
    if not _LABEL.fullmatch(notary):
        raise AuthorityMissing("a notary id is lower-case letters, digits and hyphens")
    return office_name(office, f"notary.{notary}")


def generation_name(role: str, number: int) -> str:
    """Name the key of a role by its number, which begins with 1."""
    return role if number == 1 else f"{role}.{number}"


def link_name(subject: str, issuer: str) -> str:
    """Name the certificate by which one key of a root vouches for another (RFC 4210 4.4)."""
    return f"{subject}{_LINK}{issuer}"


def responder_name(authority: str) -> str:
    """Name the key and certificate that answer for the certificates of ``authority``."""
    return f"{authority}.responder"


def write_whole(path: Path, content: bytes, *, mode: int) -> None:
    """Write a file that is either there completely or not at all.

    It belongs to whoever the folder belongs to: root keeps ceremonies for a signer
    that is not root.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        _give_to_owner_of(path.parent, file.fileno())
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def append_line(path: Path, line: bytes) -> None:
    """Add a line and have it on disk before returning; it belongs to the folder's owner."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        _give_to_owner_of(path.parent, file.fileno())
        file.write(line + b"\n")
        os.fsync(file.fileno())


def _give_to_owner_of(folder: Path, descriptor: int) -> None:
    if os.geteuid() == 0:
        owner = folder.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)


@dataclass(frozen=True, slots=True)
class AuthorityDirectory:
    path: Path

    @property
    def keys(self) -> Path:
        return self._made("keys", 0o700)

    @property
    def public(self) -> Path:
        return self._made("public", 0o755)

    @property
    def records(self) -> Path:
        return self._made("records", 0o700)

    def _made(self, name: str, mode: int) -> Path:
        folder = self.path / name
        if not folder.is_dir():
            folder.mkdir(mode=mode, parents=True, exist_ok=True)
            if os.geteuid() == 0:
                owner = self.path.stat()
                os.chown(folder, owner.st_uid, owner.st_gid)
        return folder

    def _published(self, file: str) -> Path:
        return self.path / f"public/{file}"

    def current(self, role: str) -> str:
        """Return the name of the key that ``role`` uses now."""
        return self._text(f"{role}.current") or role

    def use(self, role: str, name: str) -> None:
        """Have ``role`` use the key ``name`` from now on; the change is one step."""
        write_whole(self.public / f"{role}.current", name.encode(), mode=0o644)

    def uri(self, name: str) -> KeyUri:
        """Return where a key is; files were the only place before there was a choice."""
        text = self._text(f"{name}.uri")
        return KeyUri("file", name) if text is None else KeyUri.parse(text)

    def has_uri(self, name: str) -> bool:
        return self._published(f"{name}.uri").exists()

    def keep_uri(self, uri: KeyUri) -> None:
        write_whole(self.public / f"{uri.name}.uri", str(uri).encode(), mode=0o644)

    def names(self, role: str) -> list[str]:
        """Return the keys of ``role`` that have certificates, the first one first."""
        found = [role] if self.has_certificate(role) else []
        while found and self.has_certificate(later := generation_name(role, len(found) + 1)):
            found.append(later)
        return found

    def role_of(self, name: str) -> str:
        """Return the role that the key ``name`` belongs to."""
        role = name.rpartition(".")[0]
        return role if name in self.names(role)[1:] else name

    def certificate(self, name: str) -> x509.Certificate:
        """Return the certificate of a key."""
        try:
            return _parsed(self._published(f"{name}.pem").read_bytes())
        except FileNotFoundError:
            raise AuthorityMissing("no such certificate has been made") from None

    def has_certificate(self, name: str) -> bool:
        return self._published(f"{name}.pem").exists()

    def stop(self, name: str) -> None:
        """Have nobody sign with the key ``name`` any more; there is no way back."""
        write_whole(self.public / f"{name}.stopped", b"", mode=0o644)

    def is_stopped(self, name: str) -> bool:
        return self._published(f"{name}.stopped").exists()

    @property
    def officers(self) -> Path:
        """Who decides about keys; while there is anybody, nothing is made without them."""
        return self.path / "officers"

    @property
    def is_under_dual_control(self) -> bool:
        return any(self.officers.glob("*.pub"))

    def authority_of(self, role: str, certificate: x509.Certificate) -> str:
        """Return which key of the authority ``role`` issued ``certificate``."""
        for name in reversed(self.names(role)):
            if _is_named_by(certificate, self.certificate(name)):
                return name
        raise AuthorityMissing("the certificate is not of this authority")

    def links(self) -> list[x509.Certificate]:
        """Return what keys of a root certify of each other; proves nothing by itself."""
        return [self.certificate(name) for name in self.link_names()]

    def link_names(self) -> list[str]:
        return sorted(path.stem for path in self.path.glob(f"public/*{_LINK}*.pem"))

    def is_under(self, name: str, authority: str) -> bool:
        """Say whether the key ``authority`` is named by the certificate of ``name``."""
        return _is_named_by(self.certificate(name), self.certificate(authority))

    def issued(self, serial: int) -> x509.Certificate | None:
        """Return a certificate from the records, or ``None``."""
        path = self.path / "records" / f"{serial:040x}.issued.der"
        return x509.load_der_x509_certificate(path.read_bytes()) if path.exists() else None

    def signing(self, role: str) -> tuple[KeyUri, x509.Certificate]:
        """Return the key that ``role`` signs with now, and its certificate."""
        name = self.current(role)
        return self.uri(name), self.certificate(name)

    def _text(self, file: str) -> str | None:
        try:
            return self._published(file).read_text().strip()
        except FileNotFoundError:
            return None

    def keep_certificate(self, name: str, certificate: x509.Certificate) -> None:
        pem = certificate.public_bytes(Encoding.PEM)
        write_whole(self.public / f"{name}.pem", pem, mode=0o644)

    def revocation_list(self, name: str) -> bytes:
        try:
            return self._published(f"{name}.crl").read_bytes()
        except FileNotFoundError:
            raise AuthorityMissing("no revocation list has been made") from None

    def published_lists(self) -> list[bytes]:
        """Return the newest list of every authority, those that were given up among them."""
        return [path.read_bytes() for path in sorted(self.path.glob("public/*.crl"))]

    def has_revocation_list(self, name: str) -> bool:
        return self._published(f"{name}.crl").exists()

    def keep_revocation_list(self, name: str, der: bytes) -> None:
        write_whole(self.public / f"{name}.crl", der, mode=0o644)

    def record(self, certificate: x509.Certificate, *, stage: str) -> None:
        """Keep a certificate for the years the law asks, ``intended`` and ``issued``."""
        name = f"{certificate.serial_number:040x}.{stage}.der"
        write_whole(self.records / name, certificate.public_bytes(Encoding.DER), mode=0o600)


@lru_cache(maxsize=256)
def _parsed(pem: bytes) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem)


@lru_cache(maxsize=1024)
def _is_named_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """By name and by key: the keys of a root share their name."""
    if certificate.issuer != issuer.subject:
        return False
    named = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    own = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return named.key_identifier == own.digest
