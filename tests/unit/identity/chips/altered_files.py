"""Alterations of how files are written, what is signed, and what was sent. A sentence each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from identity.chips.files import LARGEST_FILE
from identity.chips.refusal import ChipFault, ChipFile
from tests.unit.identity.chips import der, making
from tests.unit.identity.chips.altering import Attempt, signed_with, with_file, with_flipped
from tests.unit.identity.chips.signing import Signer, ec_key, rsa_key

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
