"""Stands in for a licensed certification authority: EST, lists, and misbehaviour on demand.

It looks at a request as a real one would: credentials, form, and the signature that
proves possession of the key (RFC 7030 3.5). Its keys are its own, in memory.
"""

from __future__ import annotations

import base64
import binascii
import threading
import warnings
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from werkzeug.wrappers import Request, Response

from server.partners import certification_authority_protocol as protocol
from storage.errors import NotForProduction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from wsgiref.types import StartResponse, WSGIEnvironment

LARGEST_REQUEST: Final = 64 * 1024
YEAR: Final = timedelta(days=365)
DAY: Final = timedelta(days=1)
LIST_VALID: Final = timedelta(hours=12)
BACKDATED: Final = timedelta(seconds=5)
_USAGES: Final = [
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
]


class Misbehaviour(StrEnum):
    DECIDES_LATER = "decides_later"
    """Status 202, with Retry-After."""
    FAILS = "fails"
    IS_BUSY = "is_busy"
    REFUSES = "refuses"
    REDIRECTS = "redirects"
    TALKS_GARBAGE = "talks_garbage"
    TALKS_ENDLESSLY = "talks_endlessly"
    GIVES_TWO = "gives_two"
    CERTIFIES_ANOTHER_KEY = "certifies_another_key"
    CERTIFIES_ANOTHER_NAME = "certifies_another_name"
    LEAVES_EVIDENCE_OUT = "leaves_evidence_out"
    ISSUES_UNDER_A_STRANGER = "issues_under_a_stranger"
    CLAIMS_A_POLICY = "claims_a_policy"
    """One of the platform's own: a notary's."""
    SAYS_NO_ADDRESS = "says_no_address"
    SAYS_A_STRANGE_ADDRESS = "says_a_strange_address"
    IS_SHORT_LIVED = "is_short_lived"
    """Ends before the authority's list does."""
    REVOKES_AT_ONCE = "revokes_at_once"


@dataclass(slots=True)
class Control:
    """What the simulator does to the next enrolments, and what it has seen."""

    next_ones: list[Misbehaviour] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)
    stranger_policy: str = "1.2.3.4"


@dataclass(frozen=True, slots=True)
class _Signer:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


class CertificationAuthoritySimulator:
    """A WSGI application. Warns `NotForProduction` when it is made.

    ``base_url`` is where its lists are fetched.
    """

    def __init__(
        self, *, base_url: str, user: str, password: str, now: Callable[[], datetime]
    ) -> None:
        warnings.warn(
            "a simulator stands in for the certification authority", NotForProduction, stacklevel=2
        )
        self.control = Control()
        self._base_url, self._now = base_url.rstrip("/"), now
        self._credentials = (user, password)
        self._root = self._made(None, "示范根", authority=1)
        self._authority = self._made(self._root, "示范电子认证服务机构", authority=0)
        self._stranger = self._made(None, "示范根", authority=1)
        self._revoked: list[int] = []
        self._lock = threading.Lock()

    @property
    def root(self) -> x509.Certificate:
        return self._root.certificate

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = LARGEST_REQUEST
        return self._respond(request)(environ, start_response)

    def _respond(self, request: Request) -> Response:
        known = {"/root.crl": self._root, "/authority.crl": self._authority}
        if request.method == "GET" and request.path in known:
            return Response(self._listed(known[request.path]), content_type="application/pkix-crl")
        if not self._is_known(request):
            return Response(
                status=HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": 'Basic realm="est"'}
            )
        if (request.method, request.path) == ("GET", protocol.PREFIX + protocol.AUTHORITIES):
            return _told([self._authority.certificate, self._root.certificate])
        if (request.method, request.path) == ("POST", protocol.PREFIX + protocol.ENROLL):
            return self._enrolled(request)
        return Response(status=HTTPStatus.NOT_FOUND)

    def _is_known(self, request: Request) -> bool:
        if request.environ.get("wsgi.url_scheme") == "https" and self._credentials == ("", ""):
            # The connection let nobody in without a client certificate.
            return True
        stated = request.authorization
        return stated is not None and (stated.username, stated.password) == self._credentials

    def _enrolled(self, request: Request) -> Response:
        asked = _read(request)
        if asked is None:
            return Response("not a request that proves its key", status=HTTPStatus.BAD_REQUEST)
        with self._lock:
            self.control.requests.append(asked.public_bytes(Encoding.DER))
            misbehaviour = self.control.next_ones.pop(0) if self.control.next_ones else None
        plain = _PLAIN.get(misbehaviour) if misbehaviour else None
        if plain is not None:
            return plain()
        issued = self._certified(asked, misbehaviour)
        if misbehaviour is Misbehaviour.REVOKES_AT_ONCE:
            self._revoked.append(issued.serial_number)
        more = [self._authority.certificate] if misbehaviour is Misbehaviour.GIVES_TWO else []
        return _told([issued, *more])

    def _certified(
        self, asked: x509.CertificateSigningRequest, how: Misbehaviour | None
    ) -> x509.Certificate:
        M = Misbehaviour  # noqa: N806 - a short name for a long list
        issuer = self._stranger if how is M.ISSUES_UNDER_A_STRANGER else self._authority
        another = ec.generate_private_key(ec.SECP256R1()).public_key()
        key = another if how is M.CERTIFIES_ANOTHER_KEY else asked.public_key()
        policy = self.control.stranger_policy if how is M.CLAIMS_A_POLICY else "1.2.156.999999.1"
        builder = self._begun(issuer, _p256(key), DAY / 24 if how is M.IS_SHORT_LIVED else DAY)
        builder = builder.subject_name(
            _named("张三") if how is M.CERTIFIES_ANOTHER_NAME else asked.subject
        )
        extensions: list[tuple[x509.ExtensionType, bool]] = [
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (_usage("digital_signature", "content_commitment"), True),
            (x509.CertificatePolicies([_policy(policy)]), False),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False),
        ]
        if how is not M.SAYS_NO_ADDRESS:
            scheme = "ldap:" if how is M.SAYS_A_STRANGE_ADDRESS else ""
            extensions.append((_points(f"{scheme}{self._base_url}/authority.crl"), False))
        for each in asked.extensions:
            is_other = isinstance(each.value, x509.UnrecognizedExtension)
            if is_other and how is not M.LEAVES_EVIDENCE_OUT:
                extensions.append((each.value, each.critical))
        for value, critical in extensions:
            builder = builder.add_extension(value, critical=critical)
        return builder.sign(issuer.key, hashes.SHA256())

    def _begun(
        self, issuer: _Signer, key: ec.EllipticCurvePublicKey, valid_for: timedelta
    ) -> x509.CertificateBuilder:
        now = self._now()
        own = issuer.key.public_key()
        return (
            x509.CertificateBuilder()
            .issuer_name(issuer.certificate.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - BACKDATED)
            .not_valid_after(now + valid_for)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(own), critical=False)
        )

    def _made(self, issuer: _Signer | None, name: str, *, authority: int) -> _Signer:
        key = ec.generate_private_key(ec.SECP256R1())
        now, public, subject = self._now(), key.public_key(), _named(name)
        own = issuer.key.public_key() if issuer else public
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.certificate.subject if issuer else subject)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - DAY)
            .not_valid_after(now + 10 * YEAR)
            .add_extension(x509.BasicConstraints(ca=True, path_length=authority), critical=True)
            .add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(own), critical=False)
        )
        if issuer is not None:
            builder = builder.add_extension(_points(f"{self._base_url}/root.crl"), critical=False)
        return _Signer(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)

    def _listed(self, signer: _Signer) -> bytes:
        now, public = self._now(), signer.key.public_key()
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(signer.certificate.subject)
            .last_update(now - BACKDATED)
            .next_update(now + (YEAR if signer is self._root else LIST_VALID))
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False
            )
            .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        )
        for serial in self._revoked if signer is self._authority else ():
            row = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now)
            builder = builder.add_revoked_certificate(row.build())
        return builder.sign(signer.key, hashes.SHA256()).public_bytes(Encoding.DER)


