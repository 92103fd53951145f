"""Answer, with a responder's key, what the records say about one certificate.

It runs inside the signer process, where the records are: whoever holds the socket can
have the truth signed, and nothing else. ``good`` is what was issued and not taken
back; about every other number nothing is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509

from esign.authorities.directory import responder_name
from esign.authorities.revocation import OFFICE_LIST_VALID
from esign.authorities.status_answers import (
    Good,
    Period,
    Responder,
    Unknown,
    Unsuccessful,
    is_about,
    status_answer,
    unsuccessful,
)
from esign.authorities.status_requests import read_status_request
from esign.cms.reading import DerMalformed
from esign.errors import AuthorityMissing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from esign.authorities.directory import AuthorityDirectory
    from esign.authorities.register import RevocationRegister
    from esign.authorities.revocation import Revoked
    from esign.clock import Clock
    from esign.custody.ports import Custody
    from esign.custody.uris import KeyUri

ANSWER_VALID: Final = OFFICE_LIST_VALID
"""As long as an office's list, and for the same reason."""

_AUTHORITY: Final = re.compile(r"(?:root|office\.[a-z0-9-]+\.authority)(?:\.[0-9]{1,4})?")
_LARGEST_SERIAL: Final = 1 << 160
"""RFC 5280 4.1.2.2: "CAs MUST NOT use serialNumber values longer than 20 octets"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusDesk:
    files: AuthorityDirectory
    revoked: RevocationRegister
    now: Clock
    sign: Callable[[KeyUri, bytes], bytes]

    def answer(self, authority: str, request: bytes) -> bytes:
        """Return an OCSP answer in DER, for any input."""
        try:
            question = read_status_request(request)
        except DerMalformed:
            return unsuccessful(Unsuccessful.MALFORMED_REQUEST)
        try:
            issuer, responder = self._pair(authority)
        except AuthorityMissing:
            return unsuccessful(Unsuccessful.UNAUTHORIZED)
        now = self.now().replace(microsecond=0)
        ends = min(now + ANSWER_VALID, responder.not_valid_after_utc)
        if not is_about(question, issuer):
            return unsuccessful(Unsuccessful.UNAUTHORIZED)
        if not responder.not_valid_before_utc <= now < ends - timedelta(minutes=1):
            # It is renewed by the ceremony that made it; nobody would believe it now.
            return unsuccessful(Unsuccessful.INTERNAL_ERROR)
        uri = self.files.uri(responder_name(authority))
        return status_answer(
            question,
            self._standing(authority, issuer, question.serial),
            Responder(certificate=responder, sign=lambda digest: self.sign(uri, digest)),
            period=Period(begins=now, ends=ends),
        )

    def _pair(self, authority: str) -> tuple[x509.Certificate, x509.Certificate]:
        if not _AUTHORITY.fullmatch(authority):
            raise AuthorityMissing("not the name of an authority")
        responder = self.files.certificate(responder_name(authority))
        return self.files.certificate(authority), responder

    def _standing(
        self, authority: str, issuer: x509.Certificate, serial: int
    ) -> Good | Revoked | Unknown:
        taken_back = [each for each in self.revoked.of(authority) if each.serial == serial]
        if taken_back:
            return taken_back[0]
        if not 0 < serial < _LARGEST_SERIAL:
            return Unknown()
        issued = self.files.issued(serial)
        return Good() if issued is not None and _is_from(issued, issuer) else Unknown()


def _is_from(issued: x509.Certificate, issuer: x509.Certificate) -> bool:
    named = issued.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    own = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return (issued.issuer, named.key_identifier) == (issuer.subject, own.digest)


def certificate_status(custody: Custody, asked: Mapping[str, str]) -> dict[str, str]:
    """The operation of the signer process."""
    request = bytes.fromhex(asked["request"])
    return {"answer": custody.certificate_status(asked["authority"], request).hex()}
