"""Files made to hurt the verifier end in a named refusal, soon, and in nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from esign.errors import Tampered, VerificationFailed
from esign.testing import RunningOffice, running_office
from esign.verification import coverage, verify
from esign.verification.der import check_der
from esign.verification.strict_cms import check_strict

if TYPE_CHECKING:
    from collections.abc import Iterator

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with running_office(tmp_path_factory.mktemp("office"), at=AT) as running:
        yield running


@pytest.fixture(scope="module")
def sealed(office: RunningOffice) -> bytes:
    return office.sealed()


def with_contents(contents: bytes) -> bytes:
    """Return a file whose one signature covers all of it and holds ``contents``."""
    gap = b"<" + contents.hex().encode() + b"00>"
    head, rest = b"%PDF-1.7\n1 0 obj <</Type /Sig /ByteRange [0 ", b">> endobj %%EOF"
    start = len(head) + 40
    numbers = f"{start} {start + len(gap)} {len(rest)}] /Contents ".encode()
    return head + numbers.ljust(40) + gap + rest


def nested(depth: int) -> bytes:
    value = b"\x05\x00"
    for _ in range(depth):
        size = len(value)
        length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
        if 128 <= size < 256:
            length = bytes([0x81, size])
        value = b"\x30" + length + value
    return value


@settings(max_examples=200, deadline=None)
@given(contents=st.binary(min_size=1, max_size=300))
def test_any_bytes_in_place_of_a_signature_are_refused(
    contents: bytes, office: RunningOffice
) -> None:
    """No exception of a parser ever gets out."""
    with pytest.raises(VerificationFailed):
        verify(with_contents(b"\x30" + contents), roots=office.roots, at=AT)


CHANGES = st.lists(
    st.tuples(st.integers(0, 2**31), st.integers(0, 19), st.binary(max_size=20)),
    min_size=1,
    max_size=4,
)


@settings(max_examples=150, deadline=None)
@given(changes=CHANGES)
def test_any_few_altered_bytes_end_in_a_named_refusal(
    changes: list[tuple[int, int, bytes]], office: RunningOffice, sealed: bytes
) -> None:
    """Several changes at once, anywhere, of any size."""
    altered = bytearray(sealed)
    for place, length, put in changes:
        start = place % len(altered)
        altered[start : start + length] = put
    if altered == sealed:
        return
    with pytest.raises(VerificationFailed):
        verify(bytes(altered), roots=office.roots, at=AT)


@settings(max_examples=300, deadline=None)
@example(place=2, add=1)  # Takes 256 zeros of the padding into the signature.
@given(place=st.integers(0, 2**31), add=st.integers(1, 255))
def test_altered_byte_inside_the_last_signature_is_caught(
    place: int, add: int, office: RunningOffice, sealed: bytes
) -> None:
    """Written as proper hexadecimal, so that the deeper checks are reached."""
    last = coverage.covered(sealed)[-1]
    contents = bytearray(last.contents)
    position = place % len(contents)
    contents[position] = (contents[position] + add) % 256
    altered = bytearray(sealed)
    start = last.gap_start + 1
    altered[start : start + 2 * len(contents)] = bytes(contents).hex().encode()
    with pytest.raises(Tampered):
        verify(bytes(altered), roots=office.roots, at=AT)


def test_deeply_nested_signature_is_refused_before_it_is_decoded(office: RunningOffice) -> None:
    with pytest.raises(Tampered, match="beyond reason"):
        verify(with_contents(nested(2_000)), roots=office.roots, at=AT)


@pytest.mark.parametrize(
    "der",
    [
        # More values than any signature has.
        b"\x30\x83\x01\x00\x00" + b"\x05\x00" * 32_768,
        # The indefinite form, and a length longer than it needs to be.
        b"\x30\x80\x05\x00\x00\x00",
        b"\x30\x81\x02\x05\x00",
        b"\x30\x82\x00\x81" + bytes(0x81),
        # Cut off in the length, the value, and the tag.
        b"\x30\x82\x01",
        b"\x30\x05\x05\x00",
        b"\x30\x03\x05\x00\x30",
        # A tag of several octets.
        b"\x30\x04\x1f\x81\x01\x00",
        # Zeros of the padding, taken in as if they were values.
        b"\x30\x04\x05\x00\x00\x00",
        # A second value after the first.
        b"\x30\x00\x30\x00",
        # Truth, nothing and numbers written in another way.
        b"\x30\x03\x01\x01\x01",
        b"\x30\x03\x05\x01\x00",
        b"\x30\x02\x02\x00",
        b"\x30\x04\x02\x02\x00\x7f",
        b"\x30\x04\x02\x02\xff\x80",
    ],
)
def test_value_that_is_not_der_is_refused(der: bytes) -> None:
    with pytest.raises(Tampered):
        check_der(der)


@pytest.mark.parametrize(
    "der",
    [
        # Nothing inside, true, and numbers that need their leading octet.
        b"\x30\x00",
        b"\x30\x03\x01\x01\xff",
        b"\x30\x04\x02\x02\x00\x80",
        b"\x30\x04\x02\x02\xff\x7f",
        b"\x30\x03\x02\x01\x00",
        # A length of two octets that it needs.
        b"\x30\x81\x80" + b"\x05\x00" * 64,
    ],
)
def test_value_in_der_passes(der: bytes) -> None:
    check_der(der)


def test_value_added_at_the_end_of_the_last_signature_is_caught(
    office: RunningOffice, sealed: bytes
) -> None:
    """In DER, and where a forgiving decoder would not look."""
    last = coverage.covered(sealed)[-1]
    size = int.from_bytes(last.contents[2:4], "big") + 2
    longer = last.contents[:2] + size.to_bytes(2, "big") + last.contents[4:] + b"\x05\x00"
    altered = bytearray(sealed)
    start = last.gap_start + 1
    altered[start : start + 2 * len(longer)] = longer.hex().encode()
    with pytest.raises(Tampered):
        verify(bytes(altered), roots=office.roots, at=AT)


def test_signature_over_another_file_is_refused(sealed: bytes) -> None:
    last = coverage.covered(sealed)[-1]
    with pytest.raises(Tampered, match="altered"):
        check_strict(last.contents, lambda _: bytes(32))
