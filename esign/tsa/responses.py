"""Read a time-stamp answer and believe nothing in it that is not proven.

Numbered checks after RFC 3161 section 2.2: "the requesting entity SHALL verify".
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from esign import oids
from esign.chain import verify_chain_at
from esign.errors import ChainInvalid, TimeStampUnavailable
from esign.tsa.answers import TimeStampAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from esign.asn1 import Asn1

GRANTED: Final = "granted"


def read_response(response: bytes, *, digest: bytes, nonce: int | None) -> Asn1:
    """Return the response whose token answers this question, or raise."""
    try:
        answer = TimeStampAnswer.load(response, strict=True)
        status = answer["status"]["status"].native
        failure = ", ".join(sorted(answer["status"]["fail_info"].native or ()))
        if status != GRANTED:
            raise TimeStampUnavailable(f"the time-stamping authority refused: {failure}")
        info = answer["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
        imprint = info["message_imprint"].native
        facts = (
            info["policy"].native,
            info["nonce"].native,
            imprint["hash_algorithm"]["algorithm"],
        )
    except (ValueError, TypeError, KeyError) as error:
        raise TimeStampUnavailable("the answer is not a time-stamp") from error
    if facts != (oids.TIME_STAMP_POLICY, nonce, "sha256"):
        raise TimeStampUnavailable("the time-stamp answers another question")
    if not hmac.compare_digest(imprint["hashed_message"], digest):
        raise TimeStampUnavailable("the time-stamp is for another document")
    return answer


def check_token(
    token: Asn1,
    *,
    roots: Sequence[x509.Certificate],
    now: datetime,
    tolerance: timedelta,
) -> None:
    """Raise `TimeStampUnavailable` unless ``token`` is fresh and ours."""
    try:
        at = proven_time(token, roots=roots)
    except ChainInvalid as error:
        raise TimeStampUnavailable("the time-stamp is from a stranger") from error
    # An old token played back is not a new one.
    if not abs(now - at) <= tolerance:
        raise TimeStampUnavailable("the time-stamp is not of this time")


def proven_time(token: Asn1, *, roots: Sequence[x509.Certificate]) -> datetime:
    """Return the time that ``token`` proves; also used on stamps inside documents."""
    data = token["content"]
    signer_info = data["signer_infos"][0]
    info = data["encap_content_info"]["content"]
    # (1) The certificate inside is the one whose digest was signed (RFC 5816).
    certificate = x509.load_der_x509_certificate(data["certificates"][0].chosen.dump())
    attributes = {a["type"].native: a["values"][0] for a in signer_info["signed_attrs"]}
    _is_named(certificate, attributes)
    # (2) It signed exactly this content.
    if attributes["message_digest"].native != hashlib.sha256(bytes(info)).digest():
        raise TimeStampUnavailable("the time-stamp was altered")
    _has_signed(certificate, signer_info)
    # (3) It may stamp time, and chains to a root of ours.
    _may_stamp(certificate)
    at: datetime = info.parsed["gen_time"].native
    verify_chain_at(certificate, [], roots=roots, at=at)
    return at


def _is_named(certificate: x509.Certificate, attributes: dict[str, Asn1]) -> None:
    named = attributes["signing_certificate_v2"]["certs"][0]["cert_hash"].native
    if not hmac.compare_digest(named, certificate.fingerprint(hashes.SHA256())):
        raise TimeStampUnavailable("the time-stamp names another certificate")


def _has_signed(certificate: x509.Certificate, signer_info: Asn1) -> None:
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise TimeStampUnavailable("the time-stamp's key is not on an elliptic curve")
    signed = signer_info["signed_attrs"].untag().dump()
    try:
        key.verify(signer_info["signature"].native, signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise TimeStampUnavailable("the time-stamp's signature is wrong") from error


def _may_stamp(certificate: x509.Certificate) -> None:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        raise TimeStampUnavailable("the certificate may not stamp time") from None
    if not (usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]):
        raise TimeStampUnavailable("the certificate may not stamp time")
