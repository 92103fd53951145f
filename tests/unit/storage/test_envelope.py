"""Data keys travel wrapped with their object, and only to its own place."""

from __future__ import annotations

import io
import secrets
import struct

import pytest

from storage.envelope import Envelope
from storage.errors import EnvelopeBroken, KeyUnavailable
from storage.keys.local import LocalKey
from storage.keys.ring import KeyRing

PLACE = b"evidence/offices/kunming-a/00/00"
OLD, NEW = LocalKey(bytes(32)), LocalKey(bytes([1] * 32))
DEED = secrets.token_bytes(3_000_000)


def sealed(content: bytes = DEED) -> bytes:
    return b"".join(Envelope(KeyRing([OLD])).encrypt(io.BytesIO(content), aad=PLACE))


def read(envelope: bytes, *, keys: tuple[LocalKey, ...] = (OLD,), aad: bytes = PLACE) -> bytes:
    return b"".join(Envelope(KeyRing(keys)).decrypt(io.BytesIO(envelope), aad=aad))


def test_an_envelope_opens_with_its_key_in_its_place() -> None:
    assert read(sealed()) == DEED


def test_every_object_has_a_data_key_of_its_own() -> None:
    start = slice(8, 8 + len(OLD.name) + 60)
    assert sealed()[start] != sealed()[start]


def test_an_envelope_cannot_be_passed_off_as_another_object() -> None:
    with pytest.raises(EnvelopeBroken):
        read(sealed(), aad=b"evidence/offices/kunming-b/00/00")


def test_the_key_after_a_rotation_still_opens_what_came_before() -> None:
    assert read(sealed(), keys=(NEW, OLD)) == DEED


def test_a_key_that_is_gone_is_not_a_broken_envelope() -> None:
    with pytest.raises(KeyUnavailable, match=OLD.name):
        read(sealed(), keys=(NEW,))


def test_rewrapping_changes_the_key_and_not_the_ciphertext() -> None:
    before = sealed()
    rewrap = Envelope(KeyRing([NEW, OLD])).rewrap(io.BytesIO(before), aad=PLACE)
    after = b"".join(rewrap)
    assert read(after, keys=(NEW,)) == DEED
    assert after[-len(DEED) :] == before[-len(DEED) :]


@pytest.mark.parametrize(
    "broken",
    [
        # Nothing, and less than a frame.
        b"",
        b"FGE\x01",
        # A version that this code does not know.
        b"FGE\x02" + sealed(b"")[4:],
        # Something else altogether.
        b"%PDF-1.7" + bytes(100),
        # A key whose name is no text.
        b"FGE\x01" + struct.pack(">HH", 1, 1) + b"\xff\xff",
        # A wrapped key that was cut to less than a nonce.
        b"FGE\x01" + struct.pack(">HH", len(OLD.name), 3) + OLD.name.encode() + b"abc",
        # A wrapped key with one bit changed.
        sealed(b"")[:60] + bytes([sealed(b"")[60] ^ 1]) + sealed(b"")[61:],
    ],
)
def test_a_broken_frame_is_refused(broken: bytes) -> None:
    with pytest.raises(EnvelopeBroken):
        read(broken)
