"""Certificates and revocation lists of invented states, with everything about them adjustable."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from typing import TYPE_CHECKING, Final

from tests.unit.identity.chips import der

if TYPE_CHECKING:
    from tests.unit.identity.chips.signing import Signer

AT: Final = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
DIGITAL_SIGNATURE, KEY_CERT_SIGN = 0x80, 0x04
KEY_USAGE, BASIC_CONSTRAINTS, KEY_ID, AUTHORITY, PERIOD, EXTENDED_USAGE = (
    "2.5.29.15", "2.5.29.19", "2.5.29.14", "2.5.29.35", "2.5.29.16", "2.5.29.37",
)  # fmt: skip


def name(country: str = "NL", common: str = "CSCA Specimen") -> bytes:
    return der.sequence(
        der.set_of(der.sequence(der.oid("2.5.4.6"), der.printable(country))),
        der.set_of(der.sequence(der.oid("2.5.4.3"), der.utf8(common))),
    )


def key_id(signer: Signer) -> bytes:
    return sha1(signer.key_info(), usedforsecurity=False).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What a certificate is to say; the defaults are those of a good document signer."""

    signer: Signer
    """Whose key it is about."""
    subject: bytes = field(default_factory=lambda: name(common="DS Specimen"))
    issuer: bytes = field(default_factory=name)
    serial: int = 77
    valid_from: datetime = datetime(2025, 1, 1, tzinfo=UTC)
    valid_until: datetime = datetime(2036, 1, 1, tzinfo=UTC)
    usage: int | None = DIGITAL_SIGNATURE
    authority: bool | None = None
    period: tuple[datetime, datetime] | None = None
    authority_key: bytes | None = None
    own_key: bytes | None = None
    extended_usage: str | None = None
    more: tuple[bytes, ...] = ()

    def by(self, issuer: Signer) -> bytes:
        body = der.sequence(
            der.tlv(0xA0, der.integer(2)),
            der.integer(self.serial),
            issuer.algorithm(),
            self.issuer,
            der.sequence(der.utc_time(self.valid_from), der.utc_time(self.valid_until)),
            self.subject,
            self.signer.key_info(),
            der.tlv(0xA3, der.sequence(*self._extensions())),
        )
        return der.sequence(body, issuer.algorithm(), der.bits(issuer.sign(body)))

    def _extensions(self) -> list[bytes]:
        found = list(self.more)
        if self.usage is not None:
            found.append(extension(KEY_USAGE, der.bits(bytes([self.usage])), critical=True))
        if self.authority is not None:
            says = der.sequence(der.boolean(value=True)) if self.authority else der.sequence()
            found.append(extension(BASIC_CONSTRAINTS, says, critical=True))
        if self.own_key is not None:
            found.append(extension(KEY_ID, der.octets(self.own_key)))
        if self.authority_key is not None:
            found.append(extension(AUTHORITY, der.sequence(der.tlv(0x80, self.authority_key))))
        if self.period is not None:
            first, last = self.period
            times = (der.generalized_time(first, tag=0x80), der.generalized_time(last, tag=0x81))
            found.append(extension(PERIOD, der.sequence(*times)))
        if self.extended_usage is not None:
            says = der.sequence(der.oid(self.extended_usage))
            found.append(extension(EXTENDED_USAGE, says, critical=True))
        return found


def extension(dotted: str, content: bytes, *, critical: bool = False) -> bytes:
    marks = [der.boolean(value=True)] if critical else []
    return der.sequence(der.oid(dotted), *marks, der.octets(content))


def authority(signer: Signer, *, common: str = "CSCA Specimen", country: str = "NL") -> Certificate:
    """Return what a good country's own certificate says."""
    return Certificate(
        signer=signer,
        subject=name(country, common),
        issuer=name(country, common),
        serial=1,
        valid_from=datetime(2024, 6, 1, tzinfo=UTC),
        valid_until=datetime(2040, 1, 1, tzinfo=UTC),
        usage=KEY_CERT_SIGN,
        authority=True,
        own_key=key_id(signer),
        authority_key=key_id(signer),
    )


def revocation_list(
    by: Signer,
    *serials: int,
    issuer: bytes | None = None,
    issued_at: datetime = AT - timedelta(days=3),
    next_at: datetime | None = AT + timedelta(days=87),
) -> bytes:
    entries = [der.sequence(der.integer(each), der.utc_time(issued_at)) for each in serials]
    body = der.sequence(
        der.integer(1),
        by.algorithm(),
        issuer or name(),
        der.utc_time(issued_at),
        *([der.utc_time(next_at)] if next_at else []),
        *([der.sequence(*entries)] if entries else []),
    )
    return der.sequence(body, by.algorithm(), der.bits(by.sign(body)))
