"""Lists that are inside the document, and newer ones that the caller knows of."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    own = [found for found in lists if is_list_of(found, issuer)]
    for found in own:
        entry = found.get_revoked_certificate_by_serial_number(certificate.serial_number)
        if entry is not None and not used_at < _counts_from(entry):
            raise CertificateRevoked("a certificate had been revoked when it was used")
    if not own:
        raise SignatureDoubtful("nothing is known about a certificate's revocation")
    return max(found.last_update_utc for found in own)


def _counts_from(entry: x509.RevokedCertificate) -> datetime:
    try:
        found = entry.extensions.get_extension_for_class(x509.InvalidityDate)
    except x509.ExtensionNotFound:
        return entry.revocation_date_utc
    return min(found.value.invalidity_date_utc, entry.revocation_date_utc)
