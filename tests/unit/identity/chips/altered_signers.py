"""Alterations of who signed, and with which key. A sentence each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from identity.chips.refusal import ChipFault
from tests.unit.identity.chips import der, issuing, making
from tests.unit.identity.chips.altered_files import DG1, DG15, SOD, Row
from tests.unit.identity.chips.altering import Attempt, by_certificate, revoked, under, with_group
from tests.unit.identity.chips.signing import Signer, ec_key


def curve_of_our_own() -> Signer:
    """CVE-2020-0601: the state's public point, taken for the generator of a curve of one's own.

    Whoever lets the certificate choose the generator believes the private key 1.
    """
    forged = Signer(key=ec_key("signer"), explicit=True)
    point = forged.key_info()[-64:]
    return replace(forged, base=b"\x04" + point)


def rsa_group(*, modulus: int, exponent: int = 65537) -> bytes:
    numbers = der.sequence(der.integer(modulus), der.integer(exponent))
    algorithm = der.sequence(der.oid("1.2.840.113549.1.1.1"), der.null())
    return making.group(DG15, der.sequence(algorithm, der.bits(numbers)))


def other_kind_of_key() -> bytes:
    return der.sequence(der.sequence(der.oid("1.3.101.112")), der.bits(bytes(32)))


def point_off_the_curve() -> bytes:
    info = bytearray(making.public_info(ec_key("active").public_key()))
    info[-1] ^= 1
    return making.group(DG15, bytes(info))


WHO_SIGNED: Final[list[Row]] = [
    # The signer's certificate has run out, and the passport has not.
    (
        lambda: by_certificate(valid_until=datetime(2026, 2, 1, tzinfo=UTC)),
        ChipFault.SIGNER_EXPIRED,
        SOD,
    ),
    # It is not valid yet.
    (
        lambda: by_certificate(valid_from=datetime(2026, 4, 1, tzinfo=UTC)),
        ChipFault.SIGNER_NOT_YET_VALID,
        SOD,
    ),
    # Its private key was used after its time.
    (
        lambda: by_certificate(
            period=(datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 4, 1, tzinfo=UTC)),
            signed_at=datetime(2025, 5, 1, tzinfo=UTC),
        ),
        ChipFault.SIGNED_OUTSIDE_KEY_PERIOD,
        SOD,
    ),
    # It signed before it was issued.
    (
        lambda: by_certificate(signed_at=datetime(2024, 5, 1, tzinfo=UTC)),
        ChipFault.SIGNED_OUTSIDE_KEY_PERIOD,
        SOD,
    ),
    # It names another country than its issuer.
    (
        lambda: by_certificate(subject=issuing.name("DE", "DS Specimen")),
        ChipFault.SIGNER_OF_ANOTHER_COUNTRY,
        SOD,
    ),
    # It may sign certificates and not documents.
    (
        lambda: by_certificate(usage=issuing.KEY_CERT_SIGN),
        ChipFault.SIGNER_KEY_USAGE_WRONG,
        SOD,
    ),
    # It does not say what it may sign.
    (lambda: by_certificate(usage=None), ChipFault.SIGNER_KEY_USAGE_WRONG, SOD),
    # It says that it is an authority itself.
    (lambda: by_certificate(authority=True), ChipFault.SIGNER_IS_AUTHORITY, SOD),
    # It carries a critical rule that we do not know.
    (
        lambda: by_certificate(more=(issuing.extension("1.2.3.4", der.null(), critical=True),)),
        ChipFault.SIGNER_EXTENSION_UNKNOWN,
        SOD,
    ),
    # It states one thing twice.
    (
        lambda: by_certificate(
            more=(issuing.extension(issuing.KEY_USAGE, der.bits(b"\x04"), critical=True),)
        ),
        ChipFault.MALFORMED,
        SOD,
    ),
    # Somebody else signed it and names the country's key.
    (
        lambda: Attempt(
            chip=making.chip(
                spec=replace(
                    making.state().signs(),
                    certificates=(making.state().signer_spec.by(Signer(key=ec_key("thief"))),),
                )
            )
        ),
        ChipFault.SIGNER_CERTIFICATE_INVALID,
        SOD,
    ),
    # The country has revoked it.
    (revoked, ChipFault.SIGNER_REVOKED, SOD),
    # The certificate above it may not sign certificates.
    (
        lambda: under(making.state().root, usage=issuing.DIGITAL_SIGNATURE),
        ChipFault.AUTHORITY_NOT_AUTHORITY,
        SOD,
    ),
    # It says neither that it is an authority nor what it may sign.
    (
        lambda: under(making.state().root, usage=None, authority=None),
        ChipFault.AUTHORITY_NOT_AUTHORITY,
        SOD,
    ),
    # It has run out.
    (
        lambda: under(making.state().root, valid_until=datetime(2026, 2, 1, tzinfo=UTC)),
        ChipFault.AUTHORITY_EXPIRED,
        SOD,
    ),
    # It was not valid yet when it issued the signer.
    (
        lambda: under(making.state().root, valid_from=datetime(2025, 6, 1, tzinfo=UTC)),
        ChipFault.ISSUED_OUTSIDE_AUTHORITY_VALIDITY,
        SOD,
    ),
    # The passport says that another state issued it.
    (
        lambda: with_group(DG1, making.holder(making.ZONE.replace("P<NLD", "P<USA"))),
        ChipFault.ISSUER_MISMATCH,
        DG1,
    ),
]

KEYS: Final[list[Row]] = [
    # The generator is the state's own public point (CVE-2020-0601).
    (lambda: by_certificate(signer=curve_of_our_own()), ChipFault.GENERATOR_WRONG, SOD),
    # The curve is nobody's.
    (
        lambda: by_certificate(signer=Signer(key=ec_key("signer"), explicit=True, other_a=True)),
        ChipFault.CURVE_UNKNOWN,
        SOD,
    ),
    # The curve is that of Bitcoin, which no state uses.
    (
        lambda: with_group(DG15, making.active_group(ec.generate_private_key(ec.SECP256K1()))),
        ChipFault.CURVE_UNKNOWN,
        DG15,
    ),
    # The modulus is too short to mean anything.
    (lambda: with_group(DG15, rsa_group(modulus=(1 << 767) + 1)), ChipFault.KEY_NOT_ALLOWED, DG15),
    # It is longer than any, to cost us time.
    (lambda: with_group(DG15, rsa_group(modulus=(1 << 9000) + 1)), ChipFault.KEY_NOT_ALLOWED, DG15),
    # The exponent is one, so that every message is its own signature.
    (
        lambda: with_group(DG15, rsa_group(modulus=(1 << 1023) + 1, exponent=1)),
        ChipFault.KEY_NOT_ALLOWED,
        DG15,
    ),
    # The key is of a kind that cannot sign.
    (
        lambda: with_group(DG15, making.group(DG15, other_kind_of_key())),
        ChipFault.KEY_NOT_ALLOWED,
        DG15,
    ),
    # The point is not on its curve.
    (lambda: with_group(DG15, point_off_the_curve()), ChipFault.MALFORMED, DG15),
]
