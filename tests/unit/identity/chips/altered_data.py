"""Alterations of what the data say, and of how the chip answers. A sentence each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from identity.chips.refusal import ChipFault
from tests.unit.identity.chips import answering, der, making
from tests.unit.identity.chips.altered_files import DG1, DG2, DG14, DG15, Row
from tests.unit.identity.chips.altering import (
    CHALLENGE,
    Attempt,
    answered_by_chip,
    answered_by_curve,
    answered_by_rsa,
    with_group,
)
from tests.unit.identity.chips.signing import ec_key, rsa_key

if TYPE_CHECKING:
    from collections.abc import Callable


def two_faces_in_one_record() -> Attempt:
    return with_group(DG2, making.portrait(making.face_record(making.picture(), faces=2)))


def two_records() -> Attempt:
    record = making.face_record(making.picture())
    return with_group(DG2, making.portrait(record, record))


def picture(content: bytes) -> Attempt:
    return with_group(DG2, making.portrait(making.face_record(content)))


def zone(text: str) -> Attempt:
    return with_group(DG1, making.holder(text))


def recoverable(**changes: object) -> Callable[[], bytes]:
    return lambda: answering.sign_recoverably(
        rsa_key("active", 1024),
        CHALLENGE,
        **changes,  # type: ignore[arg-type]  # the rows give what the function takes
    )


def huge_jpeg_2000() -> bytes:
    content = making.picture()
    start = content.index(b"\xff\x4f\xff\x51") + 8
    wide = (10_000).to_bytes(4, "big") * 2
    # Grid and tile at once, or it would be refused for its many tiles.
    return content[:start] + wide + content[start + 8 : start + 16] + wide + content[start + 24 :]


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
