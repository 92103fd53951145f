"""From the document signer to a country that we believe (ICAO 9303-11 and 9303-12).

A passport outlives the key that signed it by up to ten years, so three times are told apart:
a certificate was issued while its issuer was valid, the document was signed while the private
key might be used, and the signer's certificate is valid when the chip is judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from identity.chips.refusal import ChipFault, ChipFile, ChipRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from identity.chips.certificates import ChipCertificate
    from identity.chips.signed_content import SignedContent
    from identity.chips.trust import Trust

MOST_LINKS: Final = 6
"""Link certificates in a row: a country changes its key every 3 to 5 years (9303-12)."""
LIST_SIGNER_USAGE: Final = "2.23.136.1.1.3"
"""id-icao-cscaMasterListSigningKey, an extended key usage (9303-12)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerRules:
    """When the certificate has to be good, and when it signed; ``None`` where nobody knows."""

    judged_at: datetime
    signed_at: datetime | None


def demand_signer(signer: ChipCertificate, rules: SignerRules) -> None:
    """Refuse a document signer for what its own certificate says; raises `ChipRefused`."""
    for fault, holds in (
        (ChipFault.SIGNER_KEY_USAGE_WRONG, "digital_signature" in signer.key_usage),
        (ChipFault.SIGNER_IS_AUTHORITY, not signer.is_authority),
        (ChipFault.SIGNER_EXTENSION_UNKNOWN, not signer.unknown_critical),
        (ChipFault.SIGNER_OF_ANOTHER_COUNTRY, signer.country == signer.issuer_country != ""),
        (ChipFault.SIGNER_NOT_YET_VALID, signer.valid_from <= rules.judged_at),
        (ChipFault.SIGNER_EXPIRED, rules.judged_at <= signer.valid_until),
        (ChipFault.SIGNED_OUTSIDE_KEY_PERIOD, _signed_in_period(signer, rules.signed_at)),
    ):
        if not holds:
            raise ChipRefused(fault, ChipFile.SOD)


def find_chain(
    signer: ChipCertificate, trust: Trust, *, judged_at: datetime
) -> tuple[ChipCertificate, ...] | None:
    """Return signer, authority, ..., root; ``None`` when nobody we believe issued the signer.

    Raises `ChipRefused` when an authority that we know is named and did not sign, or signed
    what it could not sign.
    """
    broken: ChipRefused | None = None
    for authority in _issuers(signer, trust.authorities):
        try:
            signer.demand_signed_by(
                authority, broken=ChipRefused(ChipFault.SIGNER_CERTIFICATE_INVALID, ChipFile.SOD)
            )
            _demand_authority(signer, authority, judged_at=judged_at)
            root = _to_root(authority, trust.authorities)
        except ChipRefused as refusal:
            # An older certificate of the same name may still be the right one, and without
            # a key identifier a wrong signature only says that it is another key.
            if refusal.fault is not ChipFault.SIGNER_CERTIFICATE_INVALID or _names_key(signer):
                broken = broken or refusal
            continue
        if root is not None:
            return (signer, *root)
    if broken is not None:
        raise broken
    return None


def demand_list_signer(signed: SignedContent, anchors: Trust, *, at: datetime) -> None:
    """Refuse a master list that no country in ``anchors`` had signed; raises `ChipRefused`."""
    signer = signed.signer
    if LIST_SIGNER_USAGE not in signer.extended_key_usage:
        raise ChipRefused(ChipFault.SIGNER_KEY_USAGE_WRONG)
    demand_signer(signer, SignerRules(judged_at=at, signed_at=signed.signed_at))
    if find_chain(signer, anchors, judged_at=at) is None:
        raise ChipRefused(ChipFault.SIGNER_CERTIFICATE_INVALID)


def _names_key(certificate: ChipCertificate) -> bool:
    return certificate.authority_key_id is not None


def _issuers(
    certificate: ChipCertificate, authorities: Iterable[ChipCertificate]
) -> list[ChipCertificate]:
    """Return who may have issued it: by key identifier within the country, else by name.

    Countries write their own name in several ways, and small or capital; the identifier of
    the key is what they keep (9303-12 demands it in every document signer).
    """
    wanted = certificate.authority_key_id
    if wanted is None:
        return [each for each in authorities if each.subject == certificate.issuer]
    return [
        each
        for each in authorities
        if (each.key_id == wanted and each.country == certificate.issuer_country)
        or (each.key_id is None and each.subject == certificate.issuer)
    ]


def _demand_authority(
    issued: ChipCertificate, authority: ChipCertificate, *, judged_at: datetime
) -> None:
    # Countries state it in one of two places: of the published list's 581, ten lack one.
    signs_certificates = (
        "key_cert_sign" in authority.key_usage if authority.key_usage else authority.is_authority
    )
    for fault, holds in (
        (ChipFault.AUTHORITY_NOT_AUTHORITY, signs_certificates),
        (ChipFault.ISSUED_OUTSIDE_AUTHORITY_VALIDITY, _issued_in_time(issued, authority)),
        (ChipFault.AUTHORITY_EXPIRED, judged_at <= authority.valid_until),
    ):
        if not holds:
            raise ChipRefused(fault, ChipFile.SOD)


def _to_root(
    authority: ChipCertificate, authorities: Sequence[ChipCertificate]
) -> tuple[ChipCertificate, ...] | None:
    """Return the chain from ``authority`` to a self-signed one, over its link certificates."""
    found: tuple[ChipCertificate, ...] = (authority,)
    for _ in range(MOST_LINKS):
        last = found[-1]
        if _has_signed(last, last):
            return found
        above = next((each for each in authorities if _links(last, each)), None)
        if above is None and last.is_self_issued and last.authority_key_id in {None, last.key_id}:
            # It calls itself self-signed and is not.
            raise ChipRefused(ChipFault.AUTHORITY_SIGNATURE_INVALID, ChipFile.SOD)
        if above is None or above in found:
            break
        found = (*found, above)
    return None


def _links(linked: ChipCertificate, older: ChipCertificate) -> bool:
    """Say whether ``linked`` is the older key's word for a newer one, given in its time."""
    return (
        older is not linked
        and older in _issuers(linked, (older,))
        and _issued_in_time(linked, older)
        and _has_signed(older, linked)
    )


def _has_signed(authority: ChipCertificate, certificate: ChipCertificate) -> bool:
    broken = ChipRefused(ChipFault.AUTHORITY_SIGNATURE_INVALID, ChipFile.SOD)
    try:
        certificate.demand_signed_by(authority, broken=broken)
    except ChipRefused:
        return False
    return True


def _issued_in_time(issued: ChipCertificate, authority: ChipCertificate) -> bool:
    return authority.valid_from <= issued.valid_from <= authority.valid_until


def _signed_in_period(signer: ChipCertificate, signed_at: datetime | None) -> bool:
    if signed_at is None:
        return True
    first, last = signer.key_used_from, signer.key_used_until
    return (first or signer.valid_from) <= signed_at <= (last or signer.valid_until)