def _read(request: Request) -> x509.CertificateSigningRequest | None:
    if request.mimetype != protocol.REQUEST_TYPE:
        return None
    try:
        der = base64.b64decode(b"".join(request.get_data().split()), validate=True)
        asked = x509.load_der_x509_csr(der)
    except (binascii.Error, ValueError):
        return None
    return asked if asked.is_signature_valid else None


def _told(certificates: list[x509.Certificate]) -> Response:
    der = pkcs7.serialize_certificates(certificates, Encoding.DER)
    return Response(
        base64.encodebytes(der),
        headers={"Content-Transfer-Encoding": "base64"},
        content_type=protocol.ANSWER_TYPE,
    )


_PLAIN: Final[dict[Misbehaviour, Callable[[], Response]]] = {
    Misbehaviour.DECIDES_LATER: lambda: Response(
        status=HTTPStatus.ACCEPTED, headers={"Retry-After": "60"}
    ),
    Misbehaviour.FAILS: lambda: Response(status=HTTPStatus.INTERNAL_SERVER_ERROR),
    Misbehaviour.IS_BUSY: lambda: Response(
        status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "60"}
    ),
    Misbehaviour.REFUSES: lambda: Response(status=HTTPStatus.FORBIDDEN),
    Misbehaviour.REDIRECTS: lambda: Response(
        status=HTTPStatus.TEMPORARY_REDIRECT,
        headers={"Location": protocol.PREFIX + protocol.ENROLL},
    ),
    Misbehaviour.TALKS_GARBAGE: lambda: Response(b"\x00\xffnot an answer"),
    Misbehaviour.TALKS_ENDLESSLY: lambda: Response(b"QUJD" * (1024 * 1024)),
}


def _named(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _usage(*stated: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{each: each in stated for each in _USAGES})


def _policy(dotted: str) -> x509.PolicyInformation:
    return x509.PolicyInformation(x509.ObjectIdentifier(dotted), None)


def _points(url: str) -> x509.CRLDistributionPoints:
    name = x509.UniformResourceIdentifier(url)
    return x509.CRLDistributionPoints([x509.DistributionPoint([name], None, None, None)])


def _p256(key: object) -> ec.EllipticCurvePublicKey:
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise TypeError("the simulator certifies keys on elliptic curves")
    return key
