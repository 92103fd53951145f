"""DER as we write and read it, with asn1crypto as the other opinion."""

from __future__ import annotations

import pytest
from asn1crypto import core
from hypothesis import given
from hypothesis import strategies as st

from esign import oids
from esign.cms import der
from esign.cms.reading import DerMalformed, contents, expect, first, inside, only
from esign.errors import TimeStampUnavailable
from esign.tsa.reading import read_token


@given(st.integers(min_value=0, max_value=1 << 200))
def test_integer_is_written_as_others_write_it(number: int) -> None:
    assert der.integer(number) == core.Integer(number).dump()


@pytest.mark.parametrize("dotted", ["1.2.840.113549.1.7.2", "2.5.29.15", oids.EVIDENCE])
def test_object_identifier_is_written_as_others_write_it(dotted: str) -> None:
    assert der.oid(dotted) == core.ObjectIdentifier(dotted).dump()


@pytest.mark.parametrize("size", [0, 127, 128, 255, 256, 65_535, 65_536])
def test_length_is_written_in_its_shortest_form(size: int) -> None:
    written = der.octets(bytes(size))
    assert written == core.OctetString(bytes(size)).dump()
    assert contents(only(written, der.OCTET_STRING)) == bytes(size)


@given(st.lists(st.binary(max_size=300)))
def test_what_is_written_is_read_again(members: list[bytes]) -> None:
    whole = der.sequence(*map(der.octets, members))
    assert [contents(each) for each in inside(only(whole, der.SEQUENCE))] == members
    assert first(whole + b"\x00", der.SEQUENCE) == whole


def test_members_of_a_set_are_in_the_order_of_their_bytes() -> None:
    assert inside(der.set_of(der.integer(300), der.integer(2), der.integer(1))) == [
        der.integer(1),
        der.integer(2),
        der.integer(300),
    ]


@pytest.mark.parametrize(
    "malformed",
    [
        # Nothing, and half a head.
        b"",
        b"\x30",
        # Cut off, and followed by something.
        b"\x30\x03\x02\x01",
        b"\x30\x03\x02\x01\x00\x00",
        # Another tag.
        b"\x31\x00",
        # The indefinite form.
        b"\x30\x80\x00\x00",
        # Lengths that could be shorter.
        b"\x30\x81\x03\x02\x01\x00",
        b"\x30\x82\x00\x80" + bytes(128),
        # A length of more octets than there are.
        b"\x30\x84\x01",
    ],
)
def test_value_that_is_not_der_is_refused(malformed: bytes) -> None:
    with pytest.raises(DerMalformed):
        only(malformed, der.SEQUENCE)


@pytest.mark.parametrize(
    "malformed",
    [
        # A value that reaches beyond its parent, short and long.
        b"\x30\x02\x02\x01",
        b"\x30\x03\x04\x81\x80",
        # A tag of more than one octet.
        b"\x30\x03\x1f\x01\x00",
        # A tag alone.
        b"\x30\x01\x02",
    ],
)
def test_member_that_is_not_der_is_refused(malformed: bytes) -> None:
    with pytest.raises(DerMalformed):
        inside(only(malformed, der.SEQUENCE))


def test_other_members_than_expected_are_refused() -> None:
    found = inside(der.sequence(der.integer(1)))
    with pytest.raises(DerMalformed):
        expect(found, der.OCTET_STRING)
    with pytest.raises(DerMalformed):
        expect(found, der.INTEGER, der.INTEGER)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_token_are_refused_by_name(junk: bytes) -> None:
    with pytest.raises(TimeStampUnavailable):
        read_token(junk)
