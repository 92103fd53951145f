"""Each way of altering a chip is refused for its own reason, about the file it is in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeAlias

import pytest
from asn1crypto.algos import SignedDigestAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec

from identity.chips.files import LARGEST_FILE
from identity.chips.finding import ChipHint
from identity.chips.refusal import ChipFault, ChipFile, ChipRefused
from identity.chips.signatures import scheme_of
from tests.unit.identity.chips import answering, der, issuing, making
from tests.unit.identity.chips.altering import (
    CHALLENGE,
    Attempt,
    answered_by_chip,
    answered_by_curve,
    answered_by_rsa,
    by_certificate,
    revoked,
    signed_with,
    under,
    with_file,
    with_flipped,
    with_group,
)
from tests.unit.identity.chips.signing import Signer, ec_key, pss_parameters, rsa_key

if TYPE_CHECKING:
    from collections.abc import Callable

COM, SOD, DG1, DG2, DG14, DG15 = (
    ChipFile.COM, ChipFile.SOD, ChipFile.DG1, ChipFile.DG2, ChipFile.DG14, ChipFile.DG15,
)  # fmt: skip
Row: TypeAlias = "tuple[Callable[[], Attempt], ChipFault, ChipFile]"


def sod() -> bytes:
    return making.chip()[SOD]


def own(attack: bytes) -> Attempt:
    """A SOD that is nothing but this inside its tag."""
    return with_file(SOD, der.tlv(0x77, attack))


def two_faces_in_one_record() -> Attempt:
    return with_group(DG2, making.portrait(making.face_record(making.picture(), faces=2)))


def two_records() -> Attempt:
    record = making.face_record(making.picture())
    return with_group(DG2, making.portrait(record, record))


def picture(content: bytes) -> Attempt:
    return with_group(DG2, making.portrait(making.face_record(content)))


def zone(text: str) -> Attempt:
    return with_group(DG1, making.holder(text))


def curve_of_our_own() -> Signer:
    """CVE-2020-0601: the state's public point, taken for the generator of a curve of one's own.

    Whoever lets the certificate choose the generator believes the private key 1.
    """
    forged = Signer(key=ec_key("signer"), explicit=True)
    point = forged.key_info()[-64:]
    return replace(forged, base=b"\x04" + point)


def recoverable(**changes: object) -> Callable[[], bytes]:
    return lambda: answering.sign_recoverably(
        rsa_key("active", 1024),
        CHALLENGE,
        **changes,  # type: ignore[arg-type]  # the rows give what the function takes
    )


HOW_FILES_ARE_WRITTEN: Final[list[Row]] = [
    # The security object is missing, so nobody has signed anything.
    (lambda: with_file(SOD, None), ChipFault.FILE_MISSING, SOD),
    # The portrait is missing.
    (lambda: with_file(DG2, None), ChipFault.FILE_MISSING, DG2),
    # A file is larger than a chip can hold.
    (lambda: with_file(DG1, bytes(LARGEST_FILE + 1)), ChipFault.FILE_TOO_LARGE, DG1),
    # The security object ends early.
    (lambda: with_file(SOD, sod()[:-1]), ChipFault.CUT_OFF, SOD),
    # It is empty.
    (lambda: with_file(SOD, b""), ChipFault.CUT_OFF, SOD),
    # Bytes follow it.
    (lambda: with_file(SOD, sod() + b"\x00"), ChipFault.TRAILING_BYTES, SOD),
    # Bytes follow the signed content inside it.
    (
        lambda: own(making.security_object({}, making.state().signs())[4:] + b"\x05\x00"),
        ChipFault.TRAILING_BYTES,
        SOD,
    ),
    # Its length is left open, as BER allows.
    (
        lambda: with_file(SOD, b"\x77\x80" + sod()[4:] + b"\x00\x00"),
        ChipFault.INDEFINITE_LENGTH,
        SOD,
    ),
    # A length inside it is left open.
    (lambda: own(b"\x30\x80\x05\x00\x00\x00"), ChipFault.INDEFINITE_LENGTH, SOD),
    # A length has a hundred octets.
    (lambda: with_file(SOD, b"\x77\xe4" + b"\xff" * 200), ChipFault.LENGTH_ABSURD, SOD),
    # It claims four gigabytes.
    (lambda: with_file(SOD, b"\x77\x84\xff\xff\xff\xff\x00"), ChipFault.CUT_OFF, SOD),
    # It is nested a thousand deep, which costs a lazy parser exponential time.
    (lambda: own(der.nested(1000)), ChipFault.TOO_DEEP, SOD),
    # It holds twenty thousand values.
    (lambda: own(der.sequence(der.null() * 20_000)), ChipFault.TOO_MANY_VALUES, SOD),
    # It is another file.
    (lambda: with_file(SOD, making.holder()), ChipFault.TAG_WRONG, SOD),
    # A tag has four octets.
    (lambda: with_file(SOD, b"\x7f\xff\xff\x01\x00"), ChipFault.TAG_WRONG, SOD),
    # A tag has no end.
    (lambda: with_file(SOD, b"\x7f\xff"), ChipFault.CUT_OFF, SOD),
    # A tag has no length.
    (lambda: with_file(SOD, b"\x77"), ChipFault.CUT_OFF, SOD),
    # What is inside is no signed content at all, but well formed.
    (lambda: own(der.sequence(der.null())), ChipFault.MALFORMED, SOD),
]

WHAT_IS_SIGNED: Final[list[Row]] = [
    # The content is of another kind than signed data.
    (
        lambda: signed_with(outer_type="1.2.840.113549.1.7.3"),
        ChipFault.NOT_SIGNED_DATA,
        SOD,
    ),
    # The content is a master list's and not a chip's.
    (lambda: signed_with(content_type="2.23.136.1.1.2"), ChipFault.CONTENT_TYPE_WRONG, SOD),
    # The attributes say that something else was signed.
    (
        lambda: signed_with(attribute_type="2.23.136.1.1.2"),
        ChipFault.SIGNED_ATTRIBUTES_WRONG,
        SOD,
    ),
    # They do not say what was signed.
    (lambda: signed_with(attribute_type=None), ChipFault.SIGNED_ATTRIBUTES_WRONG, SOD),
    # They say one thing twice.
    (
        lambda: signed_with(
            more_attributes=(making.attribute(making.MESSAGE_DIGEST, der.octets(bytes(32))),)
        ),
        ChipFault.SIGNED_ATTRIBUTES_WRONG,
        SOD,
    ),
    # They have two values for one thing.
    (
        lambda: signed_with(
            more_attributes=(making.attribute("1.2.3", der.null(), der.integer(1)),)
        ),
        ChipFault.SIGNED_ATTRIBUTES_WRONG,
        SOD,
    ),
    # There are none: a bare signature could be that of anything.
    (lambda: signed_with(with_attributes=False), ChipFault.SIGNED_ATTRIBUTES_MISSING, SOD),
    # Two have signed, and nobody says who counts.
    (lambda: signed_with(signers=2), ChipFault.SEVERAL_SIGNERS, SOD),
    # Nobody has signed.
    (lambda: signed_with(signers=0), ChipFault.NOT_SIGNED_DATA, SOD),
    # The digest in the attributes is that of other content.
    (lambda: signed_with(message_digest=bytes(32)), ChipFault.CONTENT_DIGEST_MISMATCH, SOD),
    # The digest is MD5.
    (lambda: signed_with(content_digest="md5"), ChipFault.DIGEST_NOT_ALLOWED, SOD),
    # The groups' digest is MD5.
    (lambda: signed_with(digest="md5"), ChipFault.DIGEST_NOT_ALLOWED, SOD),
    # The signature is over other bytes.
    (lambda: signed_with(sign_other=b"something else"), ChipFault.SIGNATURE_INVALID, SOD),
    # Another key has signed under the signer's name.
    (lambda: signed_with(signer=Signer(key=ec_key("thief"))), ChipFault.SIGNATURE_INVALID, SOD),
    # The signature is named RSA, and the key is a curve's.
    (lambda: signed_with(signer=Signer(key=rsa_key("root"))), ChipFault.SIGNATURE_INVALID, SOD),
    # The last byte, of the signature itself, is flipped.
    (lambda: with_flipped(SOD), ChipFault.SIGNATURE_INVALID, SOD),
    # The signer's certificate is not there.
    (lambda: signed_with(certificates=()), ChipFault.SIGNER_CERTIFICATE_MISSING, SOD),
    # Another certificate is named.
    (lambda: signed_with(serial=78), ChipFault.SIGNER_CERTIFICATE_MISSING, SOD),
    # The key that is named has no certificate.
    (lambda: signed_with(by_key_id=b"nobody's"), ChipFault.SIGNER_CERTIFICATE_MISSING, SOD),
    # A dozen certificates come along.
    (
        lambda: signed_with(certificates=(making.state().signer_certificate,) * 12),
        ChipFault.TOO_MANY_VALUES,
        SOD,
    ),
    # The version of the signed hashes is one that does not exist.
    (lambda: signed_with(version=7), ChipFault.LDS_VERSION_UNKNOWN, SOD),
    # It is the version that states LDS, and does not.
    (lambda: signed_with(version=1), ChipFault.LDS_VERSION_UNKNOWN, SOD),
    # It is the version that does not, and does.
    (lambda: signed_with(version_info=("0108", "040000")), ChipFault.LDS_VERSION_UNKNOWN, SOD),
    # There is a hash of a seventeenth group.
    (lambda: signed_with(hashes={17: bytes(32)}), ChipFault.MALFORMED, SOD),
]

WHAT_WAS_SENT: Final[list[Row]] = [
    # One bit of the holder's data is flipped.
    (lambda: with_flipped(DG1), ChipFault.HASH_MISMATCH, DG1),
    # One bit of the portrait.
    (lambda: with_flipped(DG2), ChipFault.HASH_MISMATCH, DG2),
    # One bit of the chip's keys.
    (lambda: with_flipped(DG14), ChipFault.HASH_MISMATCH, DG14),
    # One bit of the key of active authentication.
    (lambda: with_flipped(DG15), ChipFault.HASH_MISMATCH, DG15),
    # Another passport's portrait is put in, well formed.
    (
        lambda: with_file(DG2, making.portrait(making.face_record(making.picture("JPEG")))),
        ChipFault.HASH_MISMATCH,
        DG2,
    ),
    # Two files are exchanged.
    (lambda: with_file(DG1, making.chip()[DG2][:200]), ChipFault.HASH_MISMATCH, DG1),
    # The portrait was never signed.
    (lambda: signed_with(hashes={2: b""}), ChipFault.HASH_MISSING, DG2),
    # A second hash of the first group is signed, so that one may choose.
    (lambda: signed_with(repeated=True), ChipFault.HASH_REPEATED, DG1),
    # A group is added that the state never wrote.
    (
        lambda: with_file(ChipFile.DG11, making.group(ChipFile.DG11)),
        ChipFault.HASH_MISSING,
        ChipFile.DG11,
    ),
    # The hash was made with another digest than stated.
    (lambda: signed_with(hashes={1: bytes(20)}), ChipFault.HASH_MISMATCH, DG1),
    # The unsigned list hides that the chip could prove itself.
    (lambda: with_file(COM, making.present(DG1, DG2)), ChipFault.COM_DISAGREES, COM),
    # It lists a group that was not signed.
    (
        lambda: with_file(COM, making.present(*making.groups(), ChipFile.DG11)),
        ChipFault.COM_DISAGREES,
        COM,
    ),
    # It states another version than was signed.
    (
        lambda: signed_with(version=1, version_info=("0108", "040000")),
        ChipFault.COM_DISAGREES,
        COM,
    ),
]

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
    (lambda: zone(making.ZONE.replace("P<NLD", "P<USA")), ChipFault.ISSUER_MISMATCH, DG1),
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

WHAT_THE_DATA_SAY: Final[list[Row]] = [
    # A check digit of the signed zone is wrong.
    (lambda: zone(making.ZONE[:-1] + "9"), ChipFault.MRZ_INVALID, DG1),
    # The zone is too short.
    (lambda: zone(making.ZONE[:-1]), ChipFault.MRZ_INVALID, DG1),
    # An info about the chip's abilities says nothing.
    (
        lambda: with_group(DG14, making.security_infos(more=(der.sequence(der.oid("1.2.3")),))),
        ChipFault.MALFORMED,
        DG14,
    ),
    # There are a hundred of them.
    (
        lambda: with_group(DG14, making.security_infos(more=(der.sequence(),) * 100)),
        ChipFault.TOO_MANY_VALUES,
        DG14,
    ),
    # There is no face template.
    (lambda: with_group(DG2, making.portrait()), ChipFault.FACE_MISSING, DG2),
    # A record says that it holds no face.
    (
        lambda: with_group(DG2, making.portrait(making.face_record(making.picture(), faces=0))),
        ChipFault.FACE_MISSING,
        DG2,
    ),
    # There are two records.
    (two_records, ChipFault.SEVERAL_FACES, DG2),
    # One record says that it holds two faces.
    (two_faces_in_one_record, ChipFault.SEVERAL_FACES, DG2),
    # One record is there, and two are counted.
    (
        lambda: with_group(DG2, making.portrait(making.face_record(making.picture()), stated=2)),
        ChipFault.SEVERAL_FACES,
        DG2,
    ),
    # The record says that it is longer than it is.
    (
        lambda: with_group(
            DG2, making.portrait(making.face_record(making.picture(), length=99_999))
        ),
        ChipFault.FACE_RECORD_WRONG,
        DG2,
    ),
    # The record ends within its header.
    (lambda: with_group(DG2, making.portrait(b"FAC\x00010")), ChipFault.FACE_RECORD_WRONG, DG2),
    # The JPEG ends early.
    (lambda: picture(making.picture("JPEG")[:-300]), ChipFault.PORTRAIT_UNREADABLE, DG2),
    # Something follows the JPEG.
    (lambda: picture(making.picture("JPEG") + b"more"), ChipFault.PORTRAIT_UNREADABLE, DG2),
    # The JPEG 2000 ends early.
    (lambda: picture(making.picture()[:-300]), ChipFault.PORTRAIT_UNREADABLE, DG2),
    # The picture is a PNG, which no chip has.
    (lambda: picture(making.picture("PNG")), ChipFault.PORTRAIT_UNREADABLE, DG2),
    # The JPEG 2000 claims a hundred million pixels.
    (lambda: picture(huge_jpeg_2000()), ChipFault.PORTRAIT_TOO_LARGE, DG2),
]

WHOSE_CHIP_IT_IS: Final[list[Row]] = [
    # The response is to another challenge: recorded from the genuine chip.
    (
        lambda: answered_by_rsa(recoverable(), challenge=bytes(8)),
        ChipFault.ACTIVE_RESPONSE_WRONG,
        DG15,
    ),
    # The challenge is not one of ours: too short to be safe against recording.
    (
        lambda: answered_by_rsa(recoverable(), challenge=b"\x01"),
        ChipFault.ACTIVE_CHALLENGE_WRONG,
        DG15,
    ),
    # The trailer names a digest that does not exist.
    (
        lambda: answered_by_rsa(recoverable(trailer=b"\x77\xcc")),
        ChipFault.ACTIVE_TRAILER_UNKNOWN,
        DG15,
    ),
    # The trailer is none.
    (
        lambda: answered_by_rsa(recoverable(trailer=b"\x34\xcd")),
        ChipFault.ACTIVE_TRAILER_UNKNOWN,
        DG15,
    ),
    # The first octet says that all of the message is inside, so that ours was not signed.
    (lambda: answered_by_rsa(recoverable(first=0x4A)), ChipFault.ACTIVE_RESPONSE_WRONG, DG15),
    # Another chip's key has answered.
    (
        lambda: answered_by_curve(answering.sign_plainly(ec_key("copy"), CHALLENGE)),
        ChipFault.ACTIVE_RESPONSE_WRONG,
        DG15,
    ),
    # The response is longer than the key.
    (lambda: answered_by_rsa(lambda: bytes(129)), ChipFault.ACTIVE_RESPONSE_WRONG, DG15),
    # The response is a number above the modulus.
    (lambda: answered_by_rsa(lambda: b"\xff" * 128), ChipFault.ACTIVE_RESPONSE_WRONG, DG15),
    # A curve's signature is over another challenge.
    (
        lambda: answered_by_curve(answering.sign_plainly(ec_key("active"), bytes(8))),
        ChipFault.ACTIVE_RESPONSE_WRONG,
        DG15,
    ),
    # The response is to a key that the chip does not have.
    (lambda: answered_by_curve(bytes(64), without_key=True), ChipFault.ACTIVE_KEY_MISSING, DG15),
    # The chip states a scheme of signing that does not exist.
    (
        lambda: answered_by_curve(bytes(64), active="1.2.3.4"),
        ChipFault.SIGNATURE_ALGORITHM_NOT_ALLOWED,
        DG14,
    ),
    # A copy follows chip authentication without the private key that the state signed for.
    (lambda: answered_by_chip(key="copy"), ChipFault.CHIP_RESPONSE_WRONG, DG14),
    # The answer is to a later command.
    (lambda: answered_by_chip(counter=4), ChipFault.CHIP_RESPONSE_WRONG, DG14),
    # The chip refuses the command.
    (
        lambda: answered_by_chip(cryptogram=b"", status=b"\x69\x88", ending=b"\x69\x88"),
        ChipFault.CHIP_RESPONSE_MALFORMED,
        DG14,
    ),
    # It refuses the command, and the reader of the telephone says that it did not.
    (
        lambda: answered_by_chip(cryptogram=b"", status=b"\x69\x88"),
        ChipFault.CHIP_RESPONSE_MALFORMED,
        DG14,
    ),
    # Something follows the code over the answer.
    (lambda: answered_by_chip(more=der.null()), ChipFault.CHIP_RESPONSE_MALFORMED, DG14),
    # The answer ends early.
    (lambda: answered_by_chip(cut=2), ChipFault.CHIP_RESPONSE_MALFORMED, DG14),
    # The chip has no key to prove itself with.
    (lambda: answered_by_chip(keyless=True), ChipFault.CHIP_KEY_MISSING, DG14),
]


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


def huge_jpeg_2000() -> bytes:
    content = making.picture()
    start = content.index(b"\xff\x4f\xff\x51") + 8
    wide = (10_000).to_bytes(4, "big") * 2
    # Grid and tile at once, or it would be refused for its many tiles.
    return content[:start] + wide + content[start + 8 : start + 16] + wide + content[start + 24 :]


ROWS: Final = [
    *HOW_FILES_ARE_WRITTEN,
    *WHAT_IS_SIGNED,
    *WHAT_WAS_SENT,
    *WHO_SIGNED,
    *KEYS,
    *WHAT_THE_DATA_SAY,
    *WHOSE_CHIP_IT_IS,
]


@pytest.mark.parametrize(
    ("attempt", "fault", "place"),
    ROWS,
    ids=[f"{number}-{row[1]}" for number, row in enumerate(ROWS)],
)
def test_an_altered_chip_is_refused_for_its_reason(
    attempt: Callable[[], Attempt], fault: ChipFault, place: ChipFile
) -> None:
    with pytest.raises(ChipRefused) as refused:
        attempt().verify()
    assert (refused.value.fault, refused.value.place) == (fault, place)


def test_the_attempts_differ_from_a_chip_that_verifies_in_one_thing() -> None:
    """Or the table would prove nothing."""
    unaltered = (signed_with(), by_certificate(), under(making.state().root))
    answered = (
        answered_by_rsa(recoverable()),
        answered_by_curve(answering.sign_plainly(ec_key("active"), CHALLENGE)),
        answered_by_chip(),
    )
    usual = {ChipHint.REVOCATION_UNKNOWN}
    for attempt in unaltered:
        assert attempt.verify().hints == usual | {ChipHint.COPY_NOT_EXCLUDED}
    for attempt in answered:
        assert attempt.verify().hints == usual


def test_a_refusal_says_nothing_of_the_holder() -> None:
    with pytest.raises(ChipRefused, match=r"^mrz_invalid: DG1$"):
        zone(making.ZONE[:-1] + "9").verify()


@pytest.mark.parametrize(
    ("parameters", "fault"),
    [
        # A salt longer than any digest.
        (pss_parameters("sha256", salt=65), ChipFault.SIGNATURE_ALGORITHM_NOT_ALLOWED),
        # A digest that is not allowed.
        (pss_parameters("md5", salt=16), ChipFault.DIGEST_NOT_ALLOWED),
        # Something else in place of the parameters.
        (der.null(), ChipFault.MALFORMED),
        # None, which would mean SHA-1 to one reader and nothing to another.
        (b"", ChipFault.SIGNATURE_ALGORITHM_NOT_ALLOWED),
    ],
)
def test_pss_parameters_out_of_reason_are_refused(parameters: bytes, fault: ChipFault) -> None:
    stated = der.sequence(der.oid("1.2.840.113549.1.1.10"), parameters)

    with pytest.raises(ChipRefused) as refused:
        scheme_of(SignedDigestAlgorithm.load(stated), digest=None, place=SOD)

    assert refused.value.fault is fault


def test_a_signature_of_a_kind_that_is_not_listed_is_refused() -> None:
    dsa = SignedDigestAlgorithm.load(der.sequence(der.oid("1.2.840.10040.4.3")))

    with pytest.raises(ChipRefused) as refused:
        scheme_of(dsa, digest="sha256", place=SOD)

    assert refused.value.fault is ChipFault.SIGNATURE_ALGORITHM_NOT_ALLOWED
