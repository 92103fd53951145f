"""The client of a licensed certification authority that speaks EST (RFC 7030).

``cacerts`` tells the authority above a certificate, ``simpleenroll`` gives one for a
PKCS #10 request; lists come from the addresses inside the certificates (RFC 5280
4.2.1.13). The root is pinned here, and never taken from an answer. Whatever goes wrong
is a `CertificateNotHad`: no certificate, so no signature, and the work waits.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import urllib3
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs7

from esign.authorities.outside import IssuedOutside
from esign.chain import check_issued_by
from esign.errors import (
    CertificateUnfit,
    ChainInvalid,
    OutsideAuthorityRefused,
    OutsideAuthorityUnavailable,
)
from esign.unreadable import UNREADABLE
from server.partners import certification_authority_protocol as protocol
from server.partners.answers import AnswerTooLarge, AnswerTooSlow, read_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

PATIENCE: Final = urllib3.Timeout(connect=3.0, read=10.0, total=15.0)
"""Seconds; chosen. A party waits before the camera for this."""
LARGEST_ANSWER: Final = 256 * 1024
"""Bytes; a chain has some thousands, a list of 5,000 revocations 200,000."""

_REFUSALS: Final = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
)
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})


class AuthorityMisconfigured(ValueError):
    """The address or the credentials are not such as to ask for certificates under."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityAccount:
    url: str
    """Before ``/.well-known/est``."""

    roots: Sequence[x509.Certificate]
    """Under which its certificates are believed."""

    user: str | None = None
    password: str | None = field(default=None, repr=False)
    client_certificate: Path | None = None
    """PEM file with certificate and key, for TLS; in place of a password or beside it."""

    tls_authorities: Path | None = None
    """PEM file: who vouches for its TLS certificate; ``None`` for the system's list."""


class EstAuthority:
    """An `esign.authorities.outside.OutsideAuthority`; shared by all threads.

    Raises `AuthorityMisconfigured` unless the address is HTTPS, or of this machine, and
    there are credentials and a root.
    """

    def __init__(
        self,
        account: AuthorityAccount,
        *,
        now: Callable[[], datetime],
        patience: urllib3.Timeout = PATIENCE,
    ) -> None:
        address = urlsplit(account.url)
        local = address.scheme == "http" and address.hostname in _LOOPBACK
        if not (address.scheme == "https" or local):
            raise AuthorityMisconfigured("an authority is asked over HTTPS only (RFC 7030 3.3)")
        by_password = bool(account.user and account.password)
        if not (by_password or (account.client_certificate and not local)):
            raise AuthorityMisconfigured("neither a password nor a client certificate")
        if not account.roots:
            raise AuthorityMisconfigured("no root is pinned")
        self._roots = tuple(account.roots)
        self._url = account.url.rstrip("/") + protocol.PREFIX
        self._now = now
        basic = f"{account.user}:{account.password}" if by_password else None
        self._credentials = dict(urllib3.make_headers(basic_auth=basic))
        self._pool = urllib3.PoolManager(
            timeout=patience,
            retries=False,
            maxsize=4,
            cert_reqs="CERT_REQUIRED",
            ca_certs=_path(account.tls_authorities),
            cert_file=_path(account.client_certificate),
        )

    def certify(self, request: bytes) -> IssuedOutside:
        certificate = self._enrolled(request)
        authority = _issuer_of(certificate, self._told_authorities())
        root = _issuer_of(authority, self._roots)
        return IssuedOutside(
            certificate=certificate,
            authority=authority,
            root=root,
            authority_list=self._list_of(certificate),
            root_list=self._list_of(authority),
        )

    def _enrolled(self, request: bytes) -> x509.Certificate:
        answer = self._asked(
            "POST",
            self._url + protocol.ENROLL,
            headers={**protocol.REQUEST_HEADERS, **self._credentials},
            body=base64.encodebytes(request),
        )
        certificates = _certificates(answer)
        if len(certificates) != 1:
            raise CertificateUnfit("the authority answered with more than one certificate")
        return certificates[0]

    def _told_authorities(self) -> list[x509.Certificate]:
        answer = self._asked("GET", self._url + protocol.AUTHORITIES, headers=self._credentials)
        return _certificates(answer)

    def _list_of(self, certificate: x509.Certificate) -> bytes:
        """Return the list that ``certificate`` would be on."""
        return self._asked("GET", _list_address(certificate), headers={})

    def _asked(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None
    ) -> bytes:
        try:
            answer = self._pool.request(
                method, url, headers=headers, body=body, preload_content=False, redirect=False
            )
            try:
                content = read_answer(answer, most=LARGEST_ANSWER, now=self._now)
            finally:
                # Never back into the pool: what is left unread may be endless.
                answer.close()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise OutsideAuthorityUnavailable("the authority does not answer") from error
        except AnswerTooLarge as error:
            raise OutsideAuthorityUnavailable("the answer is too large") from error
        except AnswerTooSlow as error:
            raise OutsideAuthorityUnavailable("the answer takes too long") from error
        if answer.status in _REFUSALS:
            raise OutsideAuthorityRefused("the authority refuses us or the request")
        if answer.status == HTTPStatus.ACCEPTED:
            # RFC 7030 4.2.3; the same request is sent again when the work is tried again.
            raise OutsideAuthorityUnavailable("the authority has not decided yet")
        if answer.status != HTTPStatus.OK:
            raise OutsideAuthorityUnavailable("the authority does not answer properly")
        return content


def _path(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _certificates(answer: bytes) -> list[x509.Certificate]:
    """Return what is in a certs-only answer: PKCS #7 in base64 (RFC 7030 4.1.3)."""
    try:
        der = base64.b64decode(b"".join(answer.split()), validate=True)
        return pkcs7.load_der_pkcs7_certificates(der)
    except (binascii.Error, *UNREADABLE) as error:
        raise CertificateUnfit("the answer is not a list of certificates") from error


def _issuer_of(
    certificate: x509.Certificate, candidates: Sequence[x509.Certificate]
) -> x509.Certificate:
    for candidate in candidates:
        try:
            check_issued_by(certificate, candidate)
        except ChainInvalid:
            continue
        return candidate
    raise CertificateUnfit("the certificate is of an authority that nobody vouches for")


def _list_address(certificate: x509.Certificate) -> str:
    try:
        found = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (x509.ExtensionNotFound, *UNREADABLE) as error:
        raise CertificateUnfit("the certificate does not say where its list is") from error
    addresses = [
        name.value
        for point in found
        for name in point.full_name or ()
        if isinstance(name, x509.UniformResourceIdentifier)
        and name.value.startswith(("http://", "https://"))
    ]
    if not addresses:
        raise CertificateUnfit("the certificate's list is not at an address of HTTP")
    return addresses[0]
