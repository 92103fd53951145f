"""Lists that are inside the document, and newer ones that the caller knows of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cryptography import x509
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import SignatureValidationError

from esign.chain import is_list_of
from esign.errors import CertificateRevoked, SignatureDoubtful, Tampered
from esign.verification.strict_cms import MALFORMED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from esign.asn1 import Asn1


KEPT_TO_ITSELF: Final = frozenset(
    {
        x509.ReasonFlags.unspecified,
        x509.ReasonFlags.affiliation_changed,
        x509.ReasonFlags.superseded,
        x509.ReasonFlags.cessation_of_operation,
    }
)
"""Reasons that say nobody else had a time-stamper's key (RFC 3161 section 4, item 1). Any other,
and none at all, may mean a thief, who writes whatever date he wants into a token (item 2)."""


def known_lists(reader: Asn1, fresh: Sequence[bytes]) -> list[x509.CertificateRevocationList]:
    """Return the lists of the document's security store, and ``fresh`` ones."""
    try:
        store = DocumentSecurityStore.read_dss(reader) if "/DSS" in reader.root else None
        inside = [entry.get_object().data for entry in store.crls] if store else []
        return [x509.load_der_x509_crl(der) for der in (*inside, *fresh)]
    except (*MALFORMED, SignatureValidationError) as error:
        raise Tampered("the document's validation data cannot be read") from error


def known_certificates(reader: Asn1) -> list[x509.Certificate]:
    """Return the certificates of the document's security store; that proves nothing of them."""
    try:
        store = DocumentSecurityStore.read_dss(reader) if "/DSS" in reader.root else None
        inside = store.load_certs() if store else []
        return [x509.load_der_x509_certificate(each.dump()) for each in inside]
    except (*MALFORMED, SignatureValidationError) as error:
        raise Tampered("the document's validation data cannot be read") from error


def lists_of(
    issuer: x509.Certificate, lists: Sequence[x509.CertificateRevocationList]
) -> list[x509.CertificateRevocationList]:
    return [found for found in lists if is_list_of(found, issuer)]


def unrevoked_since(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    lists: Sequence[x509.CertificateRevocationList],
    *,
    used_at: datetime,
) -> datetime:
    """Return the date of the newest list that still lets this use stand.

    A revocation counts when it is dated before the use, by its invalidity date
    where it has an earlier one (RFC 5280 5.3.2); no list at all is a doubt and
    not a pass.
    """
    own = lists_of(issuer, lists)
    for found in own:
        entry = found.get_revoked_certificate_by_serial_number(certificate.serial_number)
        if entry is not None and not used_at < _counts_from(entry):
            raise CertificateRevoked("a certificate had been revoked when it was used")
    if not own:
        raise SignatureDoubtful("nothing is known about a certificate's revocation")
    return max(found.last_update_utc for found in own)


def stolen_since(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    lists: Sequence[x509.CertificateRevocationList],
) -> datetime | None:
    """Return from when on somebody else may have had the key; ``None`` where no list says so."""
    entries = [
        found.get_revoked_certificate_by_serial_number(certificate.serial_number)
        for found in lists_of(issuer, lists)
    ]
    since = [_counts_from(each) for each in entries if each and _reason(each) not in KEPT_TO_ITSELF]
    return min(since, default=None)


def _reason(entry: x509.RevokedCertificate) -> x509.ReasonFlags | None:
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        return None


def _counts_from(entry: x509.RevokedCertificate) -> datetime:
    try:
        found = entry.extensions.get_extension_for_class(x509.InvalidityDate)
    except x509.ExtensionNotFound:
        return entry.revocation_date_utc
    return min(found.value.invalidity_date_utc, entry.revocation_date_utc)
