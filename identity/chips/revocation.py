"""Revocation lists of countries (ICAO 9303-12): numbers of revoked certificates.

A list counts only with the signature of the authority that issued the certificate in question.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from asn1crypto import crl

from identity.chips.asn1 import moment, understood
from identity.chips.certificates import name_of
from identity.chips.refusal import ChipFault, ChipFile, ChipRefused
from identity.chips.signatures import demand_signature, scheme_of
from identity.chips.tlv import check_limits, read_all, read_only

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from identity.chips.asn1 import Asn1
    from identity.chips.certificates import ChipCertificate

LARGEST: Final = 4 * 1024 * 1024
"""Bytes; chosen. Countries revoke document signers by the dozen, not by the thousand."""
MOST_VALUES: Final = 400_000
"""Values: about 80,000 revoked certificates fit into the largest list."""
_SEQUENCE: Final = 0x30


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationList:
    issuer: str
    """Comparable with `ChipCertificate.subject`."""
    issued_at: datetime
    next_at: datetime | None
    revoked: frozenset[int]
    """Serial numbers."""
    signed_part: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    algorithm: Asn1 = field(repr=False, compare=False)

    def demand_signed_by(self, issuer: ChipCertificate, *, broken: ChipRefused) -> None:
        demand_signature(
            issuer.key(),
            self.signature,
            self.signed_part,
            scheme=scheme_of(self.algorithm, digest=None, place=None),
            broken=broken,
        )


def read_revocation_list(der: bytes) -> RevocationList:
    """Return what ``der`` says; raises `ChipRefused`. Its signature is not checked here."""
    if not len(der) <= LARGEST:
        raise ChipRefused(ChipFault.FILE_TOO_LARGE)
    check_limits(der, place=None, most=MOST_VALUES)
    signed_part = read_all(read_only(der, _SEQUENCE, place=None).value, place=None)[:1]
    with understood(None):
        parsed = crl.CertificateList.load(der, strict=True)
        body = parsed["tbs_cert_list"]
        next_at = body["next_update"]
        return RevocationList(
            issuer=name_of(body["issuer"]),
            issued_at=moment(body["this_update"]),
            next_at=moment(next_at) if next_at.native is not None else None,
            revoked=frozenset(
                int(each["user_certificate"].native) for each in body["revoked_certificates"]
            ),
            signed_part=signed_part[0].raw,
            signature=bytes(parsed["signature"].native),
            algorithm=parsed["signature_algorithm"],
        )


def is_fresh(
    certificate: ChipCertificate,
    issuer: ChipCertificate,
    *,
    lists: Iterable[RevocationList],
    at: datetime,
) -> bool | None:
    """Say whether a list that is current at ``at`` clears ``certificate``; ``None``: no list.

    Raises `ChipRefused` (signer revoked) if any list, however old, names it. A list under the
    issuer's name that its key did not sign clears nobody.
    """
    ours = [each for each in lists if each.issuer == certificate.issuer]
    theirs = [each for each in ours if _is_by(each, issuer)]
    if any(certificate.serial in each.revoked for each in theirs):
        raise ChipRefused(ChipFault.SIGNER_REVOKED, ChipFile.SOD)
    if not theirs:
        return False if ours else None
    return any(each.next_at is not None and each.issued_at <= at <= each.next_at for each in theirs)


def _is_by(revocations: RevocationList, issuer: ChipCertificate) -> bool:
    """A country with two keys has two lists under one name; the other one's is not wrong."""
    try:
        revocations.demand_signed_by(issuer, broken=ChipRefused(ChipFault.SIGNATURE_INVALID))
    except ChipRefused:
        return False
    return True
