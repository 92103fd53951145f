"""Revocation lists, RFC 5280 section 5: which certificates an authority took back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from esign.sm.certificates import key_identifier, list_with
from esign.sm.sm2 import Sm2PrivateKey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from esign.authorities.issuing import AuthorityKey

OFFICE_LIST_VALID: Final = timedelta(minutes=5)
"""An office's authority is online and lists anew at every use.  A list must end
before an event certificate does: years later, pyHanko judges a signature at the
end of its list's life, not at its date, and would find the certificate expired."""

ROOT_LIST_VALID: Final = timedelta(days=366)
"""The root is offline; its list is renewed once a year (CA/B Baseline
Requirements 4.9.7 allow twelve months for a list of subordinate authorities)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    serial: int
    at: datetime
    reason: x509.ReasonFlags = x509.ReasonFlags.unspecified
    invalid_since: datetime | None = None
    """When somebody else may have had the key (RFC 5280 5.3.2), where that was earlier."""

    @property
    def counts_from(self) -> datetime:
        return self.at if self.invalid_since is None else min(self.at, self.invalid_since)


def revocation_list(
    issuer: x509.Certificate,
    key: AuthorityKey,
    revoked: Sequence[Revoked],
    *,
    now: datetime,
    valid_for: timedelta,
) -> bytes:
    """Return the list in DER, numbered by its time so that numbers only rise."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(now - timedelta(seconds=5))
        .next_update(now + valid_for)
        .add_extension(_authority_identifier(key), critical=False)
        .add_extension(x509.CRLNumber(int(now.timestamp() * 1_000_000)), critical=False)
    )
    for entry in revoked:
        builder = builder.add_revoked_certificate(_row(entry))
    if isinstance(key, Sm2PrivateKey):
        stand_in = ec.generate_private_key(ec.SECP256R1())
        return list_with(builder.sign(stand_in, hashes.SHA256()), key)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def _authority_identifier(key: AuthorityKey) -> x509.AuthorityKeyIdentifier:
    named = key_identifier(key.public_key())
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(named)


def _row(entry: Revoked) -> x509.RevokedCertificate:
    row = x509.RevokedCertificateBuilder().serial_number(entry.serial).revocation_date(entry.at)
    if entry.reason is not x509.ReasonFlags.unspecified:
        # RFC 5280 5.3.1: "unspecified" is said by leaving the extension out.
        row = row.add_extension(x509.CRLReason(entry.reason), critical=False)
    if entry.invalid_since is not None:
        row = row.add_extension(x509.InvalidityDate(entry.invalid_since), critical=False)
    return row.build()
