"""A licensed authority of somebody else (电子签名法 Art. 16 to 24) certifies event keys.

What comes back is held against what was asked before the key is used: the key, the
name, the evidence. The chain and the lists are proven where every signature proves
them (`esign.pdf.standing`).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import NameOID

from esign import oids
from esign.authorities.profiles import EVENT
from esign.errors import CertificateUnfit
from esign.unreadable import UNREADABLE

if TYPE_CHECKING:
    from datetime import datetime

    from esign.clock import Clock
    from esign.custody.ports import Custody, EventRequest
    from esign.evidence import EvidenceDigests

ASKED_AGAIN_FOR: Final = EVENT.valid_for - timedelta(minutes=1)
"""For how long a request that waits for a decision is sent again; then its key is gone."""

_OURS: Final = frozenset(
    {
        oids.POLICY_PARTY,
        oids.POLICY_NOTARY,
        oids.POLICY_OFFICE_SEAL,
        oids.POLICY_TSA,
        oids.POLICY_RESPONDER,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedOutside:
    """A certificate, and what proves it."""

    certificate: x509.Certificate
    authority: x509.Certificate
    """That issued it."""

    root: x509.Certificate
    """Pinned here, and not what the authority says of itself."""

    authority_list: bytes
    """Revocation list of the authority, DER."""

    root_list: bytes


class OutsideAuthority(Protocol):
    def certify(self, request: bytes) -> IssuedOutside:
        """Have a PKCS #10 request (DER) certified, or raise `CertificateNotHad`."""
        ...


class OutsideEvents:
    """Event keys that an outside authority certifies; shared by all threads."""

    def __init__(self, authority: OutsideAuthority, *, custody: Custody, now: Clock) -> None:
        self._authority = authority
        self._custody = custody
        self._now = now
        self._lock = threading.Lock()
        self._waiting: dict[tuple[str, str, EvidenceDigests], tuple[datetime, EventRequest]] = {}

    def make(
        self, *, office: str, common_name: str, evidence: EvidenceDigests
    ) -> tuple[str, IssuedOutside]:
        """Return the URI of a key and its certificate, or raise `CertificateNotHad`.

        An authority that decides later is sent the same request again (RFC 7030 4.2.3).
        """
        asked = (office, common_name, evidence)
        with self._lock:
            since, request = self._waiting.pop(asked, (None, None))
        if request is None or since is None or not self._now() - since <= ASKED_AGAIN_FOR:
            since = self._now()
            request = self._custody.make_event_request(
                office=office, common_name=common_name, evidence=evidence
            )
        with self._lock:
            self._waiting[asked] = (since, request)
        issued = self._authority.certify(request.request)
        with self._lock:
            self._waiting.pop(asked, None)
            self._forget()
        check_issued(request.request, issued)
        return request.uri, issued

    def _forget(self) -> None:
        oldest = self._now() - ASKED_AGAIN_FOR
        for asked, (since, _) in list(self._waiting.items()):
            if not since >= oldest:
                del self._waiting[asked]


def check_issued(request: bytes, issued: IssuedOutside) -> None:
    """Raise `CertificateUnfit` unless ``issued`` is what ``request`` asked for."""
    try:
        _check_issued(request, issued)
    except UNREADABLE as error:
        raise CertificateUnfit("what the authority gave cannot be read") from error


def _check_issued(request: bytes, issued: IssuedOutside) -> None:
    wanted, certificate = x509.load_der_x509_csr(request), issued.certificate
    try:
        is_same_key = certificate.public_key() == wanted.public_key()
    except UnsupportedAlgorithm:
        # An SM2 key, for example: what was asked for is on P-256.
        is_same_key = False
    if not is_same_key:
        raise CertificateUnfit("the certificate is of another key")
    if _named(certificate.subject) != _named(wanted.subject):
        raise CertificateUnfit("the certificate is of another name")
    if _evidence(certificate.extensions) != _evidence(wanted.extensions):
        raise CertificateUnfit("the certificate does not bear the evidence")
    if not _OURS.isdisjoint(_policies(certificate)):
        raise CertificateUnfit("the certificate claims a policy of ours")
    ends = x509.load_der_x509_crl(issued.authority_list).next_update_utc
    # Years later a signature is judged at the end of the list's life (see
    # `esign.authorities.revocation`): a certificate that ended before it could not be.
    if ends is None or not ends <= certificate.not_valid_after_utc:
        raise CertificateUnfit("the authority's list outlives the certificate")


def _named(name: x509.Name) -> list[str | bytes]:
    return [each.value for each in name.get_attributes_for_oid(NameOID.COMMON_NAME)]


def _evidence(extensions: x509.Extensions) -> bytes | None:
    try:
        found = extensions.get_extension_for_oid(x509.ObjectIdentifier(oids.EVIDENCE))
    except x509.ExtensionNotFound:
        return None
    return found.value.public_bytes()


def _policies(certificate: x509.Certificate) -> set[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.CertificatePolicies)
    except x509.ExtensionNotFound:
        return set()
    return {each.policy_identifier.dotted_string for each in found.value}
