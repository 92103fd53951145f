"""Certificates of document signers and countries (ICAO 9303-12), as values.

Read with more patience than a web browser's: real countries write serial numbers and times
that strict readers refuse. What a certificate may be used for is judged in `chain`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from asn1crypto import x509

from identity.chips.asn1 import load, moment, understood
from identity.chips.keys import read_key
from identity.chips.refusal import ChipFault, ChipRefused
from identity.chips.signatures import demand_signature, scheme_of
from identity.chips.tlv import read_all, read_only

if TYPE_CHECKING:
    from datetime import datetime

    from identity.chips.asn1 import Asn1
    from identity.chips.keys import PublicKey
    from identity.chips.refusal import ChipFile
    from identity.chips.signatures import Scheme

LARGEST: Final = 16 * 1024
"""Bytes; the largest of the published master list has 2,299."""

_SEQUENCE: Final = 0x30
_KNOWN_EXTENSIONS: Final = frozenset(
    {
        "basic_constraints", "key_usage", "key_identifier", "authority_key_identifier",
        "private_key_usage_period", "certificate_policies", "subject_alt_name",
        "issuer_alt_name", "crl_distribution_points", "extended_key_usage",
        "2.23.136.1.1.6.1", "2.23.136.1.1.6.2",
    }
)  # fmt: skip
"""Those of ICAO 9303-12: a critical one that is not here says something we cannot keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipCertificate:
    der: bytes = field(repr=False)
    signed_part: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    algorithm: Asn1 = field(repr=False, compare=False)
    subject: str
    """Comparable, as RFC 5280 section 7.1 compares names: not by case, nor by string type."""
    issuer: str
    country: str
    """Of the subject, in capitals (some countries write small letters); empty if not stated."""
    issuer_country: str
    serial: int
    valid_from: datetime
    valid_until: datetime
    key_info: bytes = field(repr=False)
    key_id: bytes | None
    authority_key_id: bytes | None
    key_usage: frozenset[str]
    extended_key_usage: frozenset[str]
    """Object identifiers, dotted."""
    is_authority: bool
    key_used_from: datetime | None
    """The private key may sign from then on (``PrivateKeyUsagePeriod``)."""
    key_used_until: datetime | None
    unknown_critical: frozenset[str]

    @property
    def is_self_issued(self) -> bool:
        return self.subject == self.issuer

    @property
    def fingerprint(self) -> str:
        return sha256(self.der).hexdigest()

    def key(self, *, place: ChipFile | None = None) -> PublicKey:
        """Return the public key; raises `ChipRefused` where it is not one to rely on."""
        return read_key(self.key_info, place=place)

    def scheme(self, *, place: ChipFile | None = None) -> Scheme:
        """Return in which way its issuer signed it; raises `ChipRefused`."""
        return scheme_of(self.algorithm, digest=None, place=place)

    def demand_signed_by(self, issuer: ChipCertificate, *, broken: ChipRefused) -> None:
        """Raise ``broken``, or why not even that can be said, unless ``issuer`` signed this."""
        demand_signature(
            issuer.key(place=broken.place),
            self.signature,
            self.signed_part,
            scheme=self.scheme(place=broken.place),
            broken=broken,
        )


def read_certificate(der: bytes, *, place: ChipFile | None = None) -> ChipCertificate:
    """Return what ``der`` says; raises `ChipRefused` (malformed, or a limit of `tlv`)."""
    if not len(der) <= LARGEST:
        raise ChipRefused(ChipFault.FILE_TOO_LARGE, place)
    certificate = load(x509.Certificate, der, place=place)
    # The bytes that were signed are cut out of the file, not written anew.
    signed_part = read_all(read_only(der, _SEQUENCE, place=place).value, place=place)[0].raw
    with understood(place):
        return _values(certificate, der, signed_part)


def _values(certificate: Asn1, der: bytes, signed_part: bytes) -> ChipCertificate:
    body = certificate["tbs_certificate"]
    extensions = _extensions(body["extensions"])
    usage = extensions.get("key_usage")
    extended = extensions.get("extended_key_usage")
    constraints = extensions.get("basic_constraints")
    key_id = extensions.get("key_identifier")
    authority = extensions.get("authority_key_identifier")
    period = extensions.get("private_key_usage_period")
    return ChipCertificate(
        der=der,
        signed_part=signed_part,
        signature=bytes(certificate["signature_value"].native),
        algorithm=certificate["signature_algorithm"],
        subject=body["subject"].hashable,
        issuer=body["issuer"].hashable,
        country=_country(body["subject"]),
        issuer_country=_country(body["issuer"]),
        serial=int(body["serial_number"].native),
        valid_from=moment(body["validity"]["not_before"]),
        valid_until=moment(body["validity"]["not_after"]),
        key_info=body["subject_public_key_info"].dump(),
        key_id=key_id.native if key_id is not None else None,
        authority_key_id=authority["key_identifier"].native if authority is not None else None,
        key_usage=frozenset(usage.native) if usage is not None else frozenset(),
        extended_key_usage=frozenset(each.dotted for each in extended or ()),
        is_authority=constraints is not None and constraints["ca"].native is True,
        key_used_from=_end_of(period, "not_before"),
        key_used_until=_end_of(period, "not_after"),
        unknown_critical=_unknown_critical(body["extensions"]),
    )


def _end_of(period: Asn1 | None, end: str) -> datetime | None:
    """Either end of a period may be left open."""
    if period is None or period[end].native is None:
        return None
    return moment(period[end])


def _extensions(extensions: Asn1) -> dict[str, Asn1]:
    found: dict[str, Asn1] = {}
    for extension in extensions:
        name = extension["extn_id"].native
        if name in found:
            raise ValueError("an extension stands twice (RFC 5280, 4.2)")
        found[name] = extension["extn_value"].parsed
    return found


def _unknown_critical(extensions: Asn1) -> frozenset[str]:
    critical = {each["extn_id"].native for each in extensions if each["critical"].native}
    return frozenset(critical - _KNOWN_EXTENSIONS)


def _country(name: Asn1) -> str:
    stated = name.native.get("country_name", "")
    return stated.upper() if isinstance(stated, str) else ""


def name_of(name: Asn1) -> str:
    """Return a name in the form in which `ChipCertificate` compares them."""
    comparable: str = name.hashable
    return comparable
