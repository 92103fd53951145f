"""The last signature is covered by no other, so its own form must leave no freedom.

After `esign.verification.der`: one signer, one digest throughout (SHA-256, or SM3
for SM2), versions and algorithms as RFC 5652 and RFC 3161 fix them, and only
certificates that matter.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from asn1crypto import cms

from esign.errors import Tampered
from esign.sm.sm3 import sm3
from esign.unreadable import UNREADABLE
from esign.verification.der import children
from esign.verification.sm2_validator import SM2_NAME, SM3_NAME

if TYPE_CHECKING:
    from collections.abc import Callable

    from esign.asn1 import Asn1
    from esign.cms.algorithms import Hashed

MALFORMED: Final = (
    *UNREADABLE,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
    NotImplementedError,
)
"""What parsers raise on bytes that somebody made up."""

_NULL: Final = b"\x05\x00"
_SHA256_NAME: Final = "sha256"
_HASHED: Final[dict[str, Hashed]] = {_SHA256_NAME: hashlib.sha256, SM3_NAME: sm3}
_ALGORITHMS: Final = {
    _SHA256_NAME: {"sha256_ecdsa", "sha256_rsa", "rsassa_pkcs1v15"},
    SM3_NAME: {SM2_NAME},
}


def check_strict(contents: bytes, covered_digest: Callable[[Hashed], bytes]) -> None:
    """Raise `Tampered` unless ``contents`` is exactly one whole signature.

    ``covered_digest`` returns the digest of what it covers, by the algorithm asked for.
    """
    try:
        data = cms.ContentInfo.load(contents, strict=True)["content"]
        _check_fields(data, covered_digest)
        _check_shape(contents)
    except MALFORMED as error:
        raise Tampered("the last signature cannot be read") from error


def _check_shape(contents: bytes) -> None:
    """Count the fields: asn1crypto passes over what comes after the last it knows."""
    _, wrapped = _exactly(contents, 2)
    (data,) = _exactly(wrapped, 1)
    _, digests, content, _, signers = _exactly(data, 5)
    (digest,) = _exactly(digests, 1)
    is_stamp = len(children(content)) == len(("type", "content"))
    (signer,) = _exactly(signers, 1)
    fields = children(signer)
    # A stamp has no unsigned attributes; a signature carries its stamp there.
    _, sid, own_digest, _, algorithm, _ = _exactly(signer, 6) if is_stamp else fields[:6]
    if len(fields) > len(("version", "sid", "digest", "signed", "algorithm", "value", "unsigned")):
        raise Tampered("the last signature has a field too many")
    _exactly(sid, 2)
    for identifier in (digest, own_digest, algorithm):
        if children(identifier)[1:] not in ([], [_NULL]):
            raise Tampered("the last signature's algorithm has parameters")


def _exactly(der: bytes, count: int) -> list[bytes]:
    found = children(der)
    if len(found) != count:
        raise Tampered("the last signature has a field too many or too few")
    return found


def _check_fields(data: Asn1, covered_digest: Callable[[Hashed], bytes]) -> None:
    (signer,) = data["signer_infos"]
    (digest,) = data["digest_algorithms"]
    attributes = {a["type"].native: a["values"] for a in signer["signed_attrs"]}
    info = data["encap_content_info"]
    is_stamp = info["content_type"].native == "tst_info"
    by = digest["algorithm"].native
    if by not in _HASHED:
        raise Tampered("the last signature is by a digest of no use here")
    hashed = _HASHED[by]
    signed_digest = (
        info["content"].parsed["message_imprint"]["hashed_message"].native
        if is_stamp
        else attributes["message_digest"][0].native
    )
    facts = (
        signed_digest == covered_digest(hashlib.sha256 if is_stamp else hashed),
        data["version"].native == ("v3" if is_stamp else "v1"),
        signer["version"].native == "v1",
        digest.dump() == signer["digest_algorithm"].dump(),
        signer["signature_algorithm"]["algorithm"].native in _ALGORITHMS[by],
        attributes["content_type"][0].native == info["content_type"].native,
        data["crls"].native is None,
        _names_its_certificate(data, signer, attributes, by),
    )
    if not all(facts):
        raise Tampered("the last signature was altered")
    if is_stamp:
        # Stamps are by SHA-256 and P-256 alone, whatever they are over.
        if by != _SHA256_NAME:
            raise Tampered("the last time-stamp was altered")
        _check_stamp(data, signer, attributes)


def _check_stamp(data: Asn1, signer: Asn1, attributes: Asn1) -> None:
    content = bytes(data["encap_content_info"]["content"])
    protected = attributes["cms_algorithm_protection"][0]
    facts = (
        attributes["message_digest"][0].native == hashlib.sha256(content).digest(),
        # A token carries the one certificate that its signature names.
        len(data["certificates"]) == 1,
        protected["signature_algorithm"].dump(force=True)[2:]
        == signer["signature_algorithm"].dump(force=True)[2:],
        not len(signer["unsigned_attrs"]),
    )
    if not all(facts):
        raise Tampered("the last time-stamp was altered")


def _names_its_certificate(data: Asn1, signer: Asn1, attributes: Asn1, by: str) -> bool:
    reference = attributes["signing_certificate_v2"][0]["certs"][0]
    named, hashed = reference["cert_hash"].native, _HASHED[by]
    sid = signer["sid"].chosen
    return reference["hash_algorithm"]["algorithm"].native == by and any(
        hashed(c.chosen.dump()).digest() == named
        and c.chosen.serial_number == sid["serial_number"].native
        and c.chosen.issuer.dump() == sid["issuer"].dump()
        for c in data["certificates"]
    )
